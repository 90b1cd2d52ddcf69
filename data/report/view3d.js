// The 3D view of one body at a time. Shown with y up and the root in the middle; drawn when something changed.
/* global THREE */

const VIEWS = {
  Camera: null,  // from where the picture was taken
  Front: 'front', Side: 'side', Back: 'back', Top: 'top',
};

class View3D {
  // Throws where there is no WebGL.
  constructor(body, canvas) {
    this.body = body;
    this.canvas = canvas;
    this.renderer = new THREE.WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.renderer.setPixelRatio(Math.min(2, devicePixelRatio || 1));
    this.renderer.gammaOutput = true;
    this.camera = new THREE.PerspectiveCamera(30, 1, 0.05, 100);
    this.scene = new THREE.Scene();
    this.show = { body: true, through: false, joints: false, deviations: false, colours: false };
    this.follow = true;
    this.lights();
    this.figure = new THREE.Group();
    this.scene.add(this.figure);
    this.makeMesh();
    this.makeSkeleton();
    this.floor = new THREE.GridHelper(4, 8, 0x8a949c, 0x8a949c);
    this.floor.material.transparent = true;
    this.floor.material.opacity = 0.35;
    this.scene.add(this.floor);
    this.points = new THREE.Group();
    this.figure.add(this.points);
    this.controls = new THREE.OrbitControls(this.camera, canvas);
    this.controls.enableKeys = false;
    this.controls.enableDamping = false;
    this.controls.minDistance = 0.4;
    this.controls.maxDistance = 30;
    this.controls.addEventListener('change', () => this.draw());
    canvas.addEventListener('keydown', (event) => this.onKey(event));
    new ResizeObserver(() => this.draw()).observe(canvas);
    this.queued = false;
    this.frames = 0;  // drawn so far
  }

  lights() {
    this.scene.add(new THREE.HemisphereLight(0xffffff, 0x50555e, 0.62));
    const key = new THREE.DirectionalLight(0xffffff, 0.52), rim = new THREE.DirectionalLight(0xdfe8ff, 0.22);
    key.position.set(1.5, 2.5, 2);
    rim.position.set(-2, 1, -2);
    // Tied to the eye, so that no side is ever dark.
    this.camera.add(key, rim);
    this.scene.add(this.camera);
  }

  makeMesh() {
    const geometry = new THREE.BufferGeometry();
    this.positions = new THREE.BufferAttribute(this.body.vertices, 3);
    this.colours = new THREE.BufferAttribute(new Float32Array(this.body.vertices.length), 3);
    geometry.setAttribute('position', this.positions);
    geometry.setAttribute('color', this.colours);
    geometry.setIndex(new THREE.BufferAttribute(this.body.faces, 1));
    this.material = new THREE.MeshStandardMaterial({ roughness: 0.72, metalness: 0, vertexColors: THREE.VertexColors });
    this.mesh = new THREE.Mesh(geometry, this.material);
    this.mesh.frustumCulled = false;
    this.figure.add(this.mesh);
  }

  makeSkeleton() {
    const { body } = this;
    this.bones = new THREE.Group();
    const ball = new THREE.SphereBufferGeometry(1, 16, 12);
    const colourOf = (name) => name.startsWith('left') ? 0x2684ff : name.startsWith('right') ? 0xe8641e : 0x1eb278;
    this.balls = [], this.clouds = [];
    const fine = body.numJoints > 30 ? 0.006 : 0.013;  // metres
    for (let j = 0; j < body.numJoints; ++j) {
      const color = colourOf(body.jointNames[j]);
      const joint = new THREE.Mesh(ball, new THREE.MeshBasicMaterial({ color, depthTest: false, transparent: true }));
      joint.scale.setScalar(j < 22 ? 0.013 : fine);
      joint.renderOrder = 3;
      const cloud = new THREE.Mesh(ball, new THREE.MeshBasicMaterial({ color, transparent: true, opacity: 0.22, depthWrite: false }));
      cloud.renderOrder = 2;
      this.balls.push(joint);
      this.clouds.push(cloud);
      this.bones.add(joint);
      this.figure.add(cloud);
    }
    const lines = [];
    body.parents.forEach((parent, j) => { if (parent >= 0) lines.push(parent, j); });
    const geometry = new THREE.BufferGeometry();
    this.jointPositions = new THREE.BufferAttribute(body.joints, 3);
    geometry.setAttribute('position', this.jointPositions);
    geometry.setIndex(lines);
    this.lines = new THREE.LineSegments(geometry, new THREE.LineBasicMaterial({ color: 0x444c55, depthTest: false, transparent: true }));
    this.lines.frustumCulled = false;
    this.lines.renderOrder = 2;
    this.bones.add(this.lines);
    this.figure.add(this.bones);
  }

  // person: { poses, betas, transl, deviations or null, yUp }.
  setPerson(person, keepPlace = false) {
    this.person = person;
    const { body } = this;
    body.pose(person.poses, person.betas, person.transl);
    this.positions.needsUpdate = true;
    this.jointPositions.needsUpdate = true;
    this.mesh.geometry.computeVertexNormals();
    this.figure.rotation.x = person.yUp ? 0 : Math.PI;
    const flip = person.yUp ? 1 : -1;
    if (this.follow || !keepPlace) this.origin = [body.joints[0], body.joints[1], body.joints[2]];
    this.figure.position.set(-this.origin[0], -flip * this.origin[1], -flip * this.origin[2]);
    let low = Infinity;
    for (let v = 1; v < body.vertices.length; v += 3) low = Math.min(low, flip * body.vertices[v]);
    this.floor.position.y = low - flip * this.origin[1];
    const deviations = person.relative || person.deviations;
    for (let j = 0; j < body.numJoints; ++j) {
      this.balls[j].position.fromArray(body.joints, 3 * j);
      this.clouds[j].position.fromArray(body.joints, 3 * j);
      const deviation = deviations ? deviations[j] : NaN;
      this.clouds[j].scale.setScalar(Number.isFinite(deviation) ? Math.max(deviation, 1e-4) : 1e-4);
    }
    this.setPoints(person.points || []);
    this.paint();
    this.draw();
  }

  // Keypoints in 3D: [{ place, side }].
  setPoints(points) {
    for (const old of this.points.children.slice()) { this.points.remove(old); old.geometry.dispose(); old.material.dispose(); }
    for (const { place, side } of points) {
      const color = side === 'left' ? 0x2684ff : side === 'right' ? 0xe8641e : 0x1eb278;
      const dot = new THREE.Mesh(new THREE.OctahedronBufferGeometry(0.018), new THREE.MeshBasicMaterial({ color, depthTest: false, transparent: true }));
      dot.renderOrder = 4;
      dot.position.fromArray(place);
      this.points.add(dot);
    }
  }

  // By deviation from SURE to UNSURE, or plain.
  paint() {
    const { colours, person, body, show } = this;
    const count = body.numVertices;
    const known = person && (person.relative || person.deviations);
    if (show.colours && known) {
      const deviations = Float32Array.from(known, (value) => Number.isFinite(value) ? value : UNSURE);
      const ofVertices = new Float32Array(count);
      body.spread(deviations, ofVertices);
      for (let v = 0; v < count; ++v) deviationColour(ofVertices[v], colours.array, 3 * v);
    } else {
      const plain = new THREE.Color(getComputedStyle(document.documentElement).getPropertyValue('--body').trim() || '#c4cad2').convertGammaToLinear(2);
      for (let v = 0; v < count; ++v) plain.toArray(colours.array, 3 * v);
    }
    colours.needsUpdate = true;
  }

  setShow(name, on) {
    this.show[name] = on;
    this.paint();
    this.draw();
  }

  look(name) {
    const distance = 4.1, { person } = this;
    const flip = person && person.yUp ? 1 : -1;
    const direction = new THREE.Vector3(0, 0.1, 1);
    if (VIEWS[name]) {
      // Sides of the person itself, by the root's orientation.
      const rotation = this.body.rotations;
      const axis = name === 'Side' ? [1, 0, 0] : name === 'Back' ? [0, 0, -1] : [0, 0, 1];
      const turned = [0, 1, 2].map((row) => axis[0] * rotation[3 * row] + axis[2] * rotation[3 * row + 2]);
      direction.set(turned[0], 0, flip * turned[2]);
      if (direction.length() < 0.1) direction.set(0, 0, 1);
      direction.normalize();
      direction.y = 0.1;
      if (name === 'Top') direction.set(0, 1, 0.001);
    } else if (person && !person.yUp) {
      direction.set(-this.origin[0], this.origin[1], this.origin[2]);
      if (direction.length() < 1e-6) direction.set(0, 0, 1);
    }
    this.controls.target.set(0, -0.12, 0);
    this.camera.position.copy(direction.normalize().multiplyScalar(distance)).add(this.controls.target);
    this.controls.update();
    this.draw();
  }

  onKey(event) {
    const turns = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, -0.12], ArrowDown: [0, 0.12] };
    const zoom = { '+': 0.9, '=': 0.9, '-': 1 / 0.9 }[event.key];
    if (!(event.key in turns) && !zoom) return;
    event.preventDefault();
    const offset = this.camera.position.clone().sub(this.controls.target);
    const place = new THREE.Spherical().setFromVector3(offset);
    if (zoom) place.radius *= zoom;
    else { place.theta += turns[event.key][0]; place.phi += turns[event.key][1]; }
    place.makeSafe();
    this.camera.position.copy(this.controls.target).add(new THREE.Vector3().setFromSpherical(place));
    this.controls.update();
    this.draw();
  }

  draw() {
    if (this.queued) return;
    this.queued = true;
    requestAnimationFrame(() => {
      this.queued = false;
      const { canvas, renderer, camera, show } = this;
      const width = canvas.clientWidth, height = canvas.clientHeight;
      if (width === 0 || height === 0) return;
      const ratio = renderer.getPixelRatio();
      if (canvas.width !== Math.floor(width * ratio) || canvas.height !== Math.floor(height * ratio)) {
        renderer.setSize(width, height, false);
        camera.aspect = width / height;
        camera.updateProjectionMatrix();
      }
      this.mesh.visible = show.body;
      this.material.transparent = show.through;
      this.material.opacity = show.through ? 0.45 : 1;
      this.material.depthWrite = !show.through;
      this.bones.visible = show.joints;
      for (const cloud of this.clouds) cloud.visible = show.deviations;
      renderer.render(this.scene, camera);
      canvas.dataset.frames = ++this.frames;
    });
  }
}

const SURE = 0.01, UNSURE = 0.4;  // metres

// From blue through sand to red, by the logarithm; linear light.
function deviationColour(deviation, out, at) {
  const share = Math.min(1, Math.max(0, Math.log(deviation / SURE) / Math.log(UNSURE / SURE)));
  const stops = [[0.09, 0.30, 0.62], [0.83, 0.72, 0.46], [0.66, 0.08, 0.05]];
  const from = share < 0.5 ? 0 : 1, part = 2 * share - from;
  for (let k = 0; k < 3; ++k) out[at + k] = stops[from][k] * (1 - part) + stops[from + 1][k] * part;
}

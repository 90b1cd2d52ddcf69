// Everything about one person: where it stands, its body in 3D, its picture, cost, joints, numbers.

const NEAR_ROWS = 8, LONGEST_STEP = 100, MANY_PEOPLE = 20;

// Which numbers of two ids differ; null unless the words are the same and every number that differs goes up.
function numbersThatGoUp(before, after) {
  const a = before.split(/(\d+)/), b = after.split(/(\d+)/);
  if (a.length !== b.length) return null;
  const changed = [];
  for (let k = 0; k < a.length; ++k) {
    if (a[k] === b[k]) continue;
    const step = Number(b[k]) - Number(a[k]);
    if (k % 2 === 0 || !(step > 0 && step <= LONGEST_STEP)) return null;
    changed.push(k);
  }
  return { changed, last: a.length - 2, lastNumber: Number(a[a.length - 2]) };
}

// The row that goes on (step 1) or goes before (step -1) as the next frame does; -1 where there is none. Ids end in
// a frame (walk_12), in a frame and a person of it (video_0012_1), or in a frame and a running number (clip_012_907).
function followerOf(ids, row, step) {
  const compare = (at) => step > 0 ? numbersThatGoUp(ids[row], ids[at]) : numbersThatGoUp(ids[at], ids[row]);
  for (let far = 1; far <= NEAR_ROWS; ++far) {
    const at = row + step * far;
    if (at < 0 || at >= ids.length) break;
    const up = compare(at);
    if (up && up.changed.length === 1 && up.changed[0] !== up.last && up.lastNumber < MANY_PEOPLE) return at;
  }
  const next = row + step;
  if (next < 0 || next >= ids.length) return -1;
  const up = compare(next);
  return up && up.changed.length > 0 ? next : -1;
}

class PersonPanel {
  // links: { step(row, by) -> row or -1, choose(row) }
  constructor(place, report, body, columns, links) {
    this.place = place;
    this.report = report;
    this.body = body;
    this.columns = columns;
    this.links = links;
    this.view = null;
    this.row = -1;
    this.playing = 0;
    this.yUp = this.guessUp();
    this.head = element('div', { 'aria-live': 'polite' });
    this.more = element('div');
    place.append(this.head);
    if (body) this.makeStage();
    else if (report.noView && report.rows > 0) place.append(element('p', { class: 'trouble' }, report.noView));
    place.append(this.more);
  }

  // 3D input has no camera and may have y up; most heads say which.
  guessUp() {
    const { bodies } = this.report;
    let votes = 0;
    const rotation = new Float64Array(9);
    bodies.rows.forEach((_, i) => {
      if (bodies.camera[6 * i] > 0) return;
      rotationOf(bodies.poses, 3 * bodies.joints * i, rotation, 0);
      votes += Math.sign(rotation[4]);
    });
    return votes > 0;
  }

  makeStage() {
    const canvas = element('canvas', { tabindex: 0, 'aria-label': 'The body in 3D. Drag or use the arrow keys to turn, the wheel or + and - to come nearer.' });
    this.legend = element('div', { class: 'legend', hidden: true }, `${1000 * SURE} mm`, element('i'), `${1000 * UNSURE} mm`);
    this.stage = element('div', { class: 'stage' }, canvas, this.legend);
    this.absent = element('p', { class: 'said', hidden: true });
    this.tools = element('div', { class: 'bar-tools', role: 'toolbar', 'aria-label': 'The 3D view' });
    this.player = element('div', { class: 'bar-tools' });
    this.place.append(this.stage, this.absent, this.tools, this.player);
    try {
      this.view = new View3D(this.body, canvas);
    } catch (error) {
      this.stage.replaceWith(element('p', { class: 'trouble' }, 'The 3D view needs WebGL, which this browser does not offer: ' + error.message));
      this.tools.remove();
      this.player.remove();
      return;
    }
    for (const name of Object.keys(VIEWS)) this.tools.append(element('button', { type: 'button', onclick: () => this.view.look(name) }, name));
    this.tools.append(element('span', { class: 'gap' }));
    const toggle = (name, text, about) => {
      const button = element('button', { type: 'button', 'aria-pressed': String(this.view.show[name]), title: about, 'data-show': name });
      button.append(text);
      button.addEventListener('click', () => {
        this.view.setShow(name, !this.view.show[name]);
        button.setAttribute('aria-pressed', String(this.view.show[name]));
        this.legend.hidden = !this.view.show.colours;
      });
      this.tools.append(button);
    };
    toggle('body', 'Body', 'The surface');
    toggle('through', 'Glass', 'Look through the surface');
    toggle('joints', 'Joints', 'Joints and bones');
    const relative = this.report.bodies.relative.length > 0 ? ' with respect to the root' : '';
    toggle('deviations', 'σ', 'Spheres of one standard deviation around the joints' + relative);
    toggle('colours', 'Colour by σ', `From ${1000 * SURE} mm (blue) to ${1000 * UNSURE} mm (red)${relative}`);
    this.makePlayer();
    canvas.addEventListener('keydown', (event) => {
      if (event.key === ' ') { event.preventDefault(); this.togglePlay(); }
    });
  }

  makePlayer() {
    this.playButton = element('button', { type: 'button', class: 'play', onclick: () => this.togglePlay() }, 'Play');
    this.slider = element('input', { type: 'range', min: 0, max: 0, value: 0, 'aria-label': 'Frame' });
    this.slider.addEventListener('input', () => { this.stop(); this.showFrame(Number(this.slider.value)); });
    this.slider.addEventListener('change', () => this.links.choose(this.sequence[this.frame]));
    this.speed = element('select', { 'aria-label': 'Speed' });
    for (const speed of [0.25, 0.5, 1, 2]) this.speed.append(element('option', { value: speed, selected: speed === 1 }, speed + '×'));
    this.stay = element('button', { type: 'button', 'aria-pressed': 'true', title: 'Keep the root in the middle' }, 'Follow');
    this.stay.addEventListener('click', () => {
      this.view.follow = !this.view.follow;
      this.stay.setAttribute('aria-pressed', String(this.view.follow));
      this.showFrame(this.frame);
    });
    this.count = element('span');
    this.player.append(this.playButton, this.slider, this.speed, this.stay, this.count);
  }

  // Parameters of a row that has a body, as the view takes them.
  parameters(row) {
    const { bodies, keypoints } = this.report;
    const i = bodies.indexOfRow.get(row);
    const part = (values, width) => values.subarray(i * width, (i + 1) * width);
    const camera = part(bodies.camera, 6);
    const person = {
      poses: part(bodies.poses, 3 * bodies.joints), betas: part(bodies.betas, bodies.shapes), transl: part(bodies.transl, 3), camera,
      deviations: bodies.deviations.length > 0 ? part(bodies.deviations, bodies.joints) : null,
      // Around the root where it is known: the place of the whole body says nothing about its pose.
      relative: bodies.relative.length > 0 ? part(bodies.relative, bodies.joints) : null,
      yUp: !(camera[0] > 0) && this.yUp, points: [],
    };
    const seen = keypoints.get(row);
    if (seen && seen.dimension === 3) {
      seen.names.forEach((name, k) => {
        if (seen.observed[4 * k + 3] > 0) person.points.push({ place: Array.from(seen.observed.subarray(4 * k, 4 * k + 3)), side: sideOf(name) });
      });
    }
    return person;
  }

  hasBody(row) {
    return this.report.bodies.indexOfRow.has(row);
  }

  // Rows before and after `row` whose ids count on from its own, as far as they have bodies.
  sequenceOf(row) {
    const { ids } = this.report;
    const rows = [row];
    for (let at = followerOf(ids, row, 1); at >= 0; at = followerOf(ids, at, 1)) rows.push(at);
    rows.reverse();
    for (let at = followerOf(ids, row, -1); at >= 0; at = followerOf(ids, at, -1)) rows.push(at);
    rows.reverse();
    return rows.filter((at) => this.hasBody(at));
  }

  show(row) {
    if (this.playing && this.sequence.includes(row)) return;
    this.stop();
    const first = this.row < 0;
    this.row = row;
    this.drawHead();
    this.drawMore();
    if (!this.view) return;
    const there = this.hasBody(row);
    this.stage.hidden = this.tools.hidden = !there;
    this.absent.hidden = there;
    this.absent.textContent = this.report.usable[row] ? 'This person\'s body is not among those in the page.' : 'No body was found for this person.';
    this.player.hidden = true;
    if (!there) return;
    const within = this.sequence && this.sequence.length > 2 && this.sequence.includes(row);
    if (!within) this.sequence = this.sequenceOf(row);
    this.player.hidden = this.sequence.length < 3;
    this.slider.max = this.sequence.length - 1;
    this.showFrame(this.sequence.indexOf(row), within);
    if (first) this.view.look('Camera');
  }

  showFrame(frame, keepPlace = true) {
    this.frame = frame;
    this.slider.value = frame;
    this.count.textContent = `${frame + 1} / ${this.sequence.length}`;
    this.stage.dataset.row = this.sequence[frame];
    this.view.setPerson(this.parameters(this.sequence[frame]), keepPlace);
  }

  togglePlay() {
    if (this.playing) {
      this.stop();
      this.links.choose(this.sequence[this.frame]);
    } else if (this.sequence && this.sequence.length > 2) {
      this.playButton.textContent = 'Pause';
      const rate = Number(this.report.facts.mocap_frame_rate) || 30;
      let before = performance.now(), owed = 0;
      const tick = (now) => {
        owed += (now - before) * rate * Number(this.speed.value) / 1000;
        before = now;
        const steps = Math.floor(owed);
        if (steps > 0) {
          owed -= steps;
          this.showFrame((this.frame + steps) % this.sequence.length);
        }
        this.playing = requestAnimationFrame(tick);
      };
      this.playing = requestAnimationFrame(tick);
    }
  }

  stop() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.playButton.textContent = 'Play';
  }

  drawHead() {
    const { report, row, links } = this;
    const step = (by, text, label) => element('button', { type: 'button', 'aria-label': label, disabled: links.step(row, by) < 0, onclick: () => links.choose(links.step(row, by)) }, text);
    const word = (key) => { const column = report.texts.get(key); return column ? column.names[column.codes[row]] : ''; };
    const reason = word('reason'), detail = word('detail');
    this.head.replaceChildren(
      element('header', {}, element('h3', { class: 'name' }, report.ids[row]), element('div', {}, step(-1, '‹', 'Person before'), step(1, '›', 'Next person'))),
      element('p', { class: 'said' }, element('span', { class: report.usable[row] ? 'mark' : 'mark bad' }),
        (report.usable[row] ? 'Usable' : 'Not usable') + (reason && reason !== 'ok' ? ': ' + reason + '. ' + adviceOn(reason) : '') + (detail ? ' ' + detail : '')),
      this.drawFlags(word('flags')));
  }

  drawMore() {
    const { report, row, more } = this;
    more.replaceChildren();
    const picture = report.pictures.get(row), plane = this.plane();
    if (plane) more.append(element('h3', {}, report.keypoints.has(row) ? 'Keypoints (dots), the body\'s (rings), its bones (grey)' : 'The body in the picture'), plane);
    if (picture) more.append(element('h3', {}, 'Picture'), element('img', { class: 'picture', src: picture, alt: 'The body over the picture of ' + report.ids[row] }));
    this.drawCost();
    this.drawJoints();
    this.drawUndetermined();
    this.drawNumbers();
    more.append(element('h3', {}, 'In the terminal'), commandLine(`vitruvius explain ${shellWord(report.folder)} --id=${shellWord(report.ids[row])}`));
  }

  plane() {
    const { report, row, body } = this;
    const keypoints = report.keypoints.get(row);
    if (keypoints && keypoints.dimension !== 2) return null;
    let skeleton = null, camera = new Float32Array(6);
    if (body && this.hasBody(row)) {
      const person = this.parameters(row);
      camera = person.camera;
      body.pose(person.poses, person.betas, person.transl, false);
      const points = body.parents.map((_, j) => projected(body.joints.subarray(3 * j, 3 * j + 3), camera));
      const lines = [];
      body.parents.forEach((parent, j) => { if (parent >= 0) lines.push([parent, j]); });
      skeleton = { points, lines };
    }
    return keypoints || skeleton ? drawPlane(keypoints, skeleton, camera) : null;
  }

  tracks(entries, largest) {
    const table = element('table', { class: 'rows' });
    for (const { name, value, text } of entries) {
      table.append(element('tr', {}, element('th', { scope: 'row' }, name),
        element('td', { class: 'track' }, element('i', { style: `width:${largest > 0 && value > 0 ? 100 * value / largest : 0}%` })),
        element('td', { class: 'number' }, text)));
    }
    return table;
  }

  drawCost() {
    const { report, row, more } = this;
    const terms = report.terms.map((term) => ({ name: term.key, value: term.values[row] })).filter((term) => term.value !== 0);
    if (terms.length === 0) return;
    terms.sort((a, b) => b.value - a.value);
    const total = terms.reduce((sum, term) => sum + Math.max(0, term.value), 0);
    for (const term of terms) term.text = `${inNumbers(term.value, 2)}, ${total > 0 ? inNumbers(100 * Math.max(0, term.value) / total, 0) : '–'}\u202f%`;
    more.append(element('h3', {}, 'Cost by term'), this.tracks(terms, terms[0].value));
  }

  drawJoints() {
    const { row, more, body } = this;
    if (!this.hasBody(row)) return;
    const person = this.parameters(row), deviations = person.relative || person.deviations;
    const of = person.relative ? ' with respect to the root' : '';
    if (!deviations || !deviations.some((value) => value > 0)) return;
    const entries = Array.from(deviations, (value, j) => ({ name: (body ? body.jointNames[j] : 'joint ' + j).replaceAll('_', ' '), value: Number.isFinite(value) ? value : 0, text: Number.isFinite(value) ? inNumbers(1000 * value, digitsOf(deviations, 1000)) : '–' }));
    entries.sort((a, b) => b.value - a.value);
    more.append(element('h3', {}, `Joints, one standard deviation${of}, mm, least sure first`), element('div', { class: 'scrolled', tabindex: 0, role: 'region', 'aria-label': 'Joints' }, this.tracks(entries, entries[0].value)));
  }

  drawUndetermined() {
    const { report: { bodies }, row, more } = this;
    if (!this.hasBody(row) || bodies.shares.length === 0) return;
    const at = bodies.indexOfRow.get(row) * bodies.rotations.length;
    const entries = [];
    bodies.rotations.forEach((name, k) => {
      const share = bodies.shares[at + k];
      if (share < UNDETERMINED_PERCENT) entries.push({ name, value: share, text: share + '\u202f%' });
    });
    if (entries.length === 0) return;
    entries.sort((a, b) => a.value - b.value);
    more.append(element('h3', {}, 'Hardly seen by the keypoints: their share in what is known'), element('div', { class: 'scrolled', tabindex: 0, role: 'region', 'aria-label': 'Undetermined rotations' }, this.tracks(entries, 100)));
  }

  drawFlags(text) {
    const list = element('ul', { class: 'flags' });
    for (const { code, place } of flagsOf(text)) {
      list.append(element('li', {}, element('b', {}, (code + (place ? ': ' + place : '')).replaceAll('_', ' ')), ' ', Object.hasOwn(FLAGS, code) ? FLAGS[code] : ''));
    }
    return list;
  }

  drawNumbers() {
    const { row, more, columns } = this;
    const table = element('table', { class: 'rows' });
    for (const column of columns) {
      if (column.kind === 'id' || column.key === 'detail' || column.key === 'flags') continue;
      const text = column.kind === 'number' ? withUnit(column.values[row], column) : column.names[column.codes[row]];
      if (text === '' || text === '–') continue;
      table.append(element('tr', { title: column.about }, element('th', { scope: 'row' }, column.label), element('td', { class: 'number', style: 'white-space:normal;width:auto;overflow-wrap:anywhere' }, text)));
    }
    more.append(element('h3', {}, 'Numbers'), table);
  }
}

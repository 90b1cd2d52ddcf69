// The body's forward function, as models/body/body_model.h states it:
//   v_shaped = v_template + shapedirs betas          joints = joint_template + joint_shapedirs betas
//   v_posed  = v_shaped + posedirs vec(R_j - I), j >= 1, each 3x3 row by row, joint-major
//   vertex   = sum_j weights_j [ G_j (v_posed - J_j) + p_j ] + transl
//   G_0 = R_0, p_0 = J_0;   G_j = G_parent R_j,  p_j = p_parent + G_parent (J_j - J_parent)

function rotationOf(axisAngle, offset, out, at) {
  const x = axisAngle[offset], y = axisAngle[offset + 1], z = axisAngle[offset + 2];
  const angle = Math.hypot(x, y, z);
  const a = angle < 1e-6 ? 1 : Math.sin(angle) / angle;
  const b = angle < 1e-6 ? 0.5 : (1 - Math.cos(angle)) / (angle * angle);
  const c = Math.cos(angle);
  out[at] = c + b * x * x; out[at + 1] = b * x * y - a * z; out[at + 2] = b * x * z + a * y;
  out[at + 3] = b * x * y + a * z; out[at + 4] = c + b * y * y; out[at + 5] = b * y * z - a * x;
  out[at + 6] = b * x * z - a * y; out[at + 7] = b * y * z + a * x; out[at + 8] = c + b * z * z;
}

async function unpackQuantized(packed) {
  const steps = await unpack(Uint16Array, packed.data);
  const values = new Float32Array(steps.length);
  for (let i = 0; i < steps.length; ++i) values[i] = packed.low + packed.step * steps[i];
  return values;
}

class Body {
  static async unpack(packed) {
    const body = new Body();
    body.name = packed.name;
    body.numVertices = packed.vertices;
    body.parents = packed.parents;
    body.numJoints = packed.parents.length;
    body.numShapes = packed.shapes;
    body.jointNames = packed.names.length === body.numJoints ? packed.names : packed.parents.map((_, j) => 'joint ' + j);
    body.template = await unpackQuantized(packed.template);
    body.shapedirs = await unpackQuantized(packed.shapedirs);  // (3V, B)
    body.jointTemplate = await unpack(Float32Array, packed.joint_template);
    body.jointShapedirs = await unpack(Float32Array, packed.joint_shapedirs);
    body.poseSteps = await unpack(Float32Array, packed.posedirs.steps);
    body.posedirs = await unpack(Int8Array, packed.posedirs.data);  // column by column
    body.weightCounts = await unpack(Uint16Array, packed.weights.counts);
    body.weightJoints = await unpack(Uint16Array, packed.weights.joints);
    body.weights = await unpack(Uint16Array, packed.weights.values);
    body.faces = await unpack(Uint32Array, packed.faces);
    body.vertices = new Float32Array(3 * body.numVertices);  // results of pose(), metres
    body.joints = new Float32Array(3 * body.numJoints);
    body.posed = new Float32Array(3 * body.numVertices);
    body.rest = new Float32Array(3 * body.numJoints);
    body.rotations = new Float64Array(9 * body.numJoints);
    body.frames = new Float64Array(12 * body.numJoints);  // G row by row, then p - G J + transl
    return body;
  }

  // Poses the joints, and the vertices too unless they are not wanted.
  pose(poses, betas, transl, withVertices = true) {
    this.poseJoints(poses, betas, transl);
    if (!withVertices) return;
    this.shape(betas);
    this.correct();
    this.skin();
  }

  poseJoints(poses, betas, transl) {
    const { rest, rotations, frames, joints, numShapes } = this;
    for (let i = 0; i < rest.length; ++i) {
      let sum = this.jointTemplate[i];
      for (let b = 0; b < numShapes; ++b) sum += this.jointShapedirs[i * numShapes + b] * betas[b];
      rest[i] = sum;
    }
    const world = new Float64Array(9 * this.numJoints), place = new Float64Array(3 * this.numJoints);
    for (let j = 0; j < this.numJoints; ++j) {
      rotationOf(poses, 3 * j, rotations, 9 * j);
      const parent = this.parents[j];
      for (let row = 0; row < 3; ++row) {
        for (let column = 0; column < 3; ++column) {
          let sum = 0;
          if (parent < 0) sum = rotations[9 * j + 3 * row + column];
          else for (let k = 0; k < 3; ++k) sum += world[9 * parent + 3 * row + k] * rotations[9 * j + 3 * k + column];
          world[9 * j + 3 * row + column] = sum;
        }
        let sum = parent < 0 ? rest[3 * j + row] : place[3 * parent + row];
        if (parent >= 0) {
          for (let k = 0; k < 3; ++k) sum += world[9 * parent + 3 * row + k] * (rest[3 * j + k] - rest[3 * parent + k]);
        }
        place[3 * j + row] = sum;
        joints[3 * j + row] = sum + transl[row];
      }
      for (let row = 0; row < 3; ++row) {
        let offset = place[3 * j + row] + transl[row];
        for (let k = 0; k < 3; ++k) {
          frames[12 * j + 3 * row + k] = world[9 * j + 3 * row + k];
          offset -= world[9 * j + 3 * row + k] * rest[3 * j + k];
        }
        frames[12 * j + 9 + row] = offset;
      }
    }
  }

  shape(betas) {
    const { posed, template, shapedirs, numShapes } = this;
    for (let i = 0; i < posed.length; ++i) {
      let sum = template[i];
      for (let b = 0; b < numShapes; ++b) sum += shapedirs[i * numShapes + b] * betas[b];
      posed[i] = sum;
    }
  }

  correct() {
    const { posed, posedirs, poseSteps, rotations } = this;
    const length = posed.length;
    const factors = new Float64Array(9);
    // The nine columns of a joint at once: each vertex is read and written a ninth as often.
    for (let first = 0; first < poseSteps.length; first += 9) {
      for (let k = 0; k < 9; ++k) factors[k] = (rotations[9 + first + k] - (k % 4 === 0 ? 1 : 0)) * poseSteps[first + k];
      if (factors.every((factor) => Math.abs(factor) < 1e-9)) continue;
      const [a, b, c, d, e, f, g, h, k] = factors;
      const start = first * length;
      for (let i = 0, at = start; i < length; ++i, ++at) {
        posed[i] += a * posedirs[at] + b * posedirs[at + length] + c * posedirs[at + 2 * length] +
          d * posedirs[at + 3 * length] + e * posedirs[at + 4 * length] + f * posedirs[at + 5 * length] +
          g * posedirs[at + 6 * length] + h * posedirs[at + 7 * length] + k * posedirs[at + 8 * length];
      }
    }
  }

  skin() {
    const { posed, vertices, frames, weightCounts, weightJoints, weights } = this;
    let at = 0;
    for (let v = 0; v < this.numVertices; ++v) {
      const x = posed[3 * v], y = posed[3 * v + 1], z = posed[3 * v + 2];
      let sumX = 0, sumY = 0, sumZ = 0, total = 0;
      for (const end = at + weightCounts[v]; at < end; ++at) {
        const f = 12 * weightJoints[at], weight = weights[at];
        total += weight;
        sumX += weight * (frames[f] * x + frames[f + 1] * y + frames[f + 2] * z + frames[f + 9]);
        sumY += weight * (frames[f + 3] * x + frames[f + 4] * y + frames[f + 5] * z + frames[f + 10]);
        sumZ += weight * (frames[f + 6] * x + frames[f + 7] * y + frames[f + 8] * z + frames[f + 11]);
      }
      vertices[3 * v] = sumX / total; vertices[3 * v + 1] = sumY / total; vertices[3 * v + 2] = sumZ / total;
    }
  }

  // A number of each joint, spread over the skin by its weights.
  spread(ofJoints, out) {
    const { weightCounts, weightJoints, weights } = this;
    let at = 0;
    for (let v = 0; v < this.numVertices; ++v) {
      let sum = 0, total = 0;
      for (const end = at + weightCounts[v]; at < end; ++at) {
        sum += weights[at] * ofJoints[weightJoints[at]];
        total += weights[at];
      }
      out[v] = sum / total;
    }
  }
}

// Reads a .bvh with three.js and compares its bones with the expected joints:
//   node three_bvh_check.mjs FILE.bvh JOINTS.json
// Exit status 1 when a joint is off by more than 0.1 mm. VITRUVIUS_NODE_MODULES: folder where three was installed.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [bvh, joints] = process.argv.slice(2);
const three = path.join(process.env.VITRUVIUS_NODE_MODULES, 'node_modules', 'three');
const { AnimationMixer, REVISION, Vector3 } = await import(pathToFileURL(path.join(three, 'build/three.module.js')));
const { BVHLoader } = await import(pathToFileURL(path.join(three, 'examples/jsm/loaders/BVHLoader.js')));

const expected = JSON.parse(fs.readFileSync(joints, 'utf8'));
const { skeleton, clip } = new BVHLoader().parse(fs.readFileSync(bvh, 'utf8'));
const root = skeleton.bones[0];
const mixer = new AnimationMixer(root);
mixer.clipAction(clip).play();
const bones = expected.names.map((name) => skeleton.bones.find((bone) => bone.name === name));
const at = new Vector3();
let worst = 0;
let worstName = '';
for (const { frame, joints: places } of expected.frames) {
  mixer.setTime(Math.min(frame / expected.fps, clip.duration - 1e-9));
  root.updateMatrixWorld(true);
  bones.forEach((bone, j) => {
    bone.getWorldPosition(at);
    const off = Math.hypot(at.x - places[j][0], at.y - places[j][1], at.z - places[j][2]);
    if (off > worst) [worst, worstName] = [off, bone.name];
  });
}
console.log(`${bvh}: three.js r${REVISION}: ${expected.frames.length} frames, ${bones.length} joints within ` +
            `${(1e3 * worst).toFixed(4)} mm (${worstName}), ${clip.duration.toFixed(4)} s long, ` +
            `${skeleton.bones.length - bones.length} bones besides`);
process.exit(worst < 1e-4 ? 0 : 1);

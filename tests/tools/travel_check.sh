#!/usr/bin/env bash
# Exported files in the programs they are for: travel_check.sh VITRUVIUS FOLDER
# FOLDER holds node_modules with gltf-validator and three, and gets the files. Fits a motion frame by frame (shapes
# differ from frame to frame) and one of constant shape, and compares joints in three.js and Blender with results.npz.
set -euo pipefail
program=$(realpath "$1") folder=$(realpath "$2") tools=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
motion=${MOTION:-/usr/share/assimp/models/BVH/01_01.bvh}
export VITRUVIUS_NODE_MODULES=$folder
cd "$folder"
rm -rf out files && mkdir -p files

"$program" fit "$motion" --starts 1 --quiet --out out/motion
"$program" convert out/motion --to glb --fps 120 --out files/motion.glb
# One person of it, whose mesh must be exact.
first=$(/usr/bin/python3 -c "
import numpy as np
r = np.load('out/motion/results.npz')
print(r['ids'][r['status'] == 1][0])")
number=${first##*_}
person=files/people/$first
"$program" convert out/motion --to glb --id "$first" --out files/people --quiet
"$program" convert out/motion --to obj --id "$first" --out files/people --quiet
# The same joints with one shape held, for skeletons whose bones cannot grow.
/usr/bin/python3 - <<'PY'
import numpy as np
r = np.load('out/motion/results.npz')
good = r['status'] == 1
joints = np.concatenate([r['joints3d'], np.ones(r['joints3d'].shape[:2] + (1,))], 2)[good]
np.savez('out/held.npz', keypoints3d=joints, keypoint_set='smpl24',
         betas=np.repeat(r['betas'][good].mean(0)[None], good.sum(), 0))
PY
"$program" fit out/held.npz --starts 1 --quiet --out out/held
"$program" convert out/held --to glb --fps 120 --out files/held.glb
"$program" convert out/held --to bvh --fps 120 --out files/held.bvh
expected() { /usr/bin/python3 "$tools/expected_joints.py" "$@"; }
expected out/motion/results.npz 120 y files/motion.glb >files/motion.json
expected out/held/results.npz 120 y files/held.glb >files/held.json
/usr/bin/python3 - "$number" <<'PY'
import json, sys
all_frames = json.load(open('files/motion.json'))
frame = next(f for f in all_frames['frames'] if f['frame'] == int(sys.argv[1]))
all_frames['frames'] = [dict(frame, frame=0)]
json.dump(all_frames, open('files/person.json', 'w'))
PY

blender=(blender -b --factory-startup --python-exit-code 1 --python "$tools/blender_check.py" --)
status=0
node "$tools/validate.mjs" files/motion.glb files/held.glb "$person.glb" || status=1
node "$tools/three_check.mjs" files/motion.glb files/motion.json "$person.obj" "$number" y files/motion.png || status=1
node "$tools/three_check.mjs" "$person.glb" files/person.json "$person.obj" 0 y files/person.png || status=1
"${blender[@]}" files/motion.glb files/motion.json | grep -E 'bones within|Error|assert' || status=1
"${blender[@]}" "$person.glb" files/person.json | grep -E 'bones within|Error|assert' || status=1
"${blender[@]}" files/held.glb files/held.json | grep -E 'bones within|Error|assert' || status=1
"${blender[@]}" files/held.bvh files/held.json | grep -E 'bones within|Error|assert' || status=1
exit $status

#!/usr/bin/env bash
# Exported files in the programs they are for: travel_check.sh VITRUVIUS FOLDER
# FOLDER holds node_modules with gltf-validator and three, and gets the files. Fits a motion frame by frame (shapes
# differ from frame to frame) and one of constant shape, and compares joints in three.js, Blender and assimp with
# results.npz.
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
person_glb=$(echo files/people/*.glb)  # named after the sequence or the person
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
# A body whose pelvis does not rest at the origin, as SMPL's: where programs differ in what a root's offset means.
"$program" model convert mannequin out/body.npz >out/convert.log
/usr/bin/python3 - <<'PY'
import numpy as np
body = dict(np.load('out/body.npz'))
body['v_template'] = body['v_template'] - [0, 0.25, 0]
np.savez('out/low.npz', **body)
PY
"$program" fit "$motion" --model out/low.npz --starts 1 --quiet --out out/low
"$program" convert out/low --model out/low.npz --to bvh --fps 120 --out files/low.bvh
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
node "$tools/validate.mjs" files/motion.glb files/held.glb "$person_glb" || status=1
node "$tools/three_check.mjs" files/motion.glb files/motion.json "$person.obj" "$number" y files/motion.png || status=1
node "$tools/three_check.mjs" "$person_glb" files/person.json "$person.obj" 0 y files/person.png || status=1
"${blender[@]}" files/motion.glb files/motion.json | grep -E 'bones within|Error|assert' || status=1
"${blender[@]}" "$person_glb" files/person.json | grep -E 'bones within|Error|assert' || status=1
"${blender[@]}" files/held.glb files/held.json | grep -E 'bones within|Error|assert' || status=1
"${blender[@]}" files/held.bvh files/held.json | grep -E 'bones within|Error|assert' || status=1
node "$tools/three_bvh_check.mjs" files/held.bvh files/held.json || status=1
expected out/low/results.npz 120 y files/held.glb >files/low.json
node "$tools/three_bvh_check.mjs" files/low.bvh files/low.json || status=1
/usr/bin/python3 "$tools/assimp_check.py" files/low.bvh files/low.json || status=1
"${blender[@]}" files/low.bvh files/low.json | grep -E 'bones within|Error|assert' || status=1
for file in files/held.bvh files/held.glb "$person_glb"; do
  json=files/held.json
  if [[ $file == "$person_glb" ]]; then json=files/person.json; fi
  /usr/bin/python3 "$tools/assimp_check.py" "$file" "$json" || status=1
done
exit $status

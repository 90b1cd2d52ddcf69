# What a program must show of a result: expected_joints.py RESULTS.npz FPS UP FILE.glb > joints.json
# {"fps", "frames": [{"frame", "joints": [[x, y, z], ...]}], "names"}: usable frames in the file's order, metres, y
# up; names as the .glb has them.
import json
import struct
import sys

import numpy as np

results, fps, up = np.load(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
with open(sys.argv[4], 'rb') as stream:
    length = struct.unpack('<4sIII4s', stream.read(20))[3]
    glb = json.loads(stream.read(length))
names = [glb['nodes'][node]['name'] for node in glb['skins'][0]['joints']]
joints = results['joints3d'] * (np.array([1, -1, -1]) if up == '-y' else 1.0)
frames = [{'frame': int(i), 'joints': joints[i].tolist()} for i in np.flatnonzero(results['status'] == 1)]
json.dump({'fps': fps, 'frames': frames, 'names': names}, sys.stdout)

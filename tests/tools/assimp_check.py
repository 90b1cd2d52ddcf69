# Has assimp read a .bvh or .glb and compares its joints with the expected ones:
#   assimp_check.py FILE JOINTS.json
# Fails when a joint is off by more than 0.1 mm.
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

import numpy as np


def numbers(element):
    return np.array([float(word) for word in element.text.split()])


def rotation(quaternion):
    x, y, z, w = quaternion / np.linalg.norm(quaternion)
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                     [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                     [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])


path, joints_path = sys.argv[1:3]
with open(joints_path) as stream:
    expected = json.load(stream)
with tempfile.TemporaryDirectory() as folder:
    dump = os.path.join(folder, 'read.assxml')
    subprocess.run(['assimp', 'dump', path, dump], check=True, stdout=subprocess.DEVNULL)
    scene = xml.parse(dump).getroot().find('Scene')
animations = scene.findall('AnimationList/Animation')
ticks = float(animations[0].get('tick_cnt')) if animations else 1.0
duration = float(animations[0].get('duration')) / ticks if animations else 0.0
keys = {}
for node in animations[0].findall('NodeAnimList/NodeAnim') if animations else []:
    for kind, key in ('Position', 'PositionKey'), ('Rotation', 'RotationKey'):
        rows = node.findall(f'{kind}KeyList/{key}')
        if rows:
            keys[node.get('node'), kind] = (np.array([float(row.get('time')) / ticks for row in rows]),
                                            np.array([numbers(row) for row in rows]))


def walk(node, parent, time, places):
    name = node.get('name')
    matrix = numbers(node.find('Matrix4')).reshape(4, 4)
    if (name, 'Rotation') in keys:
        at, values = keys[name, 'Rotation']
        matrix[:3, :3] = rotation(values[np.abs(at - time).argmin()])
    if (name, 'Position') in keys:
        at, values = keys[name, 'Position']
        matrix[:3, 3] = values[np.abs(at - time).argmin()]
    world = parent @ matrix
    places[name] = world[:3, 3]
    for child in node.findall('NodeList/Node'):
        walk(child, world, time, places)


worst, worst_name = 0.0, ''
for entry in expected['frames']:
    places = {}
    walk(scene.find('Node'), np.eye(4), entry['frame'] / expected['fps'], places)
    for name, place in zip(expected['names'], entry['joints']):
        off = np.linalg.norm(places[name] - place)
        if off > worst:
            worst, worst_name = off, name
version = re.search(r'Version (\S+)', subprocess.run(['assimp', 'version'], capture_output=True, text=True).stdout)
print(f"{path}: assimp {version.group(1)}: {len(expected['frames'])} frames, {len(expected['names'])} joints within "
      f"{1e3 * worst:.4f} mm ({worst_name}), {duration:.4f} s long, {len(places) - len(expected['names'])} nodes besides")
assert worst < 1e-4, worst

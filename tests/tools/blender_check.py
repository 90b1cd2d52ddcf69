# Opens a .glb or .bvh in Blender and compares its bones with the expected joints:
#   blender -b --factory-startup --python-exit-code 1 --python blender_check.py -- FILE JOINTS.json
# Fails when a joint is off by more than 0.1 mm.
import builtins
import json
import sys

import bpy
from mathutils import Vector

# Debian 12's importers are older than its Python: "rU" is no longer a mode of open (.bvh), and numpy.bool, which the
# default shading of .glb needs, is gone (import_shading='SMOOTH' does without).
plain_open = builtins.open
builtins.open = lambda file, mode='r', *more, **named: plain_open(file, mode.replace('U', ''), *more, **named)

path, joints_path = sys.argv[sys.argv.index('--') + 1:]
with open(joints_path) as stream:
    expected = json.load(stream)
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.render.fps = round(expected['fps'])
if path.endswith('.glb'):
    bpy.ops.import_scene.gltf(filepath=path, import_shading='SMOOTH')
else:
    bpy.ops.import_anim.bvh(filepath=path, global_scale=1.0, frame_start=1, use_fps_scale=False)
armature = next(o for o in scene.objects if o.type == 'ARMATURE')
names = expected['names']
worst = 0.0
for entry in expected['frames']:
    scene.frame_set(entry['frame'] + (1 if path.endswith('.bvh') else 0))  # the importers' own beginnings
    bpy.context.view_layer.update()
    for name, (x, y, z) in zip(names, entry['joints']):
        head = armature.matrix_world @ armature.pose.bones[name].head
        worst = max(worst, (head - Vector((x, -z, y))).length)  # Blender is z up
meshes = [o for o in scene.objects if o.type == 'MESH' and o.vertex_groups]
keys = len(meshes[0].data.shape_keys.key_blocks) - 1 if meshes and meshes[0].data.shape_keys else 0
print(f"{path}: Blender {bpy.app.version_string}: {len(expected['frames'])} frames, {len(names)} bones within "
      f"{1e3 * worst:.4f} mm, {len(meshes)} skinned meshes, {keys} shape keys")
assert worst < 1e-4, worst

#!/usr/bin/env python3
"""Writes seeds/TARGET/*: small valid files of every kind. Needs numpy. The results are kept in the repository."""
import base64
import io
import json
import os
import pickle
import struct
import zipfile
import zlib

import numpy as np

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'seeds')
SMPL_PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]


def seed(target, name, content):
    os.makedirs(os.path.join(HERE, target), exist_ok=True)
    mode = 'w' if isinstance(content, str) else 'wb'
    with open(os.path.join(HERE, target, name), mode, **({'newline': ''} if mode == 'w' else {})) as file:
        file.write(content)


def npy(array, **options):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, **options)
    return out.getvalue()


# ---- motion ----
def bvh():
    def joint(kind, name, offset, children):
        channels = '6 Xposition Yposition Zposition Zrotation Yrotation Xrotation' if kind == 'ROOT' else \
            '3 Zrotation Yrotation Xrotation'
        inside = ''.join(children) or 'End Site\n{\nOFFSET 0 5 0\n}\n'
        return f'{kind} {name}\n{{\nOFFSET {offset}\nCHANNELS {channels}\n{inside}}}\n'

    def chain(*joints):
        children = []
        for name, offset in reversed(joints):
            children = [joint('JOINT', name, offset, children)]
        return children[0]

    sides = []
    for side, s in (('Left', 1), ('Right', -1)):
        sides.append(chain((side + 'UpLeg', f'{s * 10} -5 0'), (side + 'Leg', '0 -41 0'),
                           (side + 'Foot', '0 -41 0'), (side + 'ToeBase', '0 -3 10')))
    arms = [chain((side + 'Shoulder', f'{s * 5} 15 0'), (side + 'Arm', f'{s * 12} 0 0'),
                  (side + 'ForeArm', f'{s * 27} 0 0'), (side + 'Hand', f'{s * 25} 0 0'))
            for side, s in (('Left', 1), ('Right', -1))]
    neck = chain(('Neck', '0 20 0'), ('Head', '0 10 0'))
    spine2 = joint('JOINT', 'Spine2', '0 10 0', [neck] + arms)
    spine = joint('JOINT', 'Spine', '0 10 0', [joint('JOINT', 'Spine1', '0 10 0', [spine2])])
    text = 'HIERARCHY\n' + joint('ROOT', 'Hips', '0 0 0', sides + [spine])
    channels = 3 * text.count('CHANNELS') + 3
    rows = [' '.join(str((7 * c + 3 * f) % 11 - 5) for c in range(channels)) for f in range(3)]
    return text + 'MOTION\nFrames: 3\nFrame Time: .0333333\n' + '\n'.join(rows) + '\n'


def asf_amc():
    bones = [('lhipjoint', 'root', '.6 -.7 .3', ''), ('lfemur', 'lhipjoint', '.34 -.94 0', 'rx ry rz'),
             ('ltibia', 'lfemur', '.34 -.94 0', 'rx'), ('lfoot', 'ltibia', '.08 -.2 .97', 'rx rz'),
             ('ltoes', 'lfoot', '0 0 1', 'rx'), ('rhipjoint', 'root', '-.6 -.7 .3', ''),
             ('rfemur', 'rhipjoint', '-.34 -.94 0', 'rx ry rz'), ('rtibia', 'rfemur', '-.34 -.94 0', 'rx'),
             ('rfoot', 'rtibia', '-.08 -.2 .97', 'rx rz'), ('rtoes', 'rfoot', '0 0 1', 'rx'),
             ('lowerback', 'root', '0 1 0', 'rx ry rz'), ('upperback', 'lowerback', '0 1 0', 'rx ry rz'),
             ('thorax', 'upperback', '0 1 0', 'rx ry rz'), ('lowerneck', 'thorax', '0 1 0', 'rx ry rz'),
             ('head', 'lowerneck', '0 1 0', 'rx ry rz'), ('lclavicle', 'thorax', '.9 .4 0', 'ry rz'),
             ('lhumerus', 'lclavicle', '1 0 0', 'rx ry rz'), ('lradius', 'lhumerus', '1 0 0', 'rx'),
             ('lhand', 'lradius', '1 0 0', 'rx rz'), ('rclavicle', 'thorax', '-.9 .4 0', 'ry rz'),
             ('rhumerus', 'rclavicle', '-1 0 0', 'rx ry rz'), ('rradius', 'rhumerus', '-1 0 0', 'rx'),
             ('rhand', 'rradius', '-1 0 0', 'rx rz')]
    text = ('# comment\n:version 1.10\n:name x\n:units\n  mass 1.0\n  length 0.45\n  angle deg\n:root\n'
            '  order TX TY TZ RX RY RZ\n  axis XYZ\n  position 0 0 0\n  orientation 0 0 0\n:bonedata\n')
    for i, (name, _, direction, dof) in enumerate(bones):
        text += f'begin\nid {i + 1}\nname {name}\ndirection {direction}\nlength 2.5\naxis 0 0 {i % 3 * 20} XYZ\n'
        if dof:
            text += f'dof {dof}\nlimits ' + ' '.join('(-160 20)' for _ in dof.split()) + '\n'
        text += 'end\n'
    text += ':hierarchy\nbegin\n'
    for parent in dict.fromkeys(b[1] for b in bones):
        text += parent + ' ' + ' '.join(b[0] for b in bones if b[1] == parent) + '\n'
    text += 'end\n'
    motion = '#!OML:ASF x\n:FULLY-SPECIFIED\n:DEGREES\n'
    for frame in (1, 2):
        motion += f'{frame}\nroot 9.1 17 -3 1.5 -2 3\n'
        for name, _, _, dof in bones:
            if dof:
                motion += name + ''.join(f' {5 * frame + k}' for k in range(len(dof.split()))) + '\n'
    return text, motion


seed('bvh', 'figure.bvh', bvh())
ASF, AMC = asf_amc()
seed('asf_amc', 'both', ASF + '\0' + AMC)
seed('asf_amc', 'motion', '1\nroot 1 2 3 4 5 6\na 7 8\nb 9\n2\nroot 1 2 3 4 5 6\na 7 8\nb 9\n')
FRAME = [0.0333] + [0, 0.9, 0] + 3 * [1, 0, 0, 0] + [0.9, 0.1, 0, 0] + [-0.2] + [1, 0, 0, 0] + [0.7, 0, 0.7, 0] + [0.3] + \
    [1, 0, 0, 0] + [-0.1] + 2 * [1, 0, 0, 0] + [0.4]
assert len(FRAME) == 44
seed('deepmimic', 'two', json.dumps({'Loop': 'none', 'Frames': [FRAME, FRAME]}))
seed('expmap', 'three', '\n'.join(','.join(f'{(i * 7 + f) % 13 / 20 - .3:.2f}' for i in range(117)) for f in range(3)))

# ---- arrays, as lines of text (fuzz.h) ----
seed('motion_npz', 'amass_smplh', 'poses f8 3,156 : 0.1 0 -0.2 0.05*7\ntrans f8 3,3 : 0 0 1\nbetas f8 16 : 0.5\n'
     'dmpls f8 3,8 : 0\ngender U  : female\nmocap_framerate f8  : 120\n')
seed('motion_npz', 'amass_smplx', 'gender S  : neutral\nsurface_model_type U  : smplx\nmocap_frame_rate f8  : 60\n'
     'poses f8 2,165 : 0.1*4 0\ntrans f8 2,3 : 0 0 1\nbetas f8 16 : 0.5\nroot_orient f8 2,3 : 1.5 0 0\n'
     'pose_body f8 2,63 : 0.1 0\npose_hand f8 2,90 : 0.2\npose_jaw f8 2,3 : 0\npose_eye f8 2,6 : 0\n')
seed('motion_npz', 'ours', 'poses f8 4,72 : 0.1 0 -0.2 0.05*7\ntrans f8 4,3 : 0 1 0\nup_axis U  : y\nvalid i1 4 : 1 0\n'
     'gender U  : neutral\nbetas f8 0 :\nmocap_frame_rate f8  : 30\nsubject U  : s\n')
seed('motion_npz', 'amass_parts', 'gender U  : male\nmocap_frame_rate f8  : 60\ntrans f8 2,3 : 0 0 1\n'
     'root_orient f8 2,3 : 1.5 0 0\npose_body f8 2,63 : 0.1 0\npose_hand f8 2,90 : 0.2\nup_axis U  : z\n')
seed('motion_npz', 'results', 'poses f8 2,72 : 0.1\ntransl f8 2,3 : 0 0 3\nbetas f8 2,10 : 1\nstatus i1 2 : 1 0\n'
     'mocap_frame_rate f8  : 25\n')
seed('motion_npz', 'refused_large', 'poses f8 1,72 : 1e308\ntrans f8 1,3 : 0\nmocap_frame_rate f8  : 30\n')
seed('motion_npz', 'refused_fast', 'poses f8 4,72 : 0.1\ntrans f8 4,3 : 0\nup_axis U  : y\nmocap_frame_rate f8  : 2147483648\n')
seed('bvh', 'refused_fast.bvh', bvh().replace('.0333333', '1e-320'))
PARENTS = ' '.join(str(4294967295 if p < 0 else p) for p in SMPL_PARENTS) + ' ' + ' '.join(map(str, range(24)))
seed('body_npz', 'smpl', 'v_template f8 8,3 : 0 1 0 1 0 0 0 0 1 .5 .5\nshapedirs f8 8,3,10 : 0.01 -0.02 0\n'
     'posedirs f4 8,3,207 : 0.001 0*5\nJ_regressor f8 24,8 : .5 .25 .25 0*5\nweights f8 8,24 : 1 0*24\n'
     f'kintree_table u4 2,24 : {PARENTS}\nf u4 3,3 : 0 1 2 1 2 3 4 5 6\ngender U  : male\n'
     'landmark_names U 2 : nose left_heel\nlandmark_vertices i4 2 : 3 5\n')
seed('body_npz', 'small', 'v_template f4 3,3 : 0 1 0 1\nJ_regressor f8 2,3 : 1 0 0 0\nweights f8 3,2 : 1 0\n'
     'kintree_table u4 2,2 : 4294967295 0 0 1\nf i4 1,3 : 0 1 2\njoint_names U 2 : pelvis head\nname U  : two\n')
seed('body_npz', 'chart', 'v_template f4 3,3 : 0 1 0 1\nJ_regressor f8 2,3 : 1 0 0 0\nweights f8 3,2 : 1 0\n'
     'kintree_table u4 2,2 : 4294967295 0 0 1\nf i4 2,3 : 0 1 2 0 2 1\nchart_part i4 2 : 1 24\n'
     'chart_uv f8 2,3,2 : 0 .5 1 .25\nname U  : two\n')
seed('observation_npz', 'two', 'keypoints2d f8 2,17,3 : 100 200 0.9 140 210 0.8 90 300 1 0 0 0\nkeypoint_set U  : coco17\n'
     'image_size i4 2,2 : 640 480\nfocal f8 2 : 800\ncenter f8 2,2 : 320 240\nids U 2 : a b\nbetas f8 2,10 : 0.1\n')
seed('observation_npz', 'three_d', 'keypoints3d f8 2,24,4 : 0.1 0.2 3 1 -0.3 0.5 2.9 1\nkeypoint_set U  : smpl24\n'
     'gender U  : female\nimages U 2 : x.png\n')
DENSE = 'points2d f8 3,2 : 100 200 140 210\nperson i4 3 : 1 0 1\n'
seed('observation_npz', 'dense', DENSE + 'face i4 3 : 5 6\nbary f8 3,3 : 1 0 0 .5 .25 .25 0 0 1\npart i4 3 : 1 24 3\n'
     'uv f8 3,2 : 0 1 .5 .25\nweight f4 3 : 1 .5\n')
seed('observation_npz', 'dense_beside', DENSE + 'part i4 3 : 1 24 3\nuv f8 3,2 : 0 1 .5 .25\n'
     'keypoints2d f8 2,17,3 : 100 200 0.9 140 210 0.8 90 300 1 0 0 0\nkeypoint_set U  : coco17\n')
seed('observation_npz', 'depths', 'keypoints2d f8 2,17,3 : 100 200 0.9 140 210 0.8 90 300 1 0 0 0\nkeypoint_set U  : coco17\n'
     'keypoint_depths f8 2,17,2 : -12 1 3.5 0.5 0 0\nhidden i1 2,17 : 0 1\n')
seed('observation_npz', 'refused_person', DENSE.replace('1 0 1', '0 2000000000') + 'face i4 3 : 5\nbary f8 3,3 : 1 0 0\n')
seed('results_npz', 'two', 'ids U 2 : a b\nstatus i1 2 : 1 0\nreason U 2 : ok too_few_keypoints\nglobal_orient f8 2,3 : 0.1\n'
     'body_pose f8 2,69 : 0.1\nposes f8 2,72 : 0.1\nbetas f8 2,10 : 0.2\ntransl f8 2,3 : 0 0 3\njoints3d f8 2,24,3 : 0 1\n'
     'joints3d_expected f8 2,24,3 : 0\njoints_std_m f8 2,24 : nan 0.01\njoints2d f8 2,24,2 : 50 60\nfocal f8 2,2 : 500\n'
     'center f8 2,2 : 320 240\nimage_size i4 2,2 : 640 480\ncost f8 2 : 12\nreprojection_px f8 2 : 3 nan\n'
     'residual_median f8 2 : 3\nnum_keypoints i4 2 : 17\nnum_starts i4 2 : 4\nnum_minima i4 2 : 2\nwinning_start i4 2 : 1\n'
     'num_iterations i4 2 : 30\nterm_names U 2 : reprojection pose_prior\nterm_costs f8 2,2 : 7 5\nkeypoint_set U  : coco17\n'
     'model U  : mannequin\nmodel_gender U  : neutral\ngender U  : neutral\nmocap_frame_rate f8  : 30\n')
seed('prior_npz', 'two_modes', 'weights f8 2 : .5\nmeans f8 2,3 : 0.1 0\ncovars f8 2,3,3 : 1 0 0 0 1 0 0 0 1\n')
NETWORK = ('leaky_slope f8  : 0.2\njoints U 2 : left_hip neck\nlatent_dim i4  : 3\n'
           'decoder_leaky i1 3 : 1 1 0\ndecoder_weight_0 f4 5,3 : .5 -.3 .1 .7\ndecoder_bias_0 f4 5 : .1\n'
           'decoder_weight_1 f4 4,5 : .4 -.6 .2\ndecoder_bias_1 f4 4 : -.1 .2\n'
           'decoder_weight_2 f4 12,4 : .3 .8 -.5 .1 .6\ndecoder_bias_2 f4 12 : 1 0 0 1 0 0\n'
           'rotation U  : 6d_interleaved\n')
seed('prior_npz', 'gan_s', 'family U  : gan-s\nlatent U  : sphere\n' + NETWORK +
     'shape_weight f4 10,4 : .1\nshape_bias f4 10 : 0\ntrained_with U  : x\ninversion_val_mm f8  : 6\n')
seed('prior_npz', 'vae', 'family U  : vae\n' + NETWORK +
     'encoder_leaky i1 1 : 1\nencoder_weight_0 f4 4,6 : .2 -.1\nencoder_bias_0 f4 4 : .1\n'
     'encoder_mean_weight f4 3,4 : .5 -.5\nencoder_mean_bias f4 3 : 0\n'
     'encoder_std_weight f4 3,4 : .1\nencoder_std_bias f4 3 : 0\n')
seed('prior_npz', 'refused_family', 'family U  : gan-u\nlatent U  : sphere\n' + NETWORK)
FLOW = 'family U  : realnvp\nlatent_dim i4  : 3\njoints U 1 : neck\nleaky_slope f8  : 0.2\n' + \
       'data_mean f4 3 : .1\ndata_scale f4 3 : .3\nflow_mask i1 2,3 : 1 0 1 0 1 0\n' + ''.join(
           f'flow_{k}_weight_{c}_0 f4 4,3 : .2 -.4 .6\nflow_{k}_bias_{c}_0 f4 4 : .1\n'
           f'flow_{k}_weight_{c}_1 f4 3,4 : .3 -.2\nflow_{k}_bias_{c}_1 f4 3 : 0\n' for k in 'st' for c in (0, 1))
seed('prior_npz', 'realnvp', FLOW)
seed('prior_npz', 'bad_mask', FLOW.replace('1 0 1 0 1 0', '1'))

# ---- bytes ----
seed('npy', 'f8', npy(np.arange(6.0).reshape(2, 3)))
seed('npy', 'big_endian_fortran', npy(np.asfortranarray(np.arange(6).reshape(2, 3).astype('>i2'))))
seed('npy', 'f2', npy(np.array([1, np.nan, np.inf], np.float16), version=(2, 0)))
seed('npy', 'text', npy(np.array([['a', 'xyz']])))
seed('npy', 'bytes', npy(np.array([b'a', b'xyz'])))
seed('npy', 'bool', npy(np.array(True)))
stored, deflated = io.BytesIO(), io.BytesIO()
ARRAYS = dict(a=np.arange(4.0), b=np.array('text'), c=np.zeros((0, 3), np.int32))
np.savez(stored, **ARRAYS)
np.savez_compressed(deflated, **ARRAYS, d=np.array([None], object))
seed('npz', 'stored', stored.getvalue())
seed('npz', 'deflated', deflated.getvalue())
SMALL_BODY = dict(v_template=np.eye(3), J_regressor=np.eye(2, 3), weights=np.eye(3, 2) + [[0, 0], [0, 0], [1, 0]],
                  kintree_table=np.array([[2**32 - 1, 0], [0, 1]], np.uint32), f=np.array([[0, 1, 2]], np.uint32))
for protocol in (0, 2, 4):
    seed('pickle', f'body_protocol{protocol}', pickle.dumps(SMALL_BODY, protocol))
seed('pickle', 'values', pickle.dumps(dict(a=[1, -2.5, None, True, 'text', b'bytes', {3}, (4, 5, 6, 7)], b=2**60,
                                           c=np.float64(3), d=np.array([1, 2], '>f4')), 2))
GAUSSIANS = dict(means=np.zeros((2, 2)), covars=np.array([np.eye(2)] * 2), weights=np.array([.5, .5]))
seed('pickle', 'gmm_protocol0', pickle.dumps(GAUSSIANS, 0))
seed('regressor', 'extra.npy', npy(np.eye(9, 8) + np.eye(9, 8, -8)))
seed('regressor', 'transposed.pkl', pickle.dumps(np.eye(8, 9) + np.eye(8, 9, 8), 2))


# ---- torch's checkpoints, by hand ----
def text(value):
    return b'X' + struct.pack('<I', len(value)) + value.encode()


def ints(values):
    return b'(' + b''.join(b'J' + struct.pack('<i', v) for v in values) + b't'


def tensor(key, shape, stride, count, offset=0):
    return (b'ctorch._utils\n_rebuild_tensor_v2\n((' + text('storage') + b'ctorch\nFloatStorage\n' + text(key) + text('cpu') +
            ints([count])[1:-1] + b'tQ' + ints([offset])[1:-1] + ints(shape) + ints(stride) +
            b'\x89ccollections\nOrderedDict\n)RtR')


def state_dict(tensors):
    return (b'ccollections\nOrderedDict\n)R(' + b''.join(text(name) + value for name, value in tensors) + b'u}' +
            text('_metadata') + b'Nsb')


FLOATS = np.arange(6, dtype='<f4').tobytes()
SMALL_STATE = state_dict([('a', tensor('0', (2, 3), (3, 1), 6)), ('b', tensor('1', (2,), (2,), 6, 1))])
MAGIC = b'\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}(' + text('little_endian') + b'\x88u.'
seed('torch_checkpoint', 'old.pt', MAGIC + b'\x80\x02' + SMALL_STATE + b'.\x80\x02](' + text('0') + text('1') + b'e.' +
     2 * (struct.pack('<Q', 6) + FLOATS))
LIGHTNING = (b'}(' + text('callbacks') + b'}cpytorch_lightning.callbacks\nModelCheckpoint\n}s' + text('state_dict') +
             SMALL_STATE + b'u')
archive = io.BytesIO()
with zipfile.ZipFile(archive, 'w') as file:
    for name, content in (('data.pkl', b'\x80\x02' + LIGHTNING + b'.'), ('byteorder', b'little'), ('data/0', FLOATS),
                          ('data/1', FLOATS)):
        file.writestr(zipfile.ZipInfo('archive/' + name), content)
seed('torch_checkpoint', 'new.ckpt', archive.getvalue())
VPOSER = [('enc_bn1', (63,)), ('enc_fc1', (1, 63)), ('enc_bn2', (1,)), ('enc_fc2', (1, 1)), ('enc_mu', (1, 1)),
          ('enc_logvar', (1, 1)), ('dec_fc1', (1, 1)), ('dec_fc2', (1, 1)), ('dec_out', (126, 1))]
tensors = []
for layer, shape in VPOSER:
    members = {'weight': shape, 'bias': shape[:1]}
    if 'bn' in layer:
        members.update(running_mean=shape, running_var=shape)
    for member, size in members.items():  # all of one storage
        tensors.append((f'bodyprior_{layer}.{member}', tensor('0', size, (size[1], 1) if len(size) == 2 else (1,), 126)))
seed('torch_checkpoint', 'vposer.pt', MAGIC + b'\x80\x02' + state_dict(tensors) + b'.\x80\x02](' + text('0') + b'e.' +
     struct.pack('<Q', 126) + np.full(126, .5, '<f4').tobytes())
seed('keypoint_json', 'openpose', json.dumps(dict(version=1.3, people=[
    dict(person_id=[-1], pose_keypoints_2d=[v for i in range(25) for v in (100 + 3 * i, 200 + i, .9)],
         face_keypoints_2d=[], hand_left_keypoints_2d=[], hand_right_keypoints_2d=[]),
    dict(person_id=[-1], pose_keypoints_2d=[0] * 75)])))
seed('keypoint_json', 'coco', json.dumps(dict(
    images=[dict(id=7, file_name='a.jpg', width=640, height=480)], categories=[dict(id=1, name='person')],
    annotations=[dict(id=1, image_id=7, category_id=1, num_keypoints=17, iscrowd=0, bbox=[10, 20, 100, 300],
                      keypoints=[v for i in range(17) for v in (100 + i, 200 + i, 2)])])))
seed('keypoint_json', 'coco_results', json.dumps([dict(image_id=7, category_id=1, score=.8,
                                                       keypoints=[1.5, 2.5, .5] * 17)]))
RECIPE = dict(name='r', prior='gmm8', camera='perspective', reference_size_px=400, min_keypoints=6,
              keypoint_weights=dict(nose=0.5), starts=dict(modes=1, with_mean=True, yaws=4),
              camera_stages=[dict(weights=dict(reprojection=1, depth=5), free=['transl', 'global_orient'], torso_only=True)],
              stages=[dict(name='a', weights=dict(reprojection=1, pose_prior=4.78, hinge=15, betas=5), robust_sigma=100,
                           free=['body_pose', 'betas'], max_iterations=20, function_tolerance=1e-4, keep=2)])
seed('recipe', 'full', json.dumps(RECIPE))
seed('recipe', 'short', '{"stages": [{"weights": {"points3d": 1}}]}')


def points(count, columns):
    return [[(k * 7 + i * 3) % 90 + 1 for i in range(columns)] for k in range(count)]


def scored(count, columns=3):
    return [x for row in points(count, columns - 1) for x in row + [0.9]]


def compact(value):
    return json.dumps(value, separators=(',', ':'))


seed('keypoint_json', 'alphapose', compact({'0.jpg': {'version': 'AlphaPose v0.3', 'bodies': [{'joints': scored(18)}]},
                                            '1.jpg': {'bodies': []}}))
seed('keypoint_json', 'mmpose', compact({'meta_info': {'dataset_name': 'coco'}, 'instance_info': [
    {'frame_id': 1, 'instances': [{'keypoints': points(17, 2), 'keypoint_scores': [0.9] * 17, 'bbox': [[1, 2, 30, 40]]}]}]}))
seed('keypoint_json', 'easymocap', compact([{'id': 0, 'keypoints3d': points(25, 4)}]))
seed('keypoint_json', 'openpose_3d', compact({'people': [
    {'person_id': [-1], 'pose_keypoints_2d': [], 'pose_keypoints_3d': scored(25, 4)}]}))
seed('keypoint_csv', 'names', 'frame,person,nose_x,nose_y,nose_score,LKnee.x,LKnee.y,LKnee.score\n'
                              '0,a,1,2,0.5,30,40,0.9\n1,a,,nan,1,3,4,0.5\n')
seed('keypoint_csv', 'points', 'frame;keypoint;x;y;z\n0;left_hip;0.1;0.2;3\n0;right_hip;-0.1;0.2;3\n1;left_hip;0;0;4\n')
seed('keypoint_csv', 'numbers', '# mediapipe33\n' + ','.join(str(x) for x in scored(33, 4)) + '\n')
seed('keypoint_csv', 'deeplabcut', 'scorer,n,n,n\nbodyparts,nose,nose,nose\ncoords,x,y,likelihood\n0,1,2,0.9\n')
seed('keypoint_set', 'every_kind', compact({'name': 'mine', 'num_vertices': 7054, 'points': [
    {'name': 'left_knee', 'at': 'left_knee'}, {'name': 'a', 'joint': 1, 'mirror': 'b'}, {'name': 'b', 'vertex': 707},
    {'name': 'c', 'face': 5, 'bary': [0.2, 0.3, 0.5]}, {'name': 'd', 'vertices': [3, 1], 'weights': [1.5, -0.5]},
    {'name': 'e'}], 'limbs': [['a', 'b']]}))


def png(width, height, depth, kind, pixels, palette=None):
    def chunk(name, data):
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, depth, kind, 0, 0, 0)) +
            (chunk(b'PLTE', palette) if palette else b'') + chunk(b'IDAT', zlib.compress(pixels)) + chunk(b'IEND', b''))


seed('picture', 'rgba.png', png(2, 2, 8, 6, b''.join(b'\0' + bytes(range(8)) for _ in range(2))))
seed('picture', 'grey16.png', png(2, 1, 16, 0, b'\0\1\2\3\4'))
seed('picture', 'palette.png', png(3, 1, 8, 3, b'\0\0\1\1', b'\xff\0\0\0\xff\0'))
# An 8 x 8 grey picture, baseline JPEG: quantisation, one DC and one AC table of a single code, an empty scan.
seed('picture', 'grey.jpg', b'\xff\xd8\xff\xdb\0\x43\0' + b'\x10' * 64 + b'\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\0' +
     b'\xff\xc4\0\x14\0\1' + b'\0' * 15 + b'\0' + b'\xff\xc4\0\x14\x10\1' + b'\0' * 15 + b'\0' +
     b'\xff\xda\0\x08\1\1\0\0\x3f\0\x3f\xff\xd9')
# Exif: orientation 6, and behind a pointer a focal length of 28 mm on 35 mm film.
TIFF = (b'MM\0\x2a' + struct.pack('>I', 8) + struct.pack('>HHHIHHHHIII', 2, 0x0112, 3, 1, 6, 0, 0x8769, 4, 1, 38, 0) +
        struct.pack('>HHHIHHI', 1, 0xa405, 3, 1, 28, 0, 0))
EXIF = png(2, 1, 8, 6, b'\0' + bytes(range(8)))[:-12]
seed('picture', 'exif.png', EXIF + struct.pack('>I', len(TIFF)) + b'eXIf' + TIFF +
     struct.pack('>I', zlib.crc32(b'eXIf' + TIFF)) + struct.pack('>I', 0) + b'IEND' + struct.pack('>I', zlib.crc32(b'IEND')))

# ---- MakeHuman: a box of 8 vertices for a body, one quad for a helper, in both layouts ----
CORNERS = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
HELPER = [(0, 0, 0), (0.1, 0, 0), (0.1, 0.1, 0), (0, 0.1, 0)]
SIDES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


def files(**parts):
    return b'\n'.join(b'@@ %s\n%s' % (name.encode(), part if isinstance(part, bytes) else part.encode())
                      for name, part in parts.items())




seed('makehuman', 'mpfb', files(
    mesh='# box\n' + ''.join('v %g %g %g\n' % v for v in CORNERS + HELPER) + 'g body\n' +
    ''.join('f ' + ' '.join(f'{v + 1}/1' for v in side) + '\n' for side in SIDES) + 'g joint-a\nf 9 10 11 12\n',
    rig=json.dumps(dict(bones={'root': dict(head=dict(strategy='CUBE', cube_name='joint-a'),
                                            tail=dict(strategy='MEAN', vertex_indices=[1, 2])),
                               'arm.L': dict(head=dict(strategy='VERTEX', vertex_index=3),
                                             tail=dict(strategy='CUBE', cube_name='joint-a'))})),
    weights=json.dumps(dict(weights={'root': [[v, 1.0 if v < 7 else 0.99] for v in range(8)], 'arm.L': [[0, 0.0], [7, 0.01]]})),
    target='# t\n0 0.1 0.2 -0.3\n8 1e-2 0 0\n'))
seed('makehuman', 'npm', files(
    model=json.dumps(dict(
        vertices=[x for v in CORNERS + HELPER for x in v], materials=[dict(DbgName='body'), dict(DbgName='helper-x')],
        faces=[x for side in SIDES for x in (11, *side, 0, 0, 1, 2, 3)] + [11, 8, 9, 10, 11, 1, 0, 1, 2, 3],
        bones=[dict(name='root____head'), dict(name='root'), dict(name='arm.L____head'), dict(name='arm.L')],
        influencesPerVertex=2, skinIndices=[0, 2] * 12, skinWeights=[0.75, 0.25] * 12,
        metadata=dict(joint_pos_idxs={'root____head': [8, 9, 10, 11], 'root____tail': [0], 'arm.L____head': [1, 2],
                                      'arm.L____tail': [3]}))),
    list=json.dumps(dict(targets={'data/targets/a/b.target': 1})), bin=struct.pack('<36h', *range(36))))


# ---- DensePose: the chart as a MATLAB file of version 5, people as JSON ----
def mat(compressed=False, **arrays):
    out = b'MATLAB 5.0 MAT-file'.ljust(124) + struct.pack('<H2s', 0x0100, b'IM')
    for name, array in arrays.items():
        def element(kind, content):
            return struct.pack('<II', kind, len(content)) + content + b'\0' * (-len(content) % 8)
        kind, storage = {'f8': (6, 9), 'f4': (7, 7), 'u1': (9, 2), 'u2': (11, 4), 'i4': (12, 5)}[array.dtype.str[1:]]
        parts = (element(6, struct.pack('<II', kind, 0)) + element(5, struct.pack('<ii', *array.shape)) +
                 element(1, name.encode()) + element(storage, array.tobytes('F')))
        whole = struct.pack('<II', 14, len(parts)) + parts
        if compressed:
            packed = zlib.compress(whole)
            whole = struct.pack('<II', 15, len(packed)) + packed
        out += whole
    return out


CHART = dict(All_FaceIndices=np.array([[1], [1], [2]], 'u1'), All_Faces=np.array([[1, 2, 3], [3, 2, 4], [5, 6, 7]], 'u2'),
             All_vertices=np.array([[10, 11, 12, 13, 11, 13, 14]], 'i4'),
             All_U_norm=np.array([[0, 1, 0, 1, 0, 1, .5]]).T, All_V_norm=np.array([[0, 0, 1, 1, 0, 0, 1.]]).T)
seed('densepose_chart', 'plain.mat', mat(**CHART))
seed('densepose_chart', 'compressed.mat', mat(True, **CHART))
seed('densepose_chart', 'refused_part.mat', mat(**{**CHART, 'All_FaceIndices': np.array([[1], [25], [2]], 'u1')}))
seed('densepose_chart', 'refused_short.mat', mat(**CHART)[:-40])
seed('densepose_json', 'annotations', json.dumps(dict(
    images=[dict(id=7, file_name='a.jpg', width=640, height=480)],
    annotations=[dict(id=1, image_id=7, bbox=[10, 20, 100, 300], dp_x=[0, 255, 12.5], dp_y=[3, 4, 5], dp_I=[1, 24, 3],
                      dp_U=[0, 1, .5], dp_V=[.25, .5, 0], dp_masks=[], keypoints=[100, 200, 2] * 17)])))
MASKS = [dict(counts='0PPP2', size=[256, 256]), dict(counts='Vj0n0h6:F:]^n1_N', size=[256, 256])] + [[]] * 12
MASKED = dict(id=1, image_id=7, bbox=[10, 20, 100, 300], dp_x=[0, 5, 12.5], dp_y=[3, 4, 5], dp_I=[1, 3, 24],
              dp_U=[0, 1, .5], dp_V=[.25, .5, 0])
seed('densepose_json', 'masks', json.dumps(dict(annotations=[dict(MASKED, dp_masks=MASKS)])))
seed('densepose_json', 'other_masks', json.dumps(dict(annotations=[
    dict(MASKED, dp_masks=[[[1, 1, 9, 1, 9, 9]], dict(size=[256, 256], counts=[9, 65527]), None] + [[]] * 11),
    dict(MASKED, dp_masks=dict(size=[256, 256], counts='PPP2'))])))
seed('densepose_json', 'bad_mask', json.dumps(dict(
    annotations=[dict(MASKED, dp_masks=[dict(counts='PPP25', size=[256, 256])] + [[]] * 13)])))
IUV = png(3, 2, 8, 2, b''.join(b'\0' + bytes(row) for row in ([0, 0, 0, 1, 0, 255, 24, 9, 7], [2, 255, 0] * 3)))
seed('densepose_json', 'results', json.dumps([dict(image_id=7, category_id=1, score=.8, bbox=[10, 20, 30, 20],
                                                   uv_shape=[3, 2, 3], uv_data=base64.encodebytes(IUV).decode())]))

#!/usr/bin/env bash
# BVH: three.js 0.187.0 adds a joint's position channels to its OFFSET, assimp 5.2.5 puts them in its place; a file whose
# root, or any joint with position channels, has an OFFSET stands elsewhere in either, without a word from both.
#
# Files with the hips' height as the root's OFFSET and again in its channels are common (Rokoko's): in
# three.js such figures hover at twice their height. Files with position channels in all joints get bones of twice their
# length. Only a root with OFFSET 0 0 0, and joints without position channels, mean the same everywhere.
#
# Seen with three 0.187.0 from npm (node 20) and Debian 12's assimp-utils 5.2.5~ds0-1+b1. Fails when the output changes.
set -euo pipefail

three=0.187.0 assimp='5.2.5~ds0-1+b1' draco='1.5.5+dfsg-2' minizip='1.1-8+deb12u1'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --no-save --silent "three@$three" >/dev/null
apt-get download -q "assimp-utils=$assimp" "libassimp5=$assimp" "libdraco7=$draco" "libminizip1=$minizip" >/dev/null
for package in *.deb; do dpkg -x "$package" debian; done

cat >figure.bvh <<'BVH'
HIERARCHY
ROOT Hips
{
  OFFSET 1 2 3
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Spine
  {
    OFFSET 0 10 0
    CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
    JOINT Head
    {
      OFFSET 0 5 0
      CHANNELS 3 Zrotation Xrotation Yrotation
      End Site
      {
        OFFSET 0 4 0
      }
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.1
10 20 30 0 0 0 0 10 0 0 0 0 0 0 0
11 20 30 0 0 0 0 10 0 0 0 0 0 0 0
BVH

cat >places.mjs <<'JS'
import fs from 'node:fs';
import { AnimationMixer, Vector3 } from 'three';
import { BVHLoader } from 'three/examples/jsm/loaders/BVHLoader.js';

const { skeleton, clip } = new BVHLoader().parse(fs.readFileSync('figure.bvh', 'utf8'));
const mixer = new AnimationMixer(skeleton.bones[0]);
mixer.clipAction(clip).play();
mixer.setTime(0);
skeleton.bones[0].updateMatrixWorld(true);
for (const bone of skeleton.bones.slice(0, 3)) {
  console.log('three.js', bone.name, ...bone.getWorldPosition(new Vector3()).toArray());
}
JS
node places.mjs | tee seen.txt

export LD_LIBRARY_PATH=$folder/debian/usr/lib/$(uname -m)-linux-gnu
debian/usr/bin/assimp dump figure.bvh figure.assxml >/dev/null
python3 - <<'PY' | tee -a seen.txt
import xml.etree.ElementTree as xml

scene = xml.parse('figure.assxml').getroot().find('Scene')
first = {node.get('node'): [float(x) for x in node.find('PositionKeyList/PositionKey').text.split()]
         for node in scene.iter('NodeAnim')}
place = [0.0, 0.0, 0.0]  # nothing turns: steps add up
for name in 'Hips', 'Spine', 'Head':
    place = [a + b for a, b in zip(place, first[name])]
    print('assimp', name, *('%g' % x for x in place))
PY

cat >expected.txt <<'TXT'
three.js Hips 11 22 33
three.js Spine 11 42 33
three.js Head 11 47 33
assimp Hips 10 20 30
assimp Spine 10 30 30
assimp Head 10 35 30
TXT
diff expected.txt seen.txt
echo "as described"

#!/usr/bin/env python3
"""The poses that generator_golden_test.cc expects: the file's layout evaluated by numpy alone, with scipy's rotations.

Weights are sines, so that both sides can make them. Run it and copy what it prints."""
import numpy as np
from scipy.spatial.transform import Rotation

JOINTS, LATENT, HIDDEN = 19, 4, 7


def sines(shape, start):
    return np.sin(start + 0.7 * np.arange(np.prod(shape))).reshape(shape)


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


z = np.array([0.5, -0.1, 0.7, -0.5])
x = leaky(sines((HIDDEN, LATENT), 1) @ z + sines((HIDDEN,), 2))
x = leaky(sines((HIDDEN, HIDDEN), 3) @ x + sines((HIDDEN,), 4))
x = sines((6 * JOINTS, HIDDEN), 5) @ x + sines((6 * JOINTS,), 6)
columns = x.reshape(JOINTS, 3, 2)  # interleaved: the two columns are the last axis
a, b = columns[:, :, 0], columns[:, :, 1]
c1 = a / np.linalg.norm(a, axis=1, keepdims=True)
u = b - (c1 * b).sum(1, keepdims=True) * c1
c2 = u / np.linalg.norm(u, axis=1, keepdims=True)
rotations = np.stack([c1, c2, np.cross(c1, c2)], axis=2)
for joint in (0, 1, 11, 12, 18):
    print('{%d, {%s}},' % (joint, ', '.join('%.9f' % v for v in Rotation.from_matrix(rotations[joint]).as_rotvec())))

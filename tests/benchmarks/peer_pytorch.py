"""SMPLify in plain PyTorch on the CPU: the way most fits are made today, as a peer to measure against.

L-BFGS with strong Wolfe line search, float64, full mesh in every evaluation, four stages, one start. Minimises what
data/recipes/default.json says for one start, read from that file, so that objectives can be compared:

  1/2 sum c^2 rho(s (projection - keypoint))      per coordinate, rho(r) = sigma^2 r^2 / (sigma^2 + r^2), s: pixel scale
  + 1/2 w^2 min_k [1/2 (x - mu_k)^T P_k (x - mu_k) - log w'_k] + 1/2 h^2 sum exp(2 s theta) + 1/2 w_b^2 |betas|^2

  peer_pytorch.py --make 20 --body body.npz --prior gmm8.npz --keypoints people.npz     write keypoints of random people
  peer_pytorch.py --body body.npz --prior gmm8.npz --keypoints people.npz --recipe default.json [--limit 5]
  ... --check results.npz     also: the objective at the bodies of `vitruvius fit`, by this program's own formulas

Prints one JSON object: per person objective and milliseconds.
"""
import argparse
import json
import math
import time

import numpy as np
import torch

torch.set_default_dtype(torch.float64)

# OpenPose's 25 keypoints, each by the joint or landmark of the body that stands for it.
OPENPOSE25 = (
    'nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist pelvis right_hip right_knee '
    'right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear left_big_toe left_small_toe '
    'left_heel right_big_toe right_small_toe right_heel').split()
LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_HIP, RIGHT_HIP = (
    OPENPOSE25.index(n) for n in ('left_shoulder', 'right_shoulder', 'left_hip', 'right_hip'))
# Index into body_pose and sign that punishes the wrong way: left elbow, right elbow, left knee, right knee.
HINGE_INDEX, HINGE_SIGN = [52, 55, 9, 12], [1.0, -1.0, -1.0, -1.0]


def rotation_matrices(axis_angle):
    """(N, 3) radians to (N, 3, 3), Rodrigues; the usual epsilon keeps the gradient finite at zero."""
    angle = torch.sqrt((axis_angle**2).sum(1, keepdim=True) + 1e-32)
    x, y, z = (axis_angle / angle).unbind(1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], 1).view(-1, 3, 3)
    angle = angle[:, :, None]
    return torch.eye(3) + torch.sin(angle) * skew + (1 - torch.cos(angle)) * (skew @ skew)


def axis_angle_of(rotation):
    """One 3x3 numpy matrix to axis-angle, through the quaternion with the largest component first."""
    candidates = np.array([np.trace(rotation), *np.diag(rotation)])
    i = int(np.argmax(candidates))
    if i == 0:
        quaternion = np.array([1 + candidates[0], rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0],
                               rotation[1, 0] - rotation[0, 1]])
    else:
        a, b, c = i - 1, i % 3, (i + 1) % 3
        quaternion = np.empty(4)
        quaternion[0] = rotation[c, b] - rotation[b, c]
        quaternion[1 + a] = 1 + rotation[a, a] - rotation[b, b] - rotation[c, c]
        quaternion[1 + b] = rotation[b, a] + rotation[a, b]
        quaternion[1 + c] = rotation[c, a] + rotation[a, c]
    quaternion /= np.linalg.norm(quaternion)
    if quaternion[0] < 0:
        quaternion = -quaternion
    length = np.linalg.norm(quaternion[1:])
    return 2 * quaternion[1:] if length < 1e-12 else 2 * math.atan2(length, quaternion[0]) / length * quaternion[1:]


def turn(axis, angle):
    return rotation_matrices(torch.tensor(np.eye(3)[axis : axis + 1] * angle))[0].numpy()


class Body:
    """SMPL's forward function on the whole mesh."""

    def __init__(self, path):
        data = np.load(path)
        load = lambda key: torch.tensor(data[key].astype(np.float64))
        self.template, self.shapedirs, self.weights = load('v_template'), load('shapedirs'), load('weights')
        self.posedirs = load('posedirs').reshape(-1, data['posedirs'].shape[2])
        regressor = load('J_regressor')
        self.rest_joints = regressor @ self.template
        self.joint_shapedirs = torch.einsum('jv,vab->jab', regressor, self.shapedirs)
        self.parents = [-1] + [int(p) for p in data['kintree_table'][0, 1:]]
        joints = {str(n): i for i, n in enumerate(data['joint_names'])}
        landmarks = {str(n): int(v) for n, v in zip(data['landmark_names'], data['landmark_vertices'])}
        self.is_joint = torch.tensor([n in joints for n in OPENPOSE25])
        self.index = torch.tensor([joints[n] if n in joints else landmarks[n] for n in OPENPOSE25])
        self.num_betas = self.shapedirs.shape[2]

    def keypoints(self, orient, pose, betas, transl):
        """(25, 3) metres in camera axes."""
        rest = self.rest_joints + self.joint_shapedirs @ betas
        local = rotation_matrices(torch.cat([orient, pose]).view(-1, 3))
        world, position = [local[0]], [rest[0]]
        for j, parent in enumerate(self.parents[1:], 1):
            world.append(world[parent] @ local[j])
            position.append(position[parent] + world[parent] @ (rest[j] - rest[parent]))
        world, position = torch.stack(world), torch.stack(position)
        feature = (local[1:] - torch.eye(3)).reshape(-1)
        posed = self.template + self.shapedirs @ betas + (self.posedirs @ feature).view(-1, 3)
        offset = position - (world @ rest[:, :, None])[:, :, 0]
        blended = (self.weights @ world.view(-1, 9)).view(-1, 3, 3)
        vertices = (blended @ posed[:, :, None])[:, :, 0] + self.weights @ offset
        points = torch.where(self.is_joint[:, None], position[self.index.clamp(max=len(position) - 1)],
                             vertices[self.index])
        return points + transl


class Prior:
    """Max-mixture of Gaussians over body pose."""

    def __init__(self, path):
        data = np.load(path)
        weights = data['weights'] / data['weights'].sum()
        self.means = torch.tensor(data['means'])
        self.covariances = data['covars']
        self.weights = weights
        self.precisions = torch.tensor(np.linalg.inv(data['covars']))
        half_log_det = 0.5 * np.linalg.slogdet(data['covars'])[1]
        dim = self.means.shape[1]
        constants = -np.log(weights) + 0.5 * dim * math.log(2 * math.pi) + half_log_det - half_log_det.min()
        self.constants = torch.tensor(np.maximum(0, constants))
        self.mean = torch.tensor(weights @ data['means'])

    def energy(self, pose):
        d = pose - self.means
        return (0.5 * torch.einsum('ki,kij,kj->k', d, self.precisions, d) + self.constants).min()


class Person:
    def __init__(self, data, row):
        self.observed = torch.tensor(data['keypoints2d'][row, :, :2].astype(np.float64))
        self.confidence = torch.tensor(data['keypoints2d'][row, :, 2].astype(np.float64))
        self.focal = float(data['focal'][row])
        self.center = torch.tensor(data['center'][row].astype(np.float64))
        seen = self.observed[self.confidence > 0]
        self.size = float((seen.max(0)[0] - seen.min(0)[0]).max())


class Problem:
    def __init__(self, body, prior, person, recipe):
        self.body, self.prior, self.person, self.recipe = body, prior, person, recipe
        self.evaluations = 0

    def objective(self, stage, orient, pose, betas, transl):
        self.evaluations += 1
        points = self.body.keypoints(orient, pose, betas, transl)
        weights = stage['weights']
        projected = self.person.focal * points[:, :2] / points[:, 2:] + self.person.center
        scale = self.recipe['reference_size_px'] / self.person.size
        squared = (scale * (projected - self.person.observed))**2
        sigma2 = stage['robust_sigma']**2
        robust = sigma2 * squared / (sigma2 + squared)
        cost = weights['reprojection']**2 * (self.person.confidence[:, None]**2 * robust).sum()
        if 'pose_prior' in weights:
            cost = cost + weights['pose_prior']**2 * self.prior.energy(pose)
        if 'hinge' in weights:
            hinges = torch.exp(torch.tensor(HINGE_SIGN) * pose[HINGE_INDEX])
            cost = cost + weights['hinge']**2 * (hinges**2).sum()
        if 'betas' in weights:
            cost = cost + weights['betas']**2 * (betas**2).sum()
        return 0.5 * cost

    def solve(self, stage, values, free, options):
        values = {k: v.detach().clone().requires_grad_(k in free) for k, v in values.items()}
        optimizer = torch.optim.LBFGS([values[k] for k in free], lr=1, max_iter=options.inner, history_size=100,
                                      line_search_fn='strong_wolfe')

        def closure():
            optimizer.zero_grad()
            cost = self.objective(stage, **values)
            cost.backward()
            return cost

        last = None
        for _ in range(options.outer):
            cost = float(optimizer.step(closure))
            if not math.isfinite(cost):
                break
            if last is not None and (last - cost) <= options.tolerance * max(abs(last), abs(cost), 1):
                break
            if max(float(values[k].grad.abs().max()) for k in free) <= options.tolerance:
                break
            last = cost
        with torch.no_grad():
            for key in ('orient', 'pose'):  # back to the principal branch, where the prior was learned
                matrices = rotation_matrices(values[key].view(-1, 3)).numpy()
                values[key] = torch.tensor(np.concatenate([axis_angle_of(m) for m in matrices]))
            return {k: v.detach() for k, v in values.items()}

    def start(self):
        person = self.person
        up = ((person.observed[LEFT_SHOULDER] + person.observed[RIGHT_SHOULDER]) -
              (person.observed[LEFT_HIP] + person.observed[RIGHT_HIP])) / 2
        roll = math.atan2(float(up[0]), -float(up[1]))
        values = {'orient': torch.tensor(axis_angle_of(turn(2, roll) @ turn(0, math.pi))),
                  'pose': torch.zeros(3 * len(self.body.parents) - 3), 'betas': torch.zeros(self.body.num_betas),
                  'transl': torch.zeros(3)}
        values['pose'][:len(self.prior.mean)] = self.prior.mean
        with torch.no_grad():
            points = self.body.keypoints(**values)
        # f t + (c - u) t_z = (u - c) S_z - f S, for x and y of each point, weighted by confidence.
        offset = person.observed - person.center
        rows = torch.zeros(len(points), 2, 3)
        rows[:, 0, 0] = rows[:, 1, 1] = person.focal
        rows[:, :, 2] = -offset
        right = offset * points[:, 2:] - person.focal * points[:, :2]
        root = person.confidence.sqrt()[:, None]
        solution = np.linalg.lstsq((root[:, :, None] * rows).reshape(-1, 3).numpy(), (root * right).reshape(-1).numpy(),
                                   rcond=None)[0]
        values['transl'] = torch.tensor(solution)
        if float((points[:, 2] + values['transl'][2]).min()) < 0.3:
            spread = lambda x: float(((x - x.mean(0))**2).sum())
            depth = person.focal * math.sqrt(spread(points[:, :2]) / spread(person.observed))
            ray = torch.cat([offset.mean(0) / person.focal, torch.ones(1)])
            values['transl'] = depth * ray - points.mean(0)
        return values

    def fit(self, options):
        starts = [self.start()]
        for stage in self.recipe['camera_stages']:
            starts[0] = self.solve(stage, starts[0], ('orient', 'transl'), options)
        shoulders = self.person.observed[LEFT_SHOULDER] - self.person.observed[RIGHT_SHOULDER]
        if self.recipe['starts']['flip_test'] and float(shoulders.norm()) < self.recipe['starts']['flip_shoulder_px']:
            orient = rotation_matrices(starts[0]['orient'][None])[0].numpy() @ turn(1, math.pi)
            starts.append({**starts[0], 'orient': torch.tensor(axis_angle_of(orient))})
        ends = []
        for values in starts:
            for stage in self.recipe['stages']:
                values = self.solve(stage, values, ('orient', 'pose', 'betas', 'transl'), options)
            with torch.no_grad():
                ends.append(float(self.objective(self.recipe['stages'][-1], **values)))
        return min(ends)


def make(count, body, prior, path, seed=1):
    rng = np.random.default_rng(seed)
    focal, keypoints = 1000.0, []
    for _ in range(count):
        k = rng.choice(len(prior.weights), p=prior.weights)
        pose = rng.multivariate_normal(prior.means[k].numpy(), prior.covariances[k])
        orient = axis_angle_of(turn(0, math.pi) @ turn(1, rng.uniform(-math.pi, math.pi)))
        transl = np.array([*rng.uniform(-0.3, 0.3, 2), rng.uniform(3, 6)])
        points = body.keypoints(*(torch.tensor(v) for v in (orient, pose, np.zeros(body.num_betas), transl))).numpy()
        image = focal * points[:, :2] / points[:, 2:] + 500 + 3 * rng.standard_normal((len(points), 2))
        keypoints.append(np.concatenate([image, np.ones((len(points), 1))], 1))
    np.savez(path, keypoints2d=np.array(keypoints), keypoint_set='openpose25', image_size=np.full((count, 2), 1000),
             focal=np.full(count, focal), center=np.full((count, 2), 500.0),
             ids=np.array([f'person{i}' for i in range(count)]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('body', 'prior', 'keypoints'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--recipe', help='data/recipes/default.json')
    parser.add_argument('--make', type=int, help='write keypoints of so many random people, and end')
    parser.add_argument('--limit', type=int, default=5, help='people to fit, from the first')
    parser.add_argument('--check', help="results.npz of `vitruvius fit` on the same keypoints")
    # As SMPLify-X ships: at most 30 steps of 30 iterations a stage, relative and gradient tolerance 1e-9.
    parser.add_argument('--outer', type=int, default=30)
    parser.add_argument('--inner', type=int, default=30)
    parser.add_argument('--tolerance', type=float, default=1e-9)
    options = parser.parse_args()
    torch.set_num_threads(1)
    body, prior = Body(options.body), Prior(options.prior)
    if options.make:
        make(options.make, body, prior, options.keypoints)
        return
    with open(options.recipe, encoding='utf-8') as file:
        recipe = json.load(file)
    data = np.load(options.keypoints)
    results = np.load(options.check) if options.check else None
    people = []
    for row in range(min(options.limit, len(data['keypoints2d']))):
        problem = Problem(body, prior, Person(data, row), recipe)
        person = {'id': str(data['ids'][row])}
        if results is not None:
            ours = (torch.tensor(results[k][row]) for k in ('global_orient', 'body_pose', 'betas', 'transl'))
            with torch.no_grad():
                person['checked_objective'] = float(problem.objective(recipe['stages'][-1], *ours))
        problem.evaluations = 0
        begin = time.perf_counter()
        person['objective'] = problem.fit(options)
        person['milliseconds'] = 1000 * (time.perf_counter() - begin)
        person['evaluations'] = problem.evaluations
        people.append(person)
    print(json.dumps({'program': 'pytorch ' + torch.__version__, 'people': people}, indent=1))


if __name__ == '__main__':
    main()

#!/usr/bin/env bash
# The same people, body, prior and objective by `vitruvius fit` and by plain PyTorch (peer_pytorch.py), both on one core.
# usage: compare_with_pytorch.sh [PEOPLE_FOR_PYTORCH=5] [PEOPLE_FOR_US=200] [PROGRAM=build/release/bin/vitruvius]
# In the environment: PRIOR=file.npz, PYTHON=python3, PEER_FLAGS="--tolerance 1e-4 --inner 10" (PyTorch stops as early
# as our recipe does, instead of at SMPLify-X's 1e-9).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
num_theirs=${1:-5}
num_ours=${2:-200}
program=${3:-build/release/bin/vitruvius}
prior=${PRIOR:-data/priors/gmm8.npz}
python=${PYTHON:-/usr/bin/python3}
recipe=data/recipes/default.json
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

if ((num_ours < num_theirs)); then num_ours=$num_theirs; fi
if [[ ! -x $program ]]; then
  echo "compare_with_pytorch: there is no $program; ./run build makes it" >&2
  exit 1
fi
if ! "$python" -c 'import numpy, torch' 2>/dev/null; then
  echo "compare_with_pytorch: $python has no numpy or torch; ./run setup peer installs Debian's" >&2
  exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$program" model convert mannequin "$folder/body.npz" >&2
peer=("$python" tests/benchmarks/peer_pytorch.py --body "$folder/body.npz" --prior "$prior" --keypoints "$folder/people.npz")
"${peer[@]}" --make "$num_ours"
taskset -c 0 "$program" fit "$folder/people.npz" --model "$folder/body.npz" --recipe "$recipe" --prior "$prior" \
  --starts 1 --threads 1 --out "$folder/ours" --quiet
# shellcheck disable=SC2086  # flags are words
taskset -c 0 "${peer[@]}" ${PEER_FLAGS:-} --recipe "$recipe" --limit "$num_theirs" --check "$folder/ours/results.npz" > "$folder/theirs.json"

"$python" - "$folder" <<'PYTHON'
import json, sys
import numpy as np
folder = sys.argv[1]
theirs = json.load(open(f'{folder}/theirs.json'))['people']
lines = [json.loads(line) for line in open(f'{folder}/ours/manifest.jsonl')]
cost = np.load(f'{folder}/ours/results.npz')['cost']
milliseconds = np.array([line['milliseconds'] for line in lines])
print('person        objective: ours    PyTorch  checked   milliseconds: ours   PyTorch')
for i, person in enumerate(theirs):
    print(f"{person['id']:<12} {cost[i]:>16.2f} {person['objective']:>10.2f} {person['checked_objective']:>8.2f} "
          f"{milliseconds[i]:>20.3f} {person['milliseconds']:>9.1f}")
checked = np.array([p['checked_objective'] for p in theirs])
n = len(theirs)
worst = np.abs(checked / cost[:n] - 1).max()
print(f'checked: our bodies by PyTorch\'s formulas; largest relative difference {worst:.1e}')
objective, peer_ms = np.array([p['objective'] for p in theirs]), np.array([p['milliseconds'] for p in theirs])
print(json.dumps({
    'people_ours': len(lines), 'people_pytorch': n,
    'ms_median_ours': round(float(np.median(milliseconds)), 3), 'ms_median_pytorch': round(float(np.median(peer_ms)), 1),
    'times_faster': round(float(np.median(peer_ms) / np.median(milliseconds)), 1),
    'objective_median_ours': round(float(np.median(cost[:n])), 2),
    'objective_median_pytorch': round(float(np.median(objective)), 2)}))
if not worst < 1e-6:
    sys.exit('the two programs do not minimise the same objective')
PYTHON

#!/usr/bin/env python3
"""Batches that are killed at random moments and resumed: the bytes are those of one that nobody disturbed.

usage: killed_runs_test.py PROGRAM [--kills N] [--per-batch N] [--people N] [--seed N]

--per-batch: how often one batch is killed before it is left in peace. Every kill is a SIGKILL between the start of the
program and the time that the rest of its work takes, so that it may meet any moment of it, the last one too.
"""
import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
from made_people import write_people  # noqa: E402

# Two stages of a few iterations: a person takes about a millisecond.
RECIPE = """{"name": "quick", "prior": "gmm8", "reference_size_px": 400, "stages": [
  {"name": "1", "weights": {"reprojection": 1, "pose_prior": 404, "betas": 100}, "max_iterations": 2},
  {"name": "2", "weights": {"reprojection": 1, "pose_prior": 20, "betas": 10}, "max_iterations": 2}]}"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--per-batch", type=int, default=4)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vitruvius_killed_"))
    try:
        write_people(folder / "people.json", options.people)
        (folder / "quick.json").write_text(RECIPE)

        def command(out, *flags):
            return [os.path.abspath(options.program), "fit", str(folder / "people.json"), "--model=mannequin", "--starts=1",
                    "--conventions=off", "--shard=0/1", "--quiet", "--recipe", str(folder / "quick.json"),
                    "--out", str(folder / out), *flags]

        def lines(out):
            manifest = folder / out / "manifest.jsonl"
            return manifest.read_bytes().count(b"\n") if manifest.exists() else 0

        start = time.monotonic()
        subprocess.run(command("whole"), check=True)
        whole_s = time.monotonic() - start
        whole = (folder / "whole/results.npz").read_bytes()
        files = sorted(path.name for path in (folder / "whole").iterdir())
        print(f"{options.people} people in {whole_s:.1f} s without a kill", flush=True)

        kills = batches = done_before = 0
        moments, begun = [], time.monotonic()
        while kills < options.kills:
            out = f"batch{batches}"
            for _ in range(min(options.per_batch, options.kills - kills)):
                left_s = 0.3 + whole_s * (1 - lines(out) / options.people)
                process = subprocess.Popen(command(out, "--resume"))
                time.sleep(generator.uniform(0, left_s))
                ended = process.poll()
                process.kill()
                process.wait()
                if ended is not None:
                    assert ended == 0, f"ended by itself with {ended}"
                    done_before += 1
                    break
                kills += 1
                moments.append(lines(out))
            subprocess.run(command(out, "--resume"), check=True)
            assert (folder / out / "results.npz").read_bytes() == whole, f"{out}: other bytes than without a kill"
            assert lines(out) == options.people
            assert sorted(path.name for path in (folder / out).iterdir()) == files, sorted((folder / out).iterdir())
            shutil.rmtree(folder / out)
            batches += 1
        print(f"{kills} kills of {batches} batches in {time.monotonic() - begun:.0f} s, each resumed to the same bytes; people "
              f"done at the kills: {sorted(moments)}; {done_before} batches were over before their kill")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

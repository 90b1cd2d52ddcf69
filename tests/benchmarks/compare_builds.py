#!/usr/bin/env python3
"""What a build from scratch costs, this commit beside another one, and whether both programs compute the same.

Both are cloned into a temporary folder and built there without ccache, part by part in turn: what the machine does
meanwhile meets both. Compilers' own time is told, user and system, not the clock's. Then one .cc of
solvers/registration is changed in each, and both programs fit, register and evaluate the same made people.
Needs what ./run setup build test learn installs, and as many minutes as both builds take.

  compare_builds.py [COMMIT] [--jobs N] [--keep DIR] [--program-only]
"""
import argparse
import filecmp
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEFORE_BATCHES = "5e4d993"  # the last commit whose files were compiled one by one
PARTS = [("program", "vitruvius"), ("learning program", "vitruvius_learn"), ("tests", "all")]
CHANGED = "solvers/registration/fitter.cc"
MOTION = "/usr/share/assimp/models/BVH"


def run(command, log, cwd=None):
    """Runs a command; CPU seconds of it and its children, and the memory of the largest of them in GiB."""
    # A process of its own, whose children are these alone.
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        with open(log, "ab") as out:
            code = subprocess.call(command, stdout=out, stderr=out, cwd=cwd)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        os.write(writer, f"{code} {used.ru_utime + used.ru_stime} {used.ru_maxrss / 2**20}".encode())
        os._exit(0)
    os.close(writer)
    code, seconds, gib = os.read(reader, 200).decode().split()
    os.close(reader)
    os.waitpid(pid, 0)
    if code != "0":
        sys.exit(f"compare_builds: {' '.join(map(str, command))} failed; see {log}:\n{Path(log).read_text()[-2000:]}")
    return float(seconds), float(gib)


class Build:
    def __init__(self, name, commit, folder, jobs):
        self.name, self.source, self.jobs = name, folder / name, jobs
        self.build, self.log = folder / f"{name}-build", folder / f"{name}.log"
        self.cpu, self.memory = {}, 0.0
        subprocess.check_call(["git", "clone", "-q", str(ROOT), str(self.source)])
        subprocess.check_call(["git", "-C", str(self.source), "checkout", "-q", commit])
        run(["cmake", "-S", self.source, "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
             "-DVITRUVIUS_BENCHMARKS=OFF", "-DCCACHE_PROGRAM=OFF"], self.log)
        self.program = self.build / "bin" / "vitruvius"

    def make(self, part, target):
        seconds, gib = run(["cmake", "--build", self.build, "-j", self.jobs, "--target", target], self.log)
        self.cpu[part] = seconds
        self.memory = max(self.memory, gib)

    def compute(self, folder):
        """Results of this program, as files of `folder`."""
        folder.mkdir()
        body = ["--model", "mannequin", "--threads", "2", "--quiet"]

        def call(*arguments, out=None):
            result = subprocess.run([self.program, *arguments], capture_output=True, text=True, check=False)
            if result.returncode != 0:
                sys.exit(f"compare_builds: {self.name}: {arguments}: {result.stderr}")
            if out:
                text = re.sub(r'"(ms_median|people_per_second|seconds)": [^,\n]*', "", result.stdout)
                (folder / out).write_text(text)

        walk = f"{MOTION}/01_01.bvh"
        call("synthesize", walk, "--count", "12", "--model", "mannequin", "--quiet", "--out", folder / "images")
        labels = folder / "images" / "annotations.json"
        call("fit", labels, *body, "--out", folder / "fit", "--hypotheses", "3", "--conventions=off")
        call("fit", labels, *body, "--out", folder / "solid", "--recipe", "solid", "--conventions=off")
        call("fit", labels, *body, "--out", folder / "vae", "--prior", "vae", "--starts", "2", "--conventions=off")
        call("fit", walk, *body, "--out", folder / "motion", "--starts", "1")
        call("register", labels, *body, "--out", folder / "register")
        call("register", labels, *body, "--out", folder / "segments", "--recipe", "dense-later")
        call("evaluate", "fit", walk, *body, "--stride", "20", "--json", out="evaluate.json")
        call("evaluate", "fit", walk, *body, "--stride", "20", "--keypoints3d", "--json", out="evaluate3d.json")


def differing(a, b):
    """Files of two folders that are not the same bytes; clocks and paths stand in run.json and the manifest."""
    names = sorted(str(p.relative_to(a)) for p in a.rglob("*") if p.is_file())
    others = sorted(str(p.relative_to(b)) for p in b.rglob("*") if p.is_file())
    found = sorted(set(names) ^ set(others))
    for name in set(names) & set(others):
        if Path(name).name in ("run.json", "manifest.jsonl"):
            continue
        if not filecmp.cmp(a / name, b / name, shallow=False):
            found.append(name)
    return len(names), found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", nargs="?", default=BEFORE_BATCHES,
                        help="what HEAD is compared with (default: the last commit before files were compiled in batches)")
    parser.add_argument("--jobs", default=str(os.cpu_count()), help="compilers at a time (default: one a core)")
    parser.add_argument("--keep", help="a folder for both builds, instead of a temporary one")
    parser.add_argument("--program-only", action="store_true", help="neither the learning program nor the tests")
    options = parser.parse_args()
    known = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--verify", "--quiet", options.commit + "^{commit}"],
                           capture_output=True, check=False)
    if known.returncode != 0:
        sys.exit(f"compare_builds: {options.commit}: no such commit here (a shallow clone has few: git fetch --unshallow)")
    if not options.jobs.isdigit() or int(options.jobs) < 1:
        sys.exit(f"compare_builds: --jobs: found {options.jobs}, expected a number of compilers, 1 or more")
    if not Path(MOTION).is_dir():
        sys.exit(f"compare_builds: {MOTION} is missing: ./run setup demo")
    folder = Path(options.keep or tempfile.mkdtemp(prefix="vitruvius-builds-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        before = Build("before", options.commit, folder, options.jobs)
        now = Build("now", "HEAD", folder, options.jobs)
        print(f"CPU seconds of compilers and linkers, {options.commit} and HEAD, {options.jobs} at a time\n")
        print(f"{'':34}{'before':>9}{'now':>9}{'ratio':>8}", flush=True)

        def tell(name, a, b, digits=0):
            print(f"{name:34}{a:9.{digits}f}{b:9.{digits}f}{b / a:8.3f}", flush=True)

        for part, target in PARTS[:1] if options.program_only else PARTS:
            for build in (before, now):
                build.make(part, target)
            tell(part, before.cpu[part], now.cpu[part])
        if not options.program_only:
            tell("all", sum(before.cpu.values()), sum(now.cpu.values()))
        tell("memory of the largest, GiB", before.memory, now.memory, 2)
        for build in (before, now):
            with open(build.source / CHANGED, "a", encoding="utf-8") as file:
                file.write("\n")
            build.make("change", "vitruvius")
        tell(f"a change in {Path(CHANGED).name}", before.cpu["change"], now.cpu["change"], 1)
        for build in (before, now):
            build.compute(folder / f"{build.name}-results")
        count, found = differing(folder / "before-results", folder / "now-results")
        print(f"\n{count} files of results, {len(found)} of them with other bytes: {' '.join(found[:8]) or '-'}")
        return 1 if found else 0
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

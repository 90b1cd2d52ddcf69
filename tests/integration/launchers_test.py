#!/usr/bin/env python3
"""Shards as the launchers themselves give them: Slurm, Open MPI and MPICH, in each way they are used together.

usage: launchers_test.py PROGRAM

Exit status 77, with a message, without root or where Debian's slurm-wlm, munge, openmpi-bin or mpich are missing.
"""
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
from made_people import write_people  # noqa: E402
from slurm_here import SlurmHere, missing_programs, until  # noqa: E402

PROGRAM = ""
PEOPLE = 24
MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
MPIRUN = "mpirun.openmpi --oversubscribe"
MPIEXEC = "mpiexec.hydra"

# What is typed, and how many shards come of it: (name, options of sbatch, what stands before the program, shards).
BATCH_MODES = [
    ("sbatch", [], "", 1),
    ("sbatch -n4 without srun", ["-n4"], "", 1),
    ("sbatch -n3, srun", ["-n3"], "srun", 3),
    ("sbatch -n4, srun -n2", ["-n4"], "srun -n2", 2),
    ("sbatch -N2 -n4, srun", ["-N2", "-n4"], "srun", 4),
    ("srun --mpi=pmi2", ["-n3"], "srun --mpi=pmi2", 3),
    ("sbatch -n3, mpiexec of MPICH", ["-n3"], MPIEXEC, 3),
    ("sbatch -N2 -n4, mpiexec of MPICH", ["-N2", "-n4"], MPIEXEC, 4),
    ("sbatch -N3 -n6, mpirun of Open MPI", ["-N3", "-n6"], MPIRUN, 6),
    ("sbatch -n2, mpirun of Open MPI", ["-n2"], MPIRUN, 2),
    ("--array=0-3", ["--array=0-3"], "", 4),
    ("--array=3-5", ["--array=3-5"], "", 3),
    ("--array=1-7:2", ["--array=1-7:2"], "", 4),
    ("--array=5", ["--array=5"], "", 1),
    ("--array=0-1, srun", ["--array=0-1", "-n2"], "srun", 4),
    ("--array=0-1, mpirun of Open MPI", ["--array=0-1", "-n2"], MPIRUN, 4),
    ("--array=0-1, mpiexec of MPICH", ["--array=0-1", "-n2"], MPIEXEC, 4),
]
# Without sbatch: (name, what stands before the program, shards).
DIRECT_MODES = [
    ("srun -n3 from a shell", "srun -n3", 3),
    ("salloc -n3, srun -n2", "salloc -n3 srun -n2", 2),
    ("salloc -n3 without srun", "salloc -n3", 1),
    ("salloc -N2 -n4, mpiexec of MPICH", f"salloc -N2 -n4 {MPIEXEC}", 4),
    ("mpirun of Open MPI without Slurm", f"{MPIRUN} -n 3", 3),
    ("mpiexec of MPICH without Slurm", f"{MPIEXEC} -n 3", 3),
]


class Launchers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="vitruvius_launchers_")
        os.chmod(cls.folder, 0o755)
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.people = os.path.join(cls.folder, "people.json")
        write_people(cls.people, PEOPLE)
        cls.slurm = SlurmHere(os.path.join(cls.folder, "slurm"))
        cls.addClassCleanup(cls.slurm.close)
        cls.fit("whole", "--shard=0/1")
        cls.whole = cls.results(cls.path("whole"))

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def command(cls, out, *flags):
        return [PROGRAM, "fit", cls.people, "--model=mannequin", "--starts=1", "--conventions=off", "--threads=1",
                "--out", cls.path(out), *flags]

    @classmethod
    def fit(cls, out, *flags):
        done = subprocess.run(cls.command(out, *flags), capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    @staticmethod
    def results(folder):
        return pathlib.Path(folder, "results.npz").read_bytes()

    def check(self, out, shards):
        """Every person once, and the bytes of one process."""
        folder = pathlib.Path(self.path(out))
        if shards > 1:
            found = sorted(path.name for path in folder.glob("shard_*"))
            self.assertEqual(found, sorted(f"shard_{i}_of_{shards}" for i in range(shards)))
            ids = collections.Counter(json.loads(line)["id"] for path in folder.glob("shard_*/manifest.jsonl")
                                      for line in path.read_text().splitlines())
            self.assertEqual(len(ids), PEOPLE)
            self.assertEqual(set(ids.values()), {1})
            subprocess.run([PROGRAM, "merge", str(folder), "--quiet"], check=True, timeout=60)
        self.assertEqual(self.results(folder), self.whole)

    def test_modes_of_sbatch(self):
        jobs = []
        for i, (name, options, before, shards) in enumerate(BATCH_MODES):
            script = f"{before} {' '.join(self.command(f'batch{i}'))}"
            jobs.append((name, f"batch{i}", shards, self.slurm.submit(*options, script=script, environment=MPI)))
        for name, out, shards, job in jobs:
            with self.subTest(name):
                self.slurm.wait(job)
                try:
                    self.check(out, shards)
                except AssertionError as error:
                    raise AssertionError(self.slurm.outputs(job)) from error
                print(f"{name:38} {shards} of {shards} shards, each person once", flush=True)

    def test_modes_without_sbatch(self):
        for i, (name, before, shards) in enumerate(DIRECT_MODES):
            with self.subTest(name):
                self.slurm.call(*before.split(), *self.command(f"direct{i}", "--quiet"), environment=MPI, timeout=300)
                self.check(f"direct{i}", shards)
                print(f"{name:38} {shards} of {shards} shards, each person once", flush=True)

    def test_arrays_without_equal_steps_are_refused_in_each_task(self):
        for i, array in enumerate(("1,3,9", "1,3,5")):
            script = f"{' '.join(self.command(f'refused{i}'))}; echo status $?"
            job = self.slurm.submit(f"--array={array}", script=script)
            self.slurm.wait(job)
            said = self.slurm.outputs(job)
            self.assertEqual(said.count("status 2"), 3, said)
            self.assertEqual(said.count("equal steps"), 3, said)
            self.assertFalse(list(pathlib.Path(self.folder).glob(f"refused{i}/shard_*")))
            print(f"--array={array:30} refused in 3 of 3 tasks", flush=True)

    def test_a_rerun_of_some_tasks_does_not_mix_with_the_others(self):
        script = f"{' '.join(self.command('rerun', '--resume'))}; echo status $?"
        self.slurm.wait(self.slurm.submit("--array=0-3", script=script))
        job = self.slurm.submit("--array=2,3", script=script)
        self.slurm.wait(job)
        said = self.slurm.outputs(job)
        self.assertEqual(said.count("status 1"), 2, said)
        self.assertIn("holds shard_0_of_4, and this run is shard 0 of 2", said)
        self.check("rerun", 4)

    def test_term_requeue_and_resume(self):
        """A job that is stopped and requeued goes on, whatever the moment, to the same bytes."""
        people = self.path("many.json")
        write_people(people, 1200)
        command = [people if word == self.people else word for word in self.command("requeued", "--resume", "--quiet")]
        whole = [people if word == self.people else word for word in self.command("many", "--quiet")]
        subprocess.run(whole, check=True, timeout=600)
        # The shell of the job gets the signal too, and would end without a word.
        job = self.slurm.submit("--requeue", script="trap : TERM\n"
                                f"{' '.join(command)}; status=$?; echo status $status; exit $status")
        manifest = pathlib.Path(self.path("requeued"), "manifest.jsonl")

        def people_done():
            return manifest.read_text().count("\n") if manifest.exists() else 0

        until("the first people", 120, lambda: people_done() > 20)
        self.slurm.call("scontrol", "requeue", job)
        until("the end of the first try", 60, lambda: "status 75" in self.slurm.outputs(job))
        done = people_done()
        self.assertLess(done, 1200)
        # Only when the first try has been cleared away: a change before that is refused, or loses the job. Then it
        # would wait two minutes unless it is told to start; within a second or two of the first try's end the node
        # still takes its credential for the revoked one of the first try, and Slurm ends the job.
        until("the job to wait again", 120, lambda: self.slurm.state(job) == "PENDING")
        time.sleep(5)
        self.slurm.call("scontrol", "update", f"JobId={job}", "StartTime=now")

        def second_try():
            outputs, state = self.slurm.outputs(job), self.slurm.call("scontrol", "show", "job", job, check=False)
            return f"{people_done()} of 1200 people done, outputs {outputs!r}\n{state}"

        until("the end of the second try", 300, lambda: self.slurm.outputs(job).count("status ") == 2, second_try)
        self.slurm.wait(job)
        self.assertIn("status 0", self.slurm.outputs(job))
        self.assertEqual(self.results(self.path("requeued")), self.results(self.path("many")))
        print(f"scontrol requeue after {done} of 1200 people: status 75, resumed to the same bytes", flush=True)


def main():
    global PROGRAM
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    missing = missing_programs() + [name for name in ("mpirun.openmpi", "mpiexec.hydra") if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        print("skipped: needs root and Debian's packages slurm-wlm, munge, openmpi-bin and mpich; missing: "
              + (", ".join(missing) or "root"))
        sys.exit(77)
    # What started this test is no launcher of the program's.
    for name in list(os.environ):
        if name.startswith(("SLURM_", "OMPI_", "PMI_", "PMIX_", "AWS_BATCH_", "JOB_COMPLETION_")):
            del os.environ[name]
    unittest.main()


if __name__ == "__main__":
    main()

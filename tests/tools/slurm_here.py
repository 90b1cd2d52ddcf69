"""A whole Slurm on this machine alone, for tests: several nodes that are all this one, everything in one folder.

Needs root and Debian's slurm-wlm and munge. Nothing listens beyond the loopback interface, and nothing of a Slurm that
is installed for real is touched: key, sockets, ports, state and logs are the test's own.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import time

PROGRAMS = ("munged", "mungekey", "munge", "slurmctld", "slurmd", "sbatch", "srun", "salloc", "squeue", "sinfo", "scontrol")


def missing_programs():
    return [name for name in PROGRAMS if not shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")]


def free_ports(count):
    """So many ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def until(what, seconds, ready, state=lambda: ""):
    """Asks `ready` until it says yes; what `state` tells goes into the error."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not within {seconds} s {state()}")
        time.sleep(0.1)


class SlurmHere:
    """Up when made, down at close()."""

    def __init__(self, folder, nodes=3, cpus=8, kill_wait_s=3):
        self.folder = pathlib.Path(folder)
        self.daemons = []
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True)
        host = socket.gethostname().split(".")[0]
        names = [host] + [f"node{i}" for i in range(2, nodes + 1)]
        ports = free_ports(nodes + 1)
        self.munge_socket = self.folder / "munge.sock"
        settings = {
            "ClusterName": "here", "SlurmctldHost": f"{host}(127.0.0.1)", "SlurmctldPort": ports[0], "SlurmUser": "root",
            "AuthInfo": f"socket={self.munge_socket}", "CommunicationParameters": "NoInAddrAny,NoCtldInAddrAny",
            "StateSaveLocation": self.folder / "state", "SlurmctldPidFile": self.folder / "state/controller.pid",
            "SlurmdSpoolDir": self.folder / "spool/%n", "SlurmdPidFile": self.folder / "state/%n.pid",
            "SlurmdParameters": "config_overrides", "ProctrackType": "proctrack/linuxproc", "TaskPlugin": "task/none",
            "SwitchType": "switch/none", "MpiDefault": "none", "SelectType": "select/cons_tres",
            "SelectTypeParameters": "CR_CPU", "SchedulerParameters": "batch_sched_delay=0,sched_min_interval=0,bf_interval=1",
            "KillWait": kill_wait_s, "MinJobAge": 300, "JobRequeue": 1, "ReturnToService": 2}
        lines = [f"{key}={value}" for key, value in settings.items()]
        lines += [f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs={cpus} State=UNKNOWN"
                  for name, port in zip(names, ports[1:])]
        lines.append(f"PartitionName=all Nodes={','.join(names)} Default=YES MaxTime=INFINITE State=UP")
        (self.folder / "slurm.conf").write_text("\n".join(lines) + "\n")
        self.environment = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf"),
                            "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
        try:
            self.start(names)
        except BaseException:
            self.close()
            raise

    def start(self, names):
        key = self.folder / "munge.key"
        self.call("mungekey", "--create", f"--keyfile={key}")
        state = self.folder / "state"
        self.daemon("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.munge_socket}",
                    f"--pid-file={state}/munged.pid", f"--log-file={state}/munged.log", f"--seed-file={state}/munged.seed")
        until("munged", 20, lambda: self.succeeds("munge", f"--socket={self.munge_socket}", "--no-input"))
        self.daemon("slurmctld", "-D")
        for name in names:
            self.daemon("slurmd", "-D", "-N", name)
        all_idle = str(len(names))
        until("nodes of Slurm", 60, lambda: self.call("sinfo", "-h", "-t", "idle", "-o", "%D", check=False).strip() == all_idle)

    def daemon(self, *words):
        with open(self.folder / f"{len(self.daemons)}_{words[0]}.log", "wb") as log:
            self.daemons.append(subprocess.Popen(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                                                 stderr=subprocess.STDOUT, start_new_session=True))

    def call(self, *words, check=True, environment=None, timeout=120):
        done = subprocess.run(words, env={**self.environment, **(environment or {})}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def succeeds(self, *words):
        done = subprocess.run(words, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return done.returncode == 0

    def submit(self, *words, script, environment=None):
        """The number of the job of a script's text; its output goes to out_JOB_TASK in the folder."""
        path = self.folder / "job.sh"
        path.write_text("#!/bin/bash\n" + script + "\n")
        answer = self.call("sbatch", "--parsable", "--open-mode=append", f"--output={self.folder}/out_%A_%a", *words, str(path),
                           environment=environment)
        return answer.strip().split(";")[0]

    def wait(self, job, seconds=240):
        """Until no task of the job waits or runs."""
        until(f"job {job}", seconds, lambda: not self.call("squeue", "-h", "-j", job, "-o", "%i", check=False).strip())

    def state(self, job):
        """PENDING, RUNNING, ...; "" where the job is not there any more."""
        return self.call("squeue", "-h", "-j", job, "-o", "%T", check=False).strip()

    def outputs(self, job):
        return "".join(path.read_text() for path in sorted(self.folder.glob(f"out_{job}_*")))

    def close(self):
        if self.daemons:
            self.call("scancel", "--user=root", check=False)
            try:
                until("jobs to end", 20, lambda: not self.call("squeue", "-h", check=False).strip())
            except (RuntimeError, subprocess.TimeoutExpired):
                pass
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self.daemons = []

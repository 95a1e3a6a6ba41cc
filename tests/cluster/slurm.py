# SPDX-License-Identifier: Apache-2.0
"""Slurm on this machine, with nodes that can be killed and without anything of its installation: its
controller, a daemon for each node, and munge, in a folder of their own."""
import contextlib
import getpass
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time

PATHS = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"])


def missing():
    return [name for name in ("munged", "slurmctld", "slurmd", "sbatch") if not shutil.which(name, path=PATHS)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


CONFIGURATION = """
ClusterName=transept
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SlurmdTimeout=5
SlurmctldTimeout=5
SchedulerParameters=sched_interval=1,bf_interval=1
{nodes}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class Slurm:
    def __init__(self, folder, nodes):
        self.folder, self.nodes = pathlib.Path(folder), nodes
        self.environment = {**os.environ, "PATH": PATHS, "SLURM_CONF": str(self.folder / "slurm.conf")}
        self.processes = []

    def start(self):
        host = socket.gethostname().split(".")[0]
        nodes = "\n".join(f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={free_port()} CPUs=1"
                          for name in self.nodes)
        (self.folder / "state").mkdir()
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            host=host, port=free_port(), user=getpass.getuser(), folder=self.folder, nodes=nodes))
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        self._run("munged", "--foreground", "--force", f"--socket={self.folder}/munge.socket", f"--key-file={key}",
                  f"--pid-file={self.folder}/munged.pid", f"--log-file={self.folder}/munged.log",
                  f"--seed-file={self.folder}/munged.seed")
        self._run("slurmctld", "-D", "-c")
        for name in self.nodes:
            self._run("slurmd", "-D", "-N", name)
        end = time.monotonic() + 60
        while self.command("sinfo", "-h", "-o", "%D %t").stdout != f"{len(self.nodes)} idle\n":
            assert time.monotonic() < end, self.logs()
            time.sleep(0.2)

    def _run(self, program, *arguments):
        with open(self.folder / f"{program}.out", "ab") as output:
            self.processes.append(subprocess.Popen([program, *arguments], env=self.environment, stdout=output, stderr=output))

    def command(self, *arguments):
        return subprocess.run(arguments, env=self.environment, capture_output=True, text=True)

    def processes_of(self, node):
        """Ids of the daemon of a node and of everything that runs on it. What leads a task has a title where
        others have their environment, and is known by its child."""
        ours = {f"SLURM_CONF={self.folder}/slurm.conf".encode()}
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                environment = set((path / "environ").read_bytes().split(b"\0"))
                arguments = (path / "cmdline").read_bytes().split(b"\0")
                parent = re.search(r"PPid:\t(\d+)", (path / "status").read_text())[1]
                is_task = pathlib.Path("/proc", parent, "cmdline").read_bytes().startswith(b"slurmstepd")
            except OSError:
                continue
            is_there = f"SLURMD_NODENAME={node}".encode() in environment or arguments[1:4] == [b"-D", b"-N", node.encode()]
            if ours <= environment and is_there:
                found += [int(path.name), int(parent)] if is_task else [int(path.name)]
        return found

    def kill_node(self, node):
        """As if somebody had pulled its plug: nothing of it lives to see the rest end."""
        processes = self.processes_of(node)
        for signal_number in (signal.SIGSTOP, signal.SIGKILL):
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal_number)

    def stop(self):
        self.command("scancel", "--signal=KILL", "--user", getpass.getuser())
        for node in self.nodes:
            self.kill_node(node)
        for process in reversed(self.processes):
            process.terminate()
            process.wait()

    def logs(self):
        return "\n".join(f"== {path.name}\n{path.read_text()[-3000:]}"
                         for path in sorted([*self.folder.glob("*.log"), *self.folder.glob("*.out")]))

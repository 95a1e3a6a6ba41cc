# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on and with, and what has to be there before."""

import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Of /proc/cpuinfo's flags those that decide how fast products are.
FEATURES = ("avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16",
            "amx_bf16", "amx_int8")


def describe():
    """Name -> text, in the order of printing."""
    lines = (line.split(":", 1) for line in _output("lscpu").splitlines() if ":" in line)
    facts = {key.strip(): value.strip() for key, value in lines}
    revision = _output("git", "-C", str(ROOT), "describe", "--always", "--dirty").strip()
    load = os.getloadavg()[0]
    return {
        "processor": facts.get("Model name", "unknown"),
        "cores": str(len(os.sched_getaffinity(0))),
        "instructions": " ".join(instructions()),
        "caches": ", ".join(f"{name} {facts[name + ' cache']}" for name in ("L1d", "L2", "L3")
                            if name + " cache" in facts),
        "kernel": f"{os.uname().sysname} {os.uname().release}",
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "revision": revision or "unknown",
        "load before": f"{load:.1f}",
    }


def instructions():
    flags = re.search(r"^flags.*$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return [name for name in FEATURES if flags and name in flags[0].split()]


def require_packages(packages):
    """Installs Debian packages (name -> command or Python module that they bring) where this may;
    returns the names of those that are missing afterwards."""
    missing = [name for name, what in packages.items() if not _is_there(what)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing: " + " ".join(missing), file=sys.stderr)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"],
                        ["install", "-y", "-qq", "--no-install-recommends", *missing]):
            subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL,
                           check=False)
        missing = [name for name, what in packages.items() if not _is_there(what)]
    return missing


def _is_there(what):
    if what.startswith("/"):
        return pathlib.Path(what).exists()
    # In a new process: a module that was just installed is not found in this one.
    return subprocess.run([sys.executable, "-c", f"import {what}"], capture_output=True,
                          check=False).returncode == 0


def _output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False,
                              env={**os.environ, "LC_ALL": "C"}).stdout
    except FileNotFoundError:
        return ""


def measured(command, shows_progress=False):
    """Runs a command: its seconds, the most memory it had, its output, and what it says where it
    fails (not where its standard error is shown)."""
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=output,
                                   stderr=None if shows_progress else errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        lines = errors.read().strip().splitlines()
        return {"seconds": time.monotonic() - start, "peak_bytes": usage.ru_maxrss * 1024,
                "output": output.read(),
                "error": (lines or [f"ended with {process.returncode}"])[-1]
                         if process.returncode else ""}


def build(directory, onnx_runtime):
    """Configures and builds what the benchmark runs; returns the paths of both programs."""
    configure = ["cmake", "--preset", "release", "-B", str(directory), "-DTRANSEPT_BENCHMARKS=ON"]
    if onnx_runtime:
        configure.append(f"-DONNXRUNTIME_ROOT={onnx_runtime}")
    targets = {"commands": "transept", "benchmarks/models": "transept-benchmark-models",
               "benchmarks/kernels": "transept-benchmark-kernels"}
    for command in (configure, ["cmake", "--build", str(directory), "--target",
                                *targets.values()]):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"error: {' '.join(command)} failed:\n{done.stdout[-4000:]}{done.stderr}")
    return [directory / folder / name for folder, name in targets.items()]


def accepted_types(transept):
    """What `transept compile --weights` says it takes, but for the choice among these."""
    text = _output(str(transept), "compile", "--help")
    found = re.search(r"--weights TEXT\b[^(]*\(([^)]*)\)", text)
    if not found:
        sys.exit(f"error: {transept} compile --help names no types of weights")
    return [kind for kind in found[1].replace(",", " ").split() if kind != "auto"]

# SPDX-License-Identifier: Apache-2.0
"""The Python that the benchmark runs in: an environment of its own under build/benchmarks, into
which pip brings the peers. The system's Python stays as it is."""

import importlib.metadata
import importlib.util
import os
import subprocess
import sys

import machine

FOLDER = machine.ROOT / "build" / "benchmarks" / "python"
# What writes models, then who runs them.
PACKAGES = ("numpy", "onnx", "onnxruntime", "ctranslate2", "openvino")


def enter():
    """Starts this program again in the environment, which is made where it is missing. Where it
    cannot be made, the program goes on with what there is."""
    if os.path.realpath(sys.prefix) == os.path.realpath(FOLDER):
        _install()
        return
    python = FOLDER / "bin" / "python"
    if not python.exists():
        machine.require_packages({"python3-venv": "ensurepip"})
        print(f"making {FOLDER}", file=sys.stderr)
        # Debian's numpy and onnx serve where pip reaches nothing.
        done = subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", str(FOLDER)],
                              capture_output=True, check=False)
        if done.returncode:
            machine.require_packages({"python3-numpy": "numpy", "python3-onnx": "onnx"})
            return
    sys.stdout.flush()
    os.execv(python, [str(python), *sys.argv])


def _install():
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if not missing:
        return
    print("pip brings " + " ".join(missing), file=sys.stderr)
    # One by one: where one cannot be had, the others can.
    for name in missing:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet",
                        "--disable-pip-version-check", name], stdout=sys.stderr, check=False)
    importlib.invalidate_caches()
    if importlib.util.find_spec("numpy") is None:
        machine.require_packages({"python3-numpy": "numpy", "python3-onnx": "onnx"})


def version(package):
    """Empty where it is not there."""
    return importlib.metadata.version(package) if importlib.util.find_spec(package) else ""

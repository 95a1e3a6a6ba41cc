# SPDX-License-Identifier: Apache-2.0
"""examples/cluster/slurm with Slurm's own daemons on this machine: a node dies in the middle, and the job
ends nevertheless, each line once."""
import os

import pytest
import slurm
from conftest import CLUSTER, plan, results, wait_until


@pytest.fixture
def cluster(tmp_path):
    if absent := slurm.missing():
        pytest.skip(f"there is no {', '.join(absent)}; `tools/setup cluster` installs them")
    folder = tmp_path / "slurm"
    folder.mkdir()
    running = slurm.Slurm(folder, ["one", "two"])
    try:
        running.start()
        yield running
    finally:
        running.stop()


def submit(cluster, tmp_path, tasks):
    done = cluster.command("bash", str(CLUSTER / "slurm/submit"), str(tasks), str(tmp_path / "job"),
                           str(tmp_path / "output.txt"), "--cpus-per-task=1")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_node_that_dies_costs_no_line(cluster, tmp_path, lines, expected):
    plan(tmp_path, lines, 15)
    assert "job" in submit(cluster, tmp_path, 4)
    wait_until(lambda: len(results(tmp_path)) >= 4 and len(cluster.processes_of("two")) > 1, "work on both nodes")
    cluster.kill_node("two")
    done = results(tmp_path)
    output = tmp_path / "output.txt"
    wait_until(output.exists, "the merged file", 200)
    assert output.read_text() == expected
    assert results(tmp_path).items() >= done.items(), "a result was made again"
    assert "down" in cluster.command("sinfo", "-h", "-o", "%t").stdout


def test_submitting_again_does_what_is_left(cluster, tmp_path, lines, expected):
    plan(tmp_path, lines, 60)
    submit(cluster, tmp_path, 2)
    wait_until(lambda: len(results(tmp_path)) >= 3, "three results")
    cluster.command("scancel", "--user", str(os.getuid()))
    wait_until(lambda: cluster.command("squeue", "-h").stdout == "", "an empty queue")
    done = results(tmp_path)
    assert f"{len(os.listdir(tmp_path / 'job/results'))}" != "0" and not (tmp_path / "output.txt").exists()
    submit(cluster, tmp_path, 2)
    wait_until((tmp_path / "output.txt").exists, "the merged file")
    assert (tmp_path / "output.txt").read_text() == expected
    assert results(tmp_path).items() >= done.items()

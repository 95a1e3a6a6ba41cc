# SPDX-License-Identifier: Apache-2.0
"""examples/cluster/ray on a cluster of two nodes on this machine; one of its workers dies."""
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest
from conftest import CLUSTER, PATIENCE, ROOT, plan, results, wait_until

sys.path.insert(0, str(ROOT / "tests/published"))
import packages  # noqa: E402

BEGINNING = 400  # seconds, in which Ray starts its processes

# A head without processors and two nodes with one each, until a line comes.
CLUSTER_PROGRAM = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
for _ in range(2):
    cluster.add_node(num_cpus=1)
cluster.wait_for_nodes()
print(cluster.address, flush=True)
sys.stdin.readline()
cluster.shutdown()
"""


def workers_of(cluster):
    """Ids of the processes that translate, which the cluster's daemons have begun."""
    parents, found = {}, []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int(re.search(r"PPid:\t(\d+)", (path / "status").read_text())[1])
            title = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if title.startswith(b"ray::") and b"Translator" in title:
            found.append(int(path.name))
    def descends(process):
        return process == cluster or process in parents and descends(parents[process])
    return [process for process in found if descends(process)]


@pytest.fixture(scope="module")
def environment():
    folder = pathlib.Path(os.environ["TRANSEPT_PACKAGES"]) / "ray"
    folder.parent.mkdir(exist_ok=True)
    try:
        installed = packages.install(folder, ["ray[data]==2.60.0"])
    except packages.Skipped as reason:
        pytest.skip(str(reason))
    paths = [installed["PYTHONPATH"], os.environ["PYTHONPATH"]]
    return {**installed, "PYTHONPATH": os.pathsep.join(paths), "RAY_USAGE_STATS_ENABLED": "0"}


def test_a_worker_that_dies_costs_no_line(environment, tmp_path, lines, expected):
    plan(tmp_path, lines, 15)
    cluster = subprocess.Popen([sys.executable, "-c", CLUSTER_PROGRAM], env=environment, text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        address = cluster.stdout.readline().strip()
        assert address, "the cluster has not begun"
        output = tmp_path / "output.txt"
        job = subprocess.Popen([sys.executable, CLUSTER / "ray/translate.py", tmp_path / "job", output],
                               env={**environment, "RAY_ADDRESS": address}, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        wait_until(lambda: len(results(tmp_path)) >= 6 or job.poll() is not None, "six results",
                   BEGINNING)
        done, workers = results(tmp_path), workers_of(cluster.pid)
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        text, _ = job.communicate(timeout=BEGINNING)
        assert job.returncode == 0, text
        assert output.read_text() == expected
        assert results(tmp_path).items() >= done.items(), "a result was made again"
    finally:
        cluster.stdin.close()
        cluster.wait(PATIENCE)

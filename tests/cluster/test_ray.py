# SPDX-License-Identifier: Apache-2.0
"""examples/cluster/ray on a cluster of two nodes on this machine, of which one dies."""
import os
import pathlib
import subprocess
import sys

import pytest
from conftest import CLUSTER, PATIENCE, ROOT, plan, results, wait_until

sys.path.insert(0, str(ROOT / "tests/published"))
import packages  # noqa: E402

# A head without processors and two nodes with one each; ends one of these when a line comes.
CLUSTER_PROGRAM = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
cluster.wait_for_nodes()
print(cluster.address, flush=True)
sys.stdin.readline()
cluster.remove_node(nodes[1], allow_graceful=False)
print("killed", flush=True)
sys.stdin.readline()
cluster.shutdown()
"""


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


def test_a_node_that_dies_costs_no_line(environment, tmp_path, lines, expected):
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
        wait_until(lambda: len(results(tmp_path)) >= 6 or job.poll() is not None, "six results")
        done = results(tmp_path)
        cluster.stdin.write("kill\n")
        cluster.stdin.flush()
        assert cluster.stdout.readline() == "killed\n"
        text, _ = job.communicate(timeout=2 * PATIENCE)
        assert job.returncode == 0, text
        assert output.read_text() == expected
        assert results(tmp_path).items() >= done.items(), "a result was made again"
    finally:
        cluster.stdin.close()
        cluster.wait(PATIENCE)

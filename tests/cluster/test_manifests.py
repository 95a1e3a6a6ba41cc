# SPDX-License-Identifier: Apache-2.0
"""examples/cluster/kubernetes beside what the server has: flags, routes, metrics, times and packages."""
import json
import os
import re
import subprocess

import pytest
from conftest import CLUSTER, ROOT

yaml = pytest.importorskip("yaml", reason="there is no yaml (python3-yaml on Debian)")
FOLDER = CLUSTER / "kubernetes"


def documents(name):
    return [document for document in yaml.safe_load_all((FOLDER / name).read_text()) if document]


def kind(name, wanted):
    (found,) = [each for each in documents(name) if each["kind"] == wanted]
    return found


def everything(value):
    """All values inside of a document."""
    yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from everything(each)


def containers():
    yield kind("transept.yaml", "Deployment")["spec"]["template"]["spec"]["containers"][0]
    yield kind("kserve.yaml", "ServingRuntime")["spec"]["containers"][0]


def test_probes_ask_routes_that_need_no_key():
    routes = dict(re.findall(r'\.path = "([^"]+)"(, \.isOpen = true)?', (ROOT / "serve/Routes.cpp").read_text()))
    for container in containers():
        for probe in ("readinessProbe", "livenessProbe"):
            assert routes[container[probe]["httpGet"]["path"]], probe


def test_flags_are_flags_of_the_server():
    page = (ROOT / "docs/serving.md").read_text()
    for container in containers():
        for flag in container["args"]:
            assert not flag.startswith("--") or f"`{flag}`" in page, flag


def test_threads_are_as_many_as_processors():
    for container in containers():
        threads = container["args"][container["args"].index("--threads") + 1]
        assert container["resources"]["requests"]["cpu"] == container["resources"]["limits"]["cpu"] == threads


def test_draining_ends_before_the_pod():
    pod = kind("transept.yaml", "Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    drain = int(container["args"][container["args"].index("--drain-seconds") + 1])
    assert pause + drain < pod["terminationGracePeriodSeconds"]


def test_scaling_asks_for_a_metric_that_there_is():
    name = '"transept_queue_length"'
    assert name in (ROOT / "serve/Metrics.cpp").read_text()
    scaler = kind("autoscaling.yaml", "HorizontalPodAutoscaler")["spec"]
    assert scaler["metrics"][0]["pods"]["metric"]["name"] == name.strip('"')
    assert scaler["scaleTargetRef"]["name"] == kind("transept.yaml", "Deployment")["metadata"]["name"]
    assert "transept_queue_length" in json.dumps(kind("kserve.yaml", "InferenceService"))


def test_services_and_budgets_select_the_pods():
    labels = kind("transept.yaml", "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert kind("transept.yaml", "Service")["spec"]["selector"].items() <= labels.items()
    assert kind("transept.yaml", "PodDisruptionBudget")["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert kind("kserve.yaml", "InferenceService")["spec"]["predictor"]["model"]["runtime"] == \
        kind("kserve.yaml", "ServingRuntime")["metadata"]["name"]


def test_every_object_is_one():
    for path in FOLDER.glob("*.yaml"):
        for document in documents(path.name):
            assert {"apiVersion", "kind", "metadata", "spec"} <= document.keys(), path
            assert None not in list(everything(document)), path


def package_of(library):
    """The package of Debian that a shared library comes from."""
    listing = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True).stdout
    path = re.search(rf"{re.escape(library)} .*=> (\S+)", listing)[1]
    for each in (path, os.path.realpath(path), "/usr" + path):
        found = subprocess.run(["dpkg-query", "-S", each], capture_output=True, text=True).stdout
        if found:
            return found.split(":")[0]
    raise AssertionError(f"no package has {path}")


def test_the_image_has_the_libraries_that_the_server_needs():
    recipe = (FOLDER / "Containerfile").read_text()
    _, last = recipe.split("FROM debian:12-slim")
    brought = set(re.search(r"--no-install-recommends (.*) \\", last)[1].split())
    there = {"libstdc++6", "libgcc-s1", "libc6", "zlib1g"}  # in debian:12-slim, or brought by the others
    dynamic = subprocess.run(["readelf", "-d", os.environ["TRANSEPT_SERVE"]], capture_output=True, text=True).stdout
    for library in re.findall(r"NEEDED\)\s+.*\[(.+)\]", dynamic):
        assert library.startswith("ld-linux") or package_of(library) in brought | there, library

# SPDX-License-Identifier: Apache-2.0
"""benchmarks/serving/simulate.py beside what can be known without it, and the page that it fills."""
import importlib.machinery
import importlib.util
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks/serving"))
import simulate  # noqa: E402

# A sentence of 30 tokens: 3 ms, and 2 ms a step; steps of 64 cost ten times as much.
COSTS = simulate.Costs([[30, 0.003], [240, 0.02]], [[1, 0.002], [64, 0.02]])
ALIKE = simulate.Workload(30, 0, 30, 30)


def requests(*arrivals, tokens=30):
    return [simulate.Request(arrival, 30, tokens) for arrival in arrivals]


def ends(given, costs=COSTS, cores=1):
    simulate.Process(costs, cores).serve(given)
    return [request.end - request.arrival for request in given]


def test_who_is_alone_waits_for_an_encode_and_its_steps():
    assert ends(requests(0, 10)) == pytest.approx([0.003 + 30 * 0.002] * 2)


def test_requests_at_once_share_an_encode_and_steps():
    step = simulate.interpolated(COSTS.step, 4)
    encode = simulate.interpolated(COSTS.encode, 120)
    assert ends(requests(0, 0, 0, 0)) == pytest.approx([encode + 30 * step] * 4)


def test_an_encode_and_steps_take_equal_shares():
    first, second = ends(requests(0, 0.0031))
    # Two steps pass (and a part of the third) while the second one is encoded: as long as its encode.
    assert first == pytest.approx(0.003 + 0.002 * 2 + 0.003 + simulate.interpolated(COSTS.step, 2) * 28, rel=0.02)
    assert second > first


def test_a_queue_is_as_long_as_theory_says():
    """Encodes of a fixed length alone are a queue of Kendall's M/D/1, whose wait is known."""
    service, load = 0.01, 0.7
    costs = simulate.Costs([[300, service]], [[1, 0.0]])
    given = simulate.poisson(simulate.Workload(1, 0, 1, 1, rows=300), load / service, 40000)
    mean = sum(ends(given, costs)) / len(given)
    assert mean == pytest.approx(service + service * load / (2 * (1 - load)), rel=0.05)


def test_a_process_serves_as_many_as_full_steps_allow():
    most = 1 / (0.02 / 8 + 30 * simulate.interpolated(COSTS.step, 256) / 256)
    assert simulate.capacity(COSTS, ALIKE, 60, count=2000) == pytest.approx(most, rel=0.15)
    assert simulate.capacity(COSTS, ALIKE, 0.05) == 0.0


def test_more_patience_and_more_cores_never_serve_fewer():
    rates = [simulate.capacity(COSTS, simulate.SENTENCES, bound, count=800) for bound in (0.2, 0.5, 2)]
    assert rates == sorted(rates) and simulate.capacity(COSTS, simulate.SENTENCES, 0.2, cores=4, count=800) > 3 * rates[0]


def test_a_static_batch_takes_what_has_come_and_leaves_as_it_is_done():
    given = requests(0, 0.004, 0.2)
    given[1].tokens = 10
    simulate.serve_in_batches(COSTS, given, 8, 0.005, 1)
    begin = 0.005 + simulate.interpolated(COSTS.encode, 60)
    assert given[1].end == pytest.approx(begin + 10 * simulate.interpolated(COSTS.step, 2))
    assert given[0].end == pytest.approx(given[1].end + 20 * 0.002)
    assert given[2].end == pytest.approx(0.2 + 0.003 + 30 * 0.002)


def test_costs_between_and_beyond_points():
    table = [[2, 1.0], [4, 2.0], [8, 6.0]]
    assert [simulate.interpolated(table, amount) for amount in (1, 2, 3, 6, 10)] == [1.0, 1.0, 1.5, 4.0, 8.0]
    assert simulate.interpolated([[3000, 0.3]], 1500) == 0.15


def test_the_page_has_what_the_simulator_says():
    loader = importlib.machinery.SourceFileLoader("capacity", str(ROOT / "benchmarks/serving/capacity"))
    capacity = importlib.util.module_from_spec(importlib.util.spec_from_loader("capacity", loader))
    loader.exec_module(capacity)
    page = capacity.PAGE.read_text()
    shown = page.partition(capacity.BEGIN)[2].partition(capacity.END)[0]
    assert shown != "" and shown == capacity.table(simulate.read_costs(capacity.COSTS))

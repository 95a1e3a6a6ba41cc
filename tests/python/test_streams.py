# SPDX-License-Identifier: Apache-2.0
"""Results part by part, and what ends them."""
import subprocess
import sys
import threading

import pytest
import transept

from conftest import DEMO


def test_parts_together_are_the_result(demo, cases):
    for case in cases[:10]:
        stream = demo.stream(case["source"])
        parts = list(stream)
        assert "".join(parts) == case["output"] == stream.result.text
    assert len(list(demo.stream(">>de<< the train leaves on Monday at half past seven"))) > 5


def test_ids_of_a_source_come_one_by_one(demo, cases):
    stream = demo.stream(demo.encode(cases[0]["source_ids"]))
    assert list(stream) == cases[0]["output_ids"][1:]
    assert stream.result.ids == cases[0]["output_ids"]


def test_closing_cancels_what_is_to_come(demo, cases):
    """Without an end and a limit it would go on for long: its length is that of the decoder."""
    source = demo.encode(cases[0]["source_ids"])
    with demo.stream(source, end_ids=[], maximum_length=demo.maximum_target_length) as stream:
        next(stream)
    assert list(stream) == []
    with pytest.raises(transept.Error, match="has not ended"):
        stream.result
    assert threading.active_count() == 1


def test_letting_go_cancels(demo, cases):
    before = threading.active_count()
    stream = demo.stream(demo.encode(cases[0]["source_ids"]))
    thread = stream._thread
    del stream
    thread.join(30)
    assert not thread.is_alive() and threading.active_count() == before


def test_errors_come_out_of_the_iterator(demo):
    with pytest.raises(transept.Error, match="beams is 0"):
        list(demo.stream(">>de<< nine", beams=0))
    with pytest.raises(TypeError, match="did you mean 'beams'"):
        demo.stream(">>de<< nine", beam=1)


LEAVES = """
import sys, threading, time, transept
model = transept.load(sys.argv[1])
text = ">>de<< the train leaves on Monday at half past seven"
def work():
    while True:
        model.translate([text] * 20, batch_size=1)
threading.Thread(target=work, daemon=True).start()
stream = model.stream(text)
print(next(stream))
"""


def test_a_program_may_end_in_the_middle_of_calls():
    """Threads that are torn out of the library end the process with an abort."""
    for _ in range(5):
        result = subprocess.run([sys.executable, "-c", LEAVES, DEMO], capture_output=True, text=True,
                                timeout=60)
        assert result.returncode == 0 and result.stdout == "der\n", result.stderr


INTERRUPTED = """
import os, signal, sys, threading, transept
model = transept.load(sys.argv[1])
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    model.translate([f">>de<< {number} nine" for number in range(200000)])
except KeyboardInterrupt:
    print("interrupted", model.translate(">>de<< nine"))
"""


def test_control_c_ends_a_call():
    result = subprocess.run([sys.executable, "-c", INTERRUPTED, DEMO], capture_output=True, text=True,
                            timeout=60)
    assert (result.stdout, result.stderr) == ("interrupted neun\n", "")

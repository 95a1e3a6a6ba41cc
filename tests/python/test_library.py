# SPDX-License-Identifier: Apache-2.0
"""Opening and closing libraries, files that are none, threads and processes."""
import concurrent.futures
import copy
import gc
import os
import pathlib
import pickle
import random
import shutil
import subprocess
import sys

import pytest
import transept
from transept._file import _ElfFile

from conftest import DEMO, LIBRARIES


def test_many_threads_share_a_model(demo, cases):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda case: demo.translate(case["source"]), cases))
    assert results == [case["output"] for case in cases]


def test_two_models_share_threads(cases):
    first = transept.load(DEMO, threads=2)
    second = transept.load(LIBRARIES / "libmarian.native.so", workers=first)
    assert second.statistics()["workers"] == 2
    del first
    gc.collect()
    assert second.generate(second.encode([5, 6]))[0].ids
    with pytest.raises(transept.Error, match="at most as many"):
        transept.load(DEMO, workers=second, threads=3)


def test_says_what_it_is(demo):
    assert demo.name == "number_words" and demo.manifest["family"] == "marian"
    assert demo.level in demo.levels and demo.has_texts
    assert (demo.source_vocabulary_size, demo.maximum_source_length) == (802, 128)
    assert demo.asset("source.spm") and demo.asset("nothing") is None
    assert not transept.load(LIBRARIES / "libmarian.native.so").has_texts


def test_a_library_without_a_tokenizer_takes_no_texts():
    with pytest.raises(transept.Error, match="has no tokenizer") as caught:
        transept.load(LIBRARIES / "libmarian.native.so").translate("nine")
    assert caught.value.code == transept.ErrorCode.UNSUPPORTED


def test_files_that_are_no_models_are_refused(tmp_path):
    cut, empty, text = tmp_path / "cut.so", tmp_path / "empty.so", tmp_path / "text.so"
    cut.write_bytes(DEMO.read_bytes()[:100000])
    empty.touch()
    text.write_text("no library")
    for path, reason in ((cut, "cut off"), (empty, "empty"), (text, "no ELF header"),
                         (tmp_path / "none.so", "No such file"), (tmp_path, "directory"),
                         (sys.executable, "cannot open")):
        with pytest.raises(transept.Error, match=reason) as caught:
            transept.load(path)
        assert caught.value.code == transept.ErrorCode.LIBRARY and str(path) in str(caught.value)


def test_damaged_headers_are_refused_or_harmless():
    """Each byte of the headers at random: the reader says what is wrong, and never fails otherwise."""
    whole, generator = DEMO.read_bytes(), random.Random(1)
    sections = int.from_bytes(whole[40:48], "little")
    places = [*range(64), *range(64, 600), *range(sections, len(whole))]
    for _ in range(300):
        data = bytearray(whole)
        data[generator.choice(places)] = generator.randrange(256)
        try:
            assert _ElfFile("it", data).model_function().startswith("transept_model_")
        except transept.Error as problem:
            assert problem.code == transept.ErrorCode.LIBRARY


def test_a_replaced_file_is_opened_as_it_is_now(tmp_path):
    path, other = tmp_path / "model.so", tmp_path / "other.so"
    shutil.copy(DEMO, path)
    first = transept.load(path)
    shutil.copy(LIBRARIES / "libmarian.native.so", other)
    os.rename(other, path)
    second = transept.load(path)
    assert (first.name, second.name) == ("number_words", "marian")
    assert first.translate(">>de<< nine") == "neun"
    os.utime(path, ns=(1, 1))  # as if it were written over
    with pytest.raises(transept.Error, match="written again"):
        transept.load(path)


def test_a_library_of_another_version_is_refused(monkeypatch):
    monkeypatch.setattr(transept._abi, "ABI_VERSION", 99)
    with pytest.raises(transept.Error, match="ABI version [0-9]+, but this module is for version 99") as caught:
        transept.load(LIBRARIES / "libt5.native.so")
    assert caught.value.code == transept.ErrorCode.UNSUPPORTED
    assert "libt5" not in pathlib.Path("/proc/self/maps").read_text()


def test_closing_gives_the_memory_back():
    def mappings():
        return open("/proc/self/maps").read().count("libt5.native.so")

    model = transept.load(LIBRARIES / "libt5.native.so")
    source = model.encode([5, 6])
    del model
    assert mappings() and len(source) == 2  # the source keeps it
    del source
    gc.collect()
    assert mappings() == 0


def test_pickling_is_refused(demo):
    for thing in (demo, demo.encode([5]), demo.encode([5]).decode()):
        for attempt in (pickle.dumps, copy.copy):
            with pytest.raises(TypeError, match="cannot be pickled"):
                attempt(thing)
    error = transept.Error(transept.ErrorCode.LIBRARY, "reason")
    assert str(pickle.loads(pickle.dumps(error))) == "reason"


def test_after_fork_the_child_is_told(demo):
    if (child := os.fork()) == 0:
        try:
            demo.translate("nine")
        except transept.Error as problem:
            os._exit(0 if problem.code == transept.ErrorCode.UNSUPPORTED else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_options_are_checked(demo):
    for options, text in (({"beams": 0}, "beams is 0"), ({"beams": "4"}, "beams is '4'"),
                          ({"seed": -1}, "seed is -1"), ({"early_stopping": "soon"}, "'never'"),
                          ({"bad_words": [[1], 2]}, r"bad_words\[1\]"), ({"prefix": 3}, "prefix is 3"),
                          ({"prompt": [1], "prompts": [[1]]}, "both given"),
                          ({"prompts": [[1], [2]]}, "prompts has 2 lists"),
                          ({"temperature": float("nan")}, "temperature is nan"),
                          ({"target_language": "klingon"}, "klingon")):
        with pytest.raises(transept.Error, match=text) as caught:
            demo.translate("nine", **options)
        assert caught.value.code == transept.ErrorCode.INVALID_ARGUMENT
    with pytest.raises(TypeError, match="did you mean 'maximum_length'"):
        demo.translate("nine", maximum_lenght=3)


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None
import transept
model = transept.load(sys.argv[1])
source = model.encode([799, 38, 2, 67, 0])
logits = model.logits(source, [801, 73])
assert isinstance(logits, memoryview) and logits.shape == (2, 802), logits
assert max(range(802), key=lambda each: logits[0, each]) == 73
assert source.states.shape == (5, 128)
block = transept.load(sys.argv[2])
rows = [[0.5] * block.source_feature_width] * 3
assert len(block.encode(rows)) == 3
print(model.translate(">>de<< nine"))
"""


def test_works_without_numpy():
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMPY, DEMO, LIBRARIES / "libcross_attention_block.native.so"],
        capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "neun\n"


def test_members_of_a_cycle_end_in_any_order():
    """The garbage collector ends them so; a library is closed behind what it has made."""
    for order in ("model, source, request", "request, source, model"):
        code = ("import gc, sys, transept\ngc.disable()\nclass Cycle: pass\n"
                "model = transept.load(sys.argv[1])\nsource, request = model.encode([5, 6, 0]), model.submit([5, 6, 0])\n"
                "decoder = source.decode()\ncycle = Cycle()\n"
                f"cycle.parts = [cycle, {order}, decoder]\n"
                "del model, source, request, decoder, cycle\ngc.collect()\nprint('done')")
        result = subprocess.run([sys.executable, "-c", code, str(LIBRARIES / "libmarian.native.so")], text=True,
                                capture_output=True)
        assert result.stdout == "done\n", result

# SPDX-License-Identifier: Apache-2.0
"""The models of the tests, compiled by tests/golden and tests/end-to-end, and their goldens."""
import functools
import json
import math
import os
import pathlib
import struct

import pytest
import transept

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARIES = pathlib.Path(os.environ["TRANSEPT_LIBRARIES"])
DEMO = LIBRARIES / "libnumber_words.native.so"


@pytest.fixture(scope="session")
def demo():
    return transept.load(DEMO)


@pytest.fixture(scope="session")
def cases():
    """The recorded results of the demo model's original: texts, ids, states, logits."""
    return json.loads((ROOT / "examples/number-words/reference.json").read_text())["cases"]


class Golden:
    """A compiled golden checkpoint and its recorded tensors, by their names."""

    def __init__(self, name):
        folder = ROOT / "tests/golden/checkpoints" / name
        self.library = LIBRARIES / f"lib{name}.native.so"
        self.model = transept.load(self.library)
        self.cases = json.loads((folder / "goldens.json").read_text())["cases"]
        data = (folder / "goldens.safetensors").read_bytes()
        (size,) = struct.unpack_from("<Q", data)
        self._tensors, self._data = json.loads(data[8:8 + size]), data[8 + size:]

    def tensor(self, name):
        """Nested lists, and its shape."""
        entry = self._tensors[name]
        kind = {"F32": "f", "I64": "q", "I32": "i", "BOOL": "B", "U8": "B"}[entry["dtype"]]
        shape = entry["shape"]
        values = struct.unpack(f"<{math.prod(shape)}{kind}", self._data[slice(*entry["data_offsets"])])
        return nested(values, shape)


def nested(values, shape):
    if len(shape) < 2:
        return list(values)
    step = math.prod(shape[1:])
    return [nested(values[at:at + step], shape[1:]) for at in range(0, shape[0] * step, step)]


def flat(rows):
    rows = rows.tolist() if hasattr(rows, "tolist") else rows
    return [number for row in rows for number in row]


def assert_near(actual, expected):
    """Within a ten-thousandth of the largest number, or of 1 where all are smaller."""
    actual, expected = flat(actual), flat(expected)
    assert len(actual) == len(expected)
    bound = 1e-4 * max(1, max(map(abs, expected)))
    assert max(abs(a - b) for a, b in zip(actual, expected)) <= bound


@pytest.fixture(scope="session")
def golden():
    return functools.lru_cache(Golden)

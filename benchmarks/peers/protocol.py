# SPDX-License-Identifier: Apache-2.0
"""What a peer speaks on its standard input and output: models/ProcessContender.cpp describes it."""

import os
import sys

import numpy


def serve(version, open_peer):
    """open_peer() gives an object with encode(ids or features) -> seconds and
    generate(beams, steps) -> (seconds, ids of each source)."""
    # What libraries print is no answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        peer = open_peer()
        _answer(answers, f"ready {version}")
        while line := sys.stdin.buffer.readline():
            _answer(answers, _ask(peer, line.decode().split()))
    except Exception as error:  # whatever a peer's library throws, is said and ends this
        text = " ".join(str(error).split())
        _answer(answers, f"error {type(error).__name__}: {text[:500]}")


def _ask(peer, words):
    if words[0] == "encode":
        kind = {"ids": "<i4", "features": "<f4"}[words[1]]
        count, length = int(words[2]), int(words[3])
        numbers = numpy.frombuffer(sys.stdin.buffer.read(4 * count * length), kind)
        return f"{peer.encode(numbers.reshape(count, length)):.9f}"
    seconds, ids = peer.generate(beams=int(words[1]), steps=int(words[2]))
    return " ".join([f"{seconds:.9f}", *(str(number) for row in ids for number in row)])


def _answer(answers, line):
    print(line, file=answers, flush=True)

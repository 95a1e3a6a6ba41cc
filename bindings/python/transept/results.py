# SPDX-License-Identifier: Apache-2.0
"""What generating gives."""
from __future__ import annotations

import ctypes
import dataclasses
from typing import Any, Callable, Optional

from . import _abi, _values
from ._opened import text_at


@dataclasses.dataclass(frozen=True)
class Sequence:
    """One generated sequence of token ids."""

    ids: list[int]
    """Decoder start, prompt and what was generated, with the end id where one was."""
    score: float
    """Beam search: sum of log-probabilities / length ** length_penalty; greedy search: their sum;
    sampling: the sum of those that were drawn by."""
    is_complete: bool
    """Whether an end id or a stop string was generated, and not the maximum length reached."""
    token_scores: Optional[list[float]] = None
    """With token_scores: of each generated id, the last ones of ids."""


@dataclasses.dataclass(frozen=True)
class TokenPlaces:
    """What the ids of a sequence stand for, and come from. Ranges are (begin, end) in characters of a text,
    without the white space around a token; tokens that make a character together have it each, and special
    tokens none."""

    target: list[tuple[int, int]]
    """Of each id in the result's text, with token_offsets."""
    source: list[tuple[int, int]]
    """Of each id of the source in the source's text, with token_offsets. What the tokenizer has changed
    beyond recognition has what lies between its neighbours."""
    source_ids: list[int]
    """Empty for an image."""
    weights: Any
    """With alignment: [ids, source], what the model looked at as it produced each id, the mean over the heads
    of its last cross-attention; 0 for the first id, which was given. None without."""


@dataclasses.dataclass(frozen=True)
class Result:
    """One result for a text."""

    text: str
    sequences: list[Sequence]
    """What was generated: one sequence, or with splits_sentences one a sentence."""
    problem: str = ""
    """Why there is no text (with skips_invalid); empty where there is one."""
    places: list[TokenPlaces] = dataclasses.field(default_factory=list)
    """Of each sequence, with token_offsets or alignment."""

    @property
    def score(self) -> float:
        """Of all sequences together; 0 where nothing was generated."""
        return sum(each.score for each in self.sequences)

    @property
    def ids(self) -> list[int]:
        """Of the first sequence; empty where nothing was generated."""
        return self.sequences[0].ids if self.sequences else []


@dataclasses.dataclass(frozen=True)
class LabelScore:
    """What a classifier gives a label."""

    label: str
    score: float
    """A probability: of this label among all where one is right, of each by itself otherwise; where the
    model gives numbers, the logit."""
    logit: float


def sequence_of(view: Any, scores: Any, count: int) -> Sequence:
    return Sequence(view.ids[:view.length], view.score,
                    view.finish_reason in (_abi.FINISH_END, _abi.FINISH_STOP),
                    scores[:count] if count else None)


def _ranges(memory: Any, count: int, text: bytes) -> list[tuple[int, int]]:
    """Of bytes, as those of characters."""
    if not memory:
        return []
    characters = [0]  # that begin before each byte
    for byte in text:
        characters.append(characters[-1] + (byte & 0xC0 != 0x80))
    return [(characters[each.begin], characters[each.end]) for each in memory[:count]]


def _places_of(view: Any, length: int, source: bytes, target: bytes) -> TokenPlaces:
    count = view.source_length
    weights = None
    if view.weights:
        weights = _values.floats(length, count)
        ctypes.memmove(weights, view.weights, 4 * length * count)
        weights = _values.array(weights, length, count)
    return TokenPlaces(_ranges(view.target, length, target), _ranges(view.source, count, source),
                       view.source_ids[:count] if view.source_ids else [], weights)


def result_of(view: Any, source: bytes, places_at: Callable[[int], Any]) -> Result:
    """`source` is the text that it was made of, places_at gives C's places of a sequence."""
    text = ctypes.string_at(view.text.data, view.text.size) if view.text.data else b""
    sequences, places = [], []
    for index in range(view.sequence_count):
        scores = view.token_scores[index]
        sequences.append(sequence_of(view.sequences[index], scores.values, scores.count))
        if place := places_at(index):
            places.append(_places_of(place.contents, view.sequences[index].length, source, text))
    return Result(text.decode("utf-8", "replace"), sequences,
                  text_at(view.problem.data, view.problem.size), places)

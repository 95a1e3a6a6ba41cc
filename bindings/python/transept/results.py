# SPDX-License-Identifier: Apache-2.0
"""What generating gives."""
from __future__ import annotations

import dataclasses
from typing import Any, Optional

from . import _abi
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
    """Whether an end id was generated, and not the maximum length reached."""
    token_scores: Optional[list[float]] = None
    """With token_scores: of each generated id, the last ones of ids."""


@dataclasses.dataclass(frozen=True)
class Result:
    """One result for a text."""

    text: str
    sequences: list[Sequence]
    """What was generated: one sequence, or with splits_sentences one a sentence."""
    problem: str = ""
    """Why there is no text (with skips_invalid); empty where there is one."""

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
    return Sequence(view.ids[:view.length], view.score, view.finish_reason == _abi.FINISH_END,
                    scores[:count] if count else None)


def result_of(view: Any) -> Result:
    return Result(text_at(view.text.data, view.text.size),
                  [sequence_of(view.sequences[index], view.token_scores[index].values,
                               view.token_scores[index].count) for index in range(view.sequence_count)],
                  text_at(view.problem.data, view.problem.size))

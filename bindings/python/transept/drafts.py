# SPDX-License-Identifier: Apache-2.0
"""Fewer steps of a large model: a smaller one with the same vocabulary guesses, the large one checks."""
from __future__ import annotations

from typing import Any, List, Optional, Sequence

from .errors import invalid
from .model import Model
from .source import Decoder, Source


class DraftModel:
    """The `guess` of one call: results are those without it, bit by bit (Leviathan et al. 2023, with a
    draft that is certain of its tokens).

        draft = transept.DraftModel(model, small, [small.encode(ids)])
        model.generate(model.encode(ids), beams=1, guess=draft)
    """

    def __init__(self, model: Model, draft: Model, sources: Sequence[Source]) -> None:
        """`sources`: what `draft` encoded of each source of the call, in their order."""
        if model.target_vocabulary_size != draft.target_vocabulary_size:
            raise invalid(f"the vocabulary of the draft model has {draft.target_vocabulary_size} ids, but must be "
                          f"that of the model, which has {model.target_vocabulary_size}")
        self._states = [_State(source) for source in sources]
        self._longest = draft.maximum_target_length

    def __call__(self, source: int, ids: List[int], generated_from: int, limit: int) -> List[int]:
        """The ids that the draft model would go on with, at most `limit`: fewer while its guesses turn
        out wrong."""
        if source >= len(self._states):
            raise invalid(f"the draft model was given {len(self._states)} sources, but must have one for each of the "
                          "call")
        state = self._states[source]
        state.learn_from(ids)
        if len(ids) >= self._longest:
            return []
        guessed = [state.feed(ids)]
        count = min(state.width, limit, self._longest - len(ids))
        ahead: Optional[Decoder] = None
        while len(guessed) < count:
            if ahead is None:
                ahead = state.fork()  # what is guessed may be taken back
            guessed.append(_best(ahead.append(guessed[-1:])))
        state.guessed = guessed
        return guessed


class _State:
    """A target sequence of the draft model as far as it is certain, and its last guesses."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.decoder: Optional[Decoder] = None
        self.fed: List[int] = []
        self.guessed: List[int] = []
        self.width = 5

    def learn_from(self, ids: List[int]) -> None:
        """As transformers' heuristic schedule: two more after guesses that were all right, else one less."""
        goes_on = len(ids) > len(self.fed) and ids[:len(self.fed)] == self.fed
        if self.guessed and goes_on:
            is_right = ids[len(self.fed):][:len(self.guessed)] == self.guessed
            self.width = self.width + 2 if is_right else max(1, self.width - 1)
        self.guessed = []
        if not goes_on:  # another sequence of the same source
            self.decoder, self.fed = None, []

    def feed(self, ids: List[int]) -> int:
        """The likeliest id behind `ids`."""
        if self.decoder is None:
            self.decoder = self.source.decode()
        best = _best(self.decoder.append(ids[len(self.fed):]))
        self.fed = list(ids)
        return best

    def fork(self) -> Decoder:
        assert self.decoder is not None
        return self.decoder.fork()


def _best(logits: Any) -> int:
    if hasattr(logits, "argmax"):
        return int(logits[-1].argmax())
    last = logits.tolist()[-1]  # a memoryview has no rows
    return last.index(max(last))

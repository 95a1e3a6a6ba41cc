# SPDX-License-Identifier: Apache-2.0
"""Labels of the caller's own, without training: as zero_shot.h does it for C++."""
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Iterable, Optional

from .errors import invalid
from .results import LabelScore

if TYPE_CHECKING:
    from .model import Model


def classify_as(model: Model, text: str, labels: Iterable[str], hypothesis: str, independent: bool,
                source_language: Optional[str]) -> list[LabelScore]:
    own, wanted = model.labels, list(labels)
    entails, contradicts = (_label_that_begins(own, word) for word in ("entail", "contradict"))
    if entails is None:
        raise invalid('the model has no label that begins with "entail", so it cannot compare a text with '
                      "labels of your own")
    if independent and contradicts is None:
        raise invalid('the model has no label that begins with "contradict", so labels cannot be independent')
    if not wanted:
        raise invalid("labels has 0 labels, but must have 1 or more")
    for index, label in enumerate(wanted):
        if not isinstance(label, str):
            raise invalid(f"labels[{index}] is {label!r}, but must be a text")
    if "{}" not in hypothesis:
        raise invalid(f'hypothesis is "{hypothesis}", but must have {{}} for the label')
    longest = min(model.maximum_source_length, model.maximum_target_length)
    sources = [model.encode(model.tokenize(text, source_language=source_language, maximum_length=longest,
                                           pair=hypothesis.replace("{}", label, 1))) for label in wanted]
    rows = [[each.logit for each in scores] for scores in model.classify(sources)]
    logits = [row[entails] for row in rows]
    if independent:
        scores = [_softmax([row[contradicts], row[entails]])[1] for row in rows]
    else:
        scores = _softmax(logits)
    return [LabelScore(*each) for each in zip(wanted, scores, logits)]


def _label_that_begins(labels: list[str], word: str) -> Optional[int]:
    return next((index for index, label in enumerate(labels) if label.lower().startswith(word)), None)


def _softmax(logits: list[float]) -> list[float]:
    best = max(logits)
    parts = [math.exp(logit - best) for logit in logits]
    return [part / sum(parts) for part in parts]

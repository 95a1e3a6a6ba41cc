# SPDX-License-Identifier: Apache-2.0
"""Searches for peers that bring none: hypotheses of one fixed length, none of which ends early."""

import numpy


class BeamSearch:
    def __init__(self, sources, beams):
        # All hypotheses are the same at first, so only one of each source counts.
        self.scores = numpy.full((sources, beams), numpy.finfo(numpy.float32).min, numpy.float32)
        self.scores[:, 0] = 0
        self.first_rows = numpy.arange(sources)[:, None] * beams
        self.rows = numpy.arange(sources)[:, None]
        self.history = []

    def advance(self, ids, logits, log_sums):
        """Chooses the best continuations by the candidates of each row, [rows, candidates]: what
        each row ends in now, and the row that it went on from."""
        sources, beams = self.scores.shape
        candidates = ids.shape[1]
        scores = self.scores.reshape(-1, 1) + (logits - log_sums.reshape(-1, 1))
        scores = scores.reshape(sources, beams * candidates)
        chosen = numpy.argsort(-scores, axis=1, kind="stable")[:, :beams]
        self.scores = scores[self.rows, chosen]
        last = ids.reshape(sources, -1)[self.rows, chosen].reshape(-1)
        parents = (self.first_rows + chosen // candidates).reshape(-1)
        self.history.append((last, parents))
        return last, parents

    def best(self):
        """The best hypothesis of each source."""
        rows, found = self.first_rows.reshape(-1), []
        for last, parents in reversed(self.history):
            found.append(last[rows])
            rows = parents[rows]
        return numpy.stack(found[::-1], 1)


def cache_names(prefix, layers):
    return [f"{prefix}{part}_{layer}" for layer in range(layers) for part in ("key", "value")]

# SPDX-License-Identifier: Apache-2.0
"""How series of numbers go on."""
from __future__ import annotations

import ctypes
import dataclasses
from typing import Any, Iterable, Optional

from . import _values
from ._opened import Opened, text_at
from .errors import Error, ErrorCode, invalid

_MOST_STEPS = 65536


@dataclasses.dataclass(frozen=True)
class Forecast:
    """For each step the numbers below which given shares of outcomes lie."""

    quantiles: list[float]
    """The shares, rising."""
    values: list[Any]
    """Of each quantile an array of its steps."""

    def row(self, quantile: float) -> Any:
        """The steps of one of the quantiles."""
        if quantile not in self.quantiles:
            raise invalid(f"quantile is {quantile!r}, but must be one of {self.quantiles}")
        return self.values[self.quantiles.index(quantile)]


def forecast(opened: Opened, series: list[Iterable[float]], horizon: Optional[int]) -> list[Forecast]:
    if not opened.table.forecaster:
        raise Error(ErrorCode.UNSUPPORTED, f"{text_at(opened.table.name)} forecasts no series")
    forecaster = opened.table.forecaster.contents
    steps = forecaster.horizon if horizon is None else _values.integer(horizon, "horizon", 1, _MOST_STEPS)
    levels = [round(each, 6) for each in forecaster.quantiles[:forecaster.quantile_count]]  # as f32 were written
    offsets, values = [0], []
    for index, each in enumerate(series):
        if isinstance(each, (str, bytes)) or not hasattr(each, "__iter__"):
            raise invalid(f"series[{index}] is {each!r}, but must be numbers")
        values.extend(_values.fraction(value, f"series[{index}][{step}]") for step, value in enumerate(each))
        offsets.append(len(values))
    results = _values.floats(len(series), len(levels), steps)
    opened.call(opened.runtime.forecast, opened.model, (ctypes.c_float * max(1, len(values)))(*values),
                (ctypes.c_uint64 * len(offsets))(*offsets), len(series), steps, results)
    rows = []
    for index in range(len(series) * len(levels)):
        row = _values.floats(steps)
        ctypes.memmove(row, ctypes.addressof(results) + 4 * steps * index, 4 * steps)
        rows.append(_values.array(row, steps))
    return [Forecast(levels, rows[index * len(levels):(index + 1) * len(levels)]) for index in range(len(series))]

# SPDX-License-Identifier: Apache-2.0
"""Forecasts: the numbers are those of the original's package for the same series (tests/golden/record)."""
import math
import os
import pathlib

import pytest
import transept

LIBRARIES = pathlib.Path(os.environ["TRANSEPT_LIBRARIES"])
SERIES = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, math.nan, 7]


@pytest.fixture(scope="module")
def model():
    return transept.load(LIBRARIES / "libchronos_bolt.native.so", threads=2)


def test_quantiles_are_those_of_the_original(model):
    result = model.forecast(SERIES)
    assert result.quantiles == [0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 0.9]
    assert [len(result.values), len(result.values[0])] == [7, 12]
    assert list(result.row(0.2))[:3] == pytest.approx([1.1809, 5.9021, 17.2277], abs=2e-3)
    last = [float(row[19]) for row in model.forecast(SERIES, 20).values]
    assert last == pytest.approx([-4.1784, -2.2165, 0.7429, 7.6877, 11.3258, 17.2822, 20.8876], abs=5e-3)
    with pytest.raises(transept.Error, match="quantile is 0.4"):
        result.row(0.4)


def test_many_series_are_forecast_as_each(model):
    both = model.forecast_all([SERIES, [2.5]], horizon=3)
    for series, result in zip([SERIES, [2.5]], both, strict=True):
        assert [list(row) for row in result.values] == [list(row) for row in model.forecast(series, 3).values]
    assert model.forecast_all([]) == []


def test_what_is_wrong_is_named(model):
    for message, arguments in [("a series has 1 value or more", ([],)), (r"series\[0\]\[1\] is inf", ([1, math.inf],)),
                               (r"series\[0\] is '1 2'", ("1 2",)), (r"series\[0\]\[0\] is 'a'", (["a"],)),
                               ("horizon is 0", ([1], 0)), ("horizon is 65537", ([1], 65537))]:
        with pytest.raises(transept.Error, match=message):
            model.forecast(*arguments)
    with pytest.raises(transept.Error, match="use forecast"):
        model.generate(model.encode([[0.0] * 16]))
    with pytest.raises(transept.Error, match="forecasts no series"):
        transept.load(LIBRARIES / "libt5.native.so").forecast([1])

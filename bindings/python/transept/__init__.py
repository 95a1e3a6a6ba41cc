# SPDX-License-Identifier: Apache-2.0
"""Transept's Python API: opens compiled encoder-decoder models, with nothing but the standard library.

    import transept

    model = transept.load("libende.so")
    model.translate("The cat sat.")
    model.translate(lines, beams=4, target_language="de")

What runs is inside the compiled library. Arrays are numpy's where it is installed.
"""
from ._abi import VERSION as __version__
from ._options import GenerateOptions, TranslateOptions
from .drafts import DraftModel
from .errors import Error, ErrorCode
from .forecasts import Forecast
from .model import Model, load
from .request import Request
from .results import LabelScore, Result, Sequence, TokenPlaces
from .source import Decoder, Source
from .speech import Segment, Transcript, Word
from .stream import Stream

__all__ = ["Decoder", "DraftModel", "Error", "ErrorCode", "Forecast", "GenerateOptions", "LabelScore", "Model", "Request", "Result", "Segment", "Sequence",
           "Source", "Stream", "TokenPlaces", "Transcript", "TranslateOptions", "Word", "load"]

# SPDX-License-Identifier: Apache-2.0
"""The one exception of the module."""
from __future__ import annotations

import enum

from . import _abi


class ErrorCode(enum.IntEnum):
    """What kind of thing went wrong."""

    INVALID_ARGUMENT = _abi.INVALID_ARGUMENT
    """An argument is wrong; nothing was changed."""
    UNSUPPORTED = _abi.UNSUPPORTED
    """This processor lacks what the library needs, or versions do not fit."""
    OUT_OF_MEMORY = _abi.OUT_OF_MEMORY
    """Memory, or a limit given at opening, is used up."""
    CANCELLED = _abi.CANCELLED
    """A callback asked to stop."""
    INTERNAL = _abi.INTERNAL
    """A fault of Transept itself."""
    LIBRARY = 6
    """The file is missing, damaged, or not a compiled model."""
    OVERLOADED = _abi.OVERLOADED
    """As many requests are on their way as may."""
    DEADLINE = _abi.DEADLINE
    """The deadline passed before the end."""


class Error(Exception):
    """What was wrong, with which value, what is allowed; a call that fails changes nothing."""

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(code, text)
        self.code = ErrorCode(code)
        self.text = text

    def __str__(self) -> str:
        return self.text


def invalid(text: str) -> Error:
    return Error(ErrorCode.INVALID_ARGUMENT, text)

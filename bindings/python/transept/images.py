# SPDX-License-Identifier: Apache-2.0
"""Images for C: 8-bit RGB of any size."""
from __future__ import annotations

import ctypes
from typing import Any

from . import _abi, _values
from ._opened import Opened, text_at
from .errors import Error, ErrorCode, invalid

_DIMENSIONS = 3


def functions_of(opened: Opened) -> Any:
    if not opened.table.image:
        raise Error(ErrorCode.UNSUPPORTED, f"{text_at(opened.table.name)} takes no images; where it looks at "
                                           "them, its checkpoint lacked a preprocessor_config.json")
    return opened.table.image.contents


def _shape(value: Any) -> tuple[int, ...]:
    """Of an array of anybody, or of nested lists."""
    if hasattr(value, "shape"):
        return tuple(value.shape)
    if hasattr(value, "__array_interface__"):
        return tuple(value.__array_interface__["shape"])
    if not isinstance(value, (list, tuple)):
        return ()
    return (len(value), *(_shape(value[0]) if value else ()))


def is_one(images: Any) -> bool:
    """Whether it is one image, and not many."""
    return len(_shape(images)) == _DIMENSIONS


def _pixels(value: Any, name: str) -> Any:
    """An array of C of bytes, [height, width, 3], and its shape; of contiguous arrays without a copy."""
    what = "[height, width, 3] integers from 0 to 255"
    numpy = _values.numpy()
    shape = _shape(value)
    if len(shape) != _DIMENSIONS or shape[2] != 3:
        raise invalid(f"{name} has shape {list(shape)}, but must be {what}: red, green, blue")
    try:
        if numpy and not isinstance(value, (list, tuple)):
            array = numpy.asarray(value)
            if array.dtype != numpy.uint8:
                raise invalid(f"{name} has numbers of type {array.dtype}, but must be {what}: uint8")
            return numpy.ascontiguousarray(array).ctypes.data_as(ctypes.POINTER(ctypes.c_uint8)), shape
        if isinstance(value, memoryview):
            flat = value.tobytes() if value.format == "B" else b""
        else:
            flat = b"".join(bytes(pixel) for row in value for pixel in row)
    except (TypeError, ValueError) as problem:
        raise invalid(f"{name} must be {what}: {problem}") from None
    if len(flat) != shape[0] * shape[1] * shape[2]:
        raise invalid(f"{name} must be {what}")
    return (ctypes.c_uint8 * max(1, len(flat))).from_buffer_copy(flat or b"\0"), shape


def converted(value: Any, name: str) -> tuple[_abi.transept_image, Any]:
    """transept_image, and the memory that it is in."""
    memory, shape = _pixels(value, name)
    return _abi.transept_image(ctypes.cast(memory, ctypes.POINTER(ctypes.c_uint8)), shape[0], shape[1]), memory

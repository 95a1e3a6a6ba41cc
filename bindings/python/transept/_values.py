# SPDX-License-Identifier: Apache-2.0
"""Numbers between Python and C: checked on the way in, arrays of numpy on the way out where it is
there."""
from __future__ import annotations

import ctypes
import functools
import math
import operator
from typing import Any, Iterable

from .errors import invalid


@functools.lru_cache(maxsize=None)
def numpy() -> Any:
    try:
        import numpy  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    return numpy


def integer(value: Any, name: str, lowest: int, highest: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise invalid(f"{name} is {value!r}, but must be an integer") from None
    if not lowest <= number <= highest:
        raise invalid(f"{name} is {number}, but must be between {lowest} and {highest}")
    return number


def int32(value: Any, name: str) -> int:
    return integer(value, name, -(2**31) + 1, 2**31 - 1)


def fraction(value: Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise invalid(f"{name} is {value!r}, but must be a number") from None


def ids(values: Iterable[int], name: str) -> Any:
    """An array of C of token ids; never null, also where there are none."""
    if isinstance(values, (str, bytes)):
        raise invalid(f"{name} is a text, but must be token ids")
    try:
        numbers = [int32(value, f"{name}[{index}]") for index, value in enumerate(values)]
    except TypeError:
        raise invalid(f"{name} is {values!r}, but must be token ids") from None
    return (ctypes.c_int32 * max(1, len(numbers)))(*numbers), len(numbers)


def masks(values: Iterable[int], name: str) -> Any:
    numbers = [integer(value, f"{name}[{index}]", 0, 2) for index, value in enumerate(values)]
    return (ctypes.c_uint8 * max(1, len(numbers)))(*numbers), len(numbers)


def rows(value: Any, width: int, name: str) -> tuple[Any, int]:
    """Rows of 32-bit floats for C, and how many; of contiguous float32 arrays without a copy."""
    what = f"rows of {width} numbers"
    try:
        if numpy():
            array = numpy().ascontiguousarray(value, dtype=numpy().float32)
            shape = array.shape
            pointer = array.ctypes.data_as(ctypes.POINTER(ctypes.c_float))  # keeps the array
        else:
            value = value.tolist() if hasattr(value, "tolist") else value
            flat = [float(each) for row in value for each in row]
            shape = (len(value), *{len(row) for row in value})
            pointer = (ctypes.c_float * max(1, len(flat)))(*flat)
    except (TypeError, ValueError) as problem:
        raise invalid(f"{name} must be {what}: {problem}") from None
    if len(shape) != 2 or shape[1] != width:
        raise invalid(f"{name} has shape {list(shape)}, but must be {what}")
    return pointer, shape[0]


def floats(*shape: int) -> Any:
    """Room for an array that C fills."""
    return (ctypes.c_float * max(1, math.prod(shape)))()


def array(memory: Any, *shape: int) -> Any:
    """What C has filled, [shape]: an array of numpy, or else a memoryview; both use `memory`."""
    size = math.prod(shape)
    if numpy():
        return numpy().frombuffer(memory, dtype=numpy().float32, count=size).reshape(shape)
    flat = memoryview(memory).cast("B")[:4 * size]
    return flat.cast("f", shape) if size else flat.cast("f")

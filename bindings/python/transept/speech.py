# SPDX-License-Identifier: Apache-2.0
"""Sounds in, what was said out."""
from __future__ import annotations

import array
import ctypes
import dataclasses
from typing import Any, Callable, Iterable, Optional

from . import _abi, _values
from ._callbacks import Callbacks
from ._opened import Opened, text_at
from ._options import Generation, encoded
from .errors import Error, ErrorCode, invalid

TASKS = {None: _abi.TASK_NONE, "transcribe": _abi.TASK_TRANSCRIBE, "translate": _abi.TASK_TRANSLATE}


@dataclasses.dataclass(frozen=True)
class Word:
    """A word of a segment, with what stands around it: a blank before it, a comma behind it."""

    begin: float
    """Seconds from the beginning of the sound."""
    end: float
    text: str
    probability: float
    """The mean of its tokens."""


@dataclasses.dataclass(frozen=True)
class Segment:
    """A piece of a transcript, and how sure its window is."""

    begin: float
    """Seconds from the beginning of the sound."""
    end: float
    text: str
    """Empty where the library has no tokenizer. One after another, texts are all that is said."""
    ids: list[int]
    """With timestamps, which count from the window's beginning."""
    token_times: Optional[list[float]]
    """When each of the ids begins, with token_times."""
    window: int
    """Counted from 0, silent ones too."""
    temperature: float
    average_log_probability: float
    compression_ratio: float
    no_speech_probability: Optional[float]
    """None for models without an id for it."""
    words: Optional[list[Word]] = None
    """With token_times, in transcripts; None in calls of on_segment."""


@dataclasses.dataclass(frozen=True)
class Transcript:
    """What is said in a sound."""

    language: str
    """Given or detected; empty for models of one language."""
    segments: list[Segment]

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.segments)


def _segment_of(view: Any, words: Optional[list[Word]] = None) -> Segment:
    times = view.token_times[:view.id_count] if view.token_times else None
    silence = view.no_speech_probability if view.no_speech_probability >= 0 else None
    return Segment(view.begin, view.end, text_at(view.text.data, view.text.size),
                   view.ids[:view.id_count], times, view.window, view.temperature,
                   view.average_log_probability, view.compression_ratio, silence, words)


def _words(functions: Any, handle: Any, segment: int) -> list[Word]:
    count = ctypes.c_uint64()
    views = functions.view_words(handle, segment, ctypes.byref(count))
    return [Word(each.begin, each.end, text_at(each.text.data, each.text.size), each.probability)
            for each in views[:count.value]] if count.value else []


def _samples(samples: Any) -> Any:
    """As floats whose full scale is 1."""
    numpy = _values.numpy()
    if isinstance(samples, array.array) and samples.typecode in "bhilq":
        scale = 2.0 ** (8 * samples.itemsize - 1)
        return [each / scale for each in samples]
    if numpy and isinstance(samples, numpy.ndarray):
        if samples.dtype.kind == "i":
            return samples.astype(numpy.float32) / -float(numpy.iinfo(samples.dtype).min)
        if samples.dtype.kind != "f":
            raise invalid(f"samples are of type {samples.dtype}, but must be floats or signed integers")
    elif isinstance(samples, (str, bytes, bytearray)):
        raise invalid("samples are bytes or a text, but must be numbers")
    return samples


def _pcm(samples: Any, sample_rate: int) -> Any:
    """Samples for C, [frames] or [frames, channels], and the memory that they are in."""
    samples = _samples(samples)
    try:
        dimensions = samples.ndim if hasattr(samples, "ndim") else 2 if hasattr(samples[0], "__len__") else 1
        channels = 1 if dimensions == 1 else len(samples[0])
    except IndexError:
        dimensions, channels = 1, 1
    except TypeError:
        raise invalid("samples must be [frames] or [frames, channels] numbers") from None
    if dimensions == 1:
        samples = samples.reshape(-1, 1) if hasattr(samples, "reshape") else [[each] for each in samples]
    memory, frames = _values.rows(samples, channels, "samples") if len(samples) else (None, 0)
    pointer = ctypes.cast(memory, ctypes.POINTER(ctypes.c_float)) if frames else None
    rate = _values.integer(sample_rate, "sample_rate", 0, 2**32 - 1)
    return _abi.transept_pcm(pointer, frames, rate, channels), memory


class _Options:
    """transept_transcribe_options, and what it points to."""

    def __init__(self, task: Optional[str], texts: dict[str, Optional[str]], temperatures: Iterable[float],
                 numbers: dict[str, Optional[float]], flags: dict[str, bool], batch_size: int) -> None:
        if task not in TASKS:
            raise invalid(f"task is {task!r}, but must be 'transcribe', 'translate' or None")
        self.structure = options = _abi.transept_transcribe_options(
            structure_size=ctypes.sizeof(_abi.transept_transcribe_options), task=TASKS[task])
        self._kept: list[Any] = []
        for name, text in texts.items():
            if text:
                self._kept.append(ctypes.create_string_buffer(encoded(text)))
                setattr(options, name, ctypes.addressof(self._kept[-1]))
        tried = [_values.fraction(each, "temperatures") for each in temperatures]
        self._kept.append((ctypes.c_float * max(1, len(tried)))(*tried))
        options.temperatures, options.temperature_count = self._kept[-1], len(tried)
        options.batch_size = _values.integer(batch_size, "batch_size", 0, 2**32 - 1)
        for name, number in numbers.items():
            if number is not None:
                setattr(options, name, _values.fraction(number, name))
        for name, flag in flags.items():
            setattr(options, name, bool(flag))


def transcribe(opened: Opened, samples: Any, sample_rate: int, options: _Options, generation: Generation,
               on_segment: Optional[Callable[[Segment], Any]],
               on_progress: Optional[Callable[[float, float], Any]]) -> Transcript:
    if not opened.table.sound:
        raise Error(ErrorCode.UNSUPPORTED, f"{text_at(opened.table.name)} takes no sounds; where it listens, "
                                           "its checkpoint lacked a preprocessor_config.json")
    functions = opened.table.sound.contents
    pcm, kept = _pcm(samples, sample_rate)
    callbacks = Callbacks()
    # Always: where it runs, Python sees Ctrl-C.
    options.structure.on_segment = callbacks.add(
        _abi.transept_segment_function,
        (lambda view: on_segment(_segment_of(view.contents))) if on_segment else (lambda view: True))
    if on_progress:
        options.structure.on_progress = callbacks.add(_abi.transept_seconds_function, on_progress)
    generation.structure.should_stop = callbacks.add(_abi.transept_stop_function, lambda: True)
    handle = ctypes.c_void_p()
    callbacks.call(opened, functions.transcribe, opened.table_pointer, opened.model, ctypes.byref(pcm),
                   ctypes.byref(options.structure), ctypes.byref(generation.structure),
                   ctypes.byref(handle))
    del kept
    try:
        count = ctypes.c_uint64()
        views = functions.view_segments(handle, ctypes.byref(count))
        return Transcript(text_at(functions.transcript_language(handle)),
                          [_segment_of(views[index], _words(functions, handle, index)
                                       if options.structure.token_times else None)
                           for index in range(count.value)])
    finally:
        functions.release_transcript(handle)

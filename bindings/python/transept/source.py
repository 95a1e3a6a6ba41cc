# SPDX-License-Identifier: Apache-2.0
"""What a model gives out: encoded sources, and decoders that are fed step by step."""
from __future__ import annotations

import ctypes
from typing import Any, Iterable

from . import _abi, _values
from ._opened import Opened


class _Handle:
    def __init__(self, opened: Opened, handle: Any) -> None:
        self._opened, self._handle = opened, handle
        opened.hold()

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} cannot be pickled or copied: it is memory of an opened "
                        "model; make it again in the other process")


class Source(_Handle):
    """An encoded source: its entry of the encoder's cache stays as long as this. Many calls and threads
    may use it at once."""

    def __del__(self) -> None:
        self._opened.runtime.release_source(self._handle)
        self._opened.drop()

    def _view(self) -> Any:
        view = _abi.transept_source_view()
        self._opened.runtime.view_source(self._handle, ctypes.byref(view))
        return view

    def __len__(self) -> int:
        """Rows that were encoded; masked ones are not."""
        return self._view().length

    @property
    def ids(self) -> list[int]:
        """Their token ids; empty where the source is features."""
        view = self._view()
        return view.ids[:view.length] if view.ids else []

    @property
    def states(self) -> Any:
        """The encoder's last hidden states, [length, hidden size]."""
        view, width = self._view(), self._opened.table.encoder_hidden_size
        memory = _values.floats(view.length, width)
        ctypes.memmove(memory, view.states, 4 * view.length * width)
        return _values.array(memory, view.length, width)

    def decode(self) -> Decoder:
        """An empty target sequence over this source, to be fed step by step."""
        handle = ctypes.c_void_p()
        self._opened.call(self._opened.runtime.open_decoder, self._handle, ctypes.byref(handle))
        return Decoder(self._opened, handle)


class Decoder(_Handle):
    """A target sequence that grows by the ids one appends: for searches of one's own. One thread at a
    time."""

    def __del__(self) -> None:
        self._opened.runtime.close_decoder(self._handle)
        self._opened.drop()

    def __len__(self) -> int:
        return self._opened.runtime.decoder_length(self._handle)

    def append(self, ids: Iterable[int]) -> Any:
        """Appends ids (the first of all is usually the decoder start); the logits that follow each,
        [ids, target vocabulary size]."""
        memory, count = _values.ids(ids, "ids")
        width = self._opened.logits_width
        logits = _values.floats(count, width)
        self._opened.call(self._opened.runtime.append, ctypes.byref(self._handle), 1, memory,
                          (ctypes.c_uint64 * 2)(0, count), 1, logits)
        return _values.array(logits, count, width)

    def fork(self) -> Decoder:
        """A second sequence that begins with what this one has; nothing is copied."""
        handle = ctypes.c_void_p()
        self._opened.call(self._opened.runtime.fork_decoder, self._handle, ctypes.byref(handle))
        return Decoder(self._opened, handle)

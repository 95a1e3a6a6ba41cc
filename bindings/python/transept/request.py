# SPDX-License-Identifier: Apache-2.0
"""A generation that nobody waits for."""
from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Mapping, Optional

from . import _abi
from ._options import Generation
from .results import Sequence

if TYPE_CHECKING:
    from .model import Model

_FOR_EVER = 2**64 - 1


class Request:
    """What Model.submit() returns. Letting go of it cancels what has not ended."""

    def __init__(self, model: Model, source: Any, options: Mapping[str, Any]) -> None:
        self._model, self._opened = model, model._opened
        self._handle = ctypes.c_void_p()
        self._sequences: Optional[list[Sequence]] = None
        generation = Generation(options, 1)
        self._opened.call(self._opened.runtime.submit, self._opened.model, ctypes.byref(source), 1,
                          ctypes.byref(generation.structure), _abi.transept_ended_function(), None,
                          ctypes.byref(self._handle))
        self._opened.hold()

    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return bool(self._opened.runtime.wait_request(self._handle, 0))

    @property
    def ahead(self) -> int:
        """While it waits for room: how many sources come before it."""
        view = _abi.transept_request_view()
        self._opened.runtime.view_request(self._handle, ctypes.byref(view))
        return view.ahead

    def result(self, timeout: Optional[float] = None) -> list[Sequence]:
        """The sequences, best first; waits for them. Raises Error where that ended the request, and
        TimeoutError where it has not ended in `timeout` seconds."""
        if self._sequences is not None:
            return self._sequences
        runtime = self._opened.runtime
        patience = _FOR_EVER if timeout is None else max(0, int(timeout * 1e6))
        if not runtime.wait_request(self._handle, patience):
            raise TimeoutError(f"the request has not ended in {timeout} seconds")
        results = ctypes.c_void_p()
        self._opened.call(runtime.take_results, self._handle, ctypes.byref(results))
        try:
            self._sequences = self._model._sequences(results, 0)
            return self._sequences
        finally:
            runtime.release_results(results)

    def cancel(self) -> None:
        """Ends it within a step."""
        self._opened.runtime.cancel_request(self._handle)

    def __del__(self) -> None:
        if self._handle:
            self._opened.runtime.release_request(self._handle)
            self._handle = ctypes.c_void_p()
            self._opened.drop()

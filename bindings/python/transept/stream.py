# SPDX-License-Identifier: Apache-2.0
"""Results part by part, as an iterator."""
from __future__ import annotations

import queue
import threading
from typing import Any, Callable, Generic, Optional, TypeVar

from .errors import Error, ErrorCode

Part = TypeVar("Part")
_END = object()


class _Work:
    """What a thread and its iterator share; the thread must not hold the iterator, which ends it when
    nobody wants its parts any more."""

    def __init__(self, generate: Callable[[Callable[[Any], bool]], Any]) -> None:
        self.parts: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.is_cancelled = threading.Event()
        self.generate = generate
        self.result: Any = None
        self.problem: Optional[BaseException] = None

    def give(self, part: Any) -> bool:
        self.parts.put(part)
        return not self.is_cancelled.is_set()

    def run(self) -> None:
        try:
            self.result = self.generate(self.give)
        except BaseException as problem:
            self.problem = problem
        self.parts.put(_END)


class Stream(Generic[Part]):
    """Iterates over the parts of a result while a thread generates them. Closing it, or letting go of
    it, cancels what is still to come."""

    def __init__(self, generate: Callable[[Callable[[Part], bool]], Any]) -> None:
        self._work = _Work(generate)
        self._is_done = False
        self._thread = threading.Thread(target=self._work.run, name="transept stream", daemon=True)
        self._thread.start()

    def __iter__(self) -> Stream[Part]:
        return self

    def __next__(self) -> Part:
        if self._is_done:
            raise StopIteration
        part = self._work.parts.get()
        if part is not _END:
            return part
        self._is_done = True
        self._thread.join()
        if self._work.problem is not None:
            raise self._work.problem
        raise StopIteration

    @property
    def result(self) -> Any:
        """The whole result, once all parts have been given."""
        if self._work.result is None:
            raise Error(ErrorCode.INVALID_ARGUMENT, "the stream has no result, because it has not ended")
        return self._work.result

    def close(self) -> None:
        """Cancels, and waits until the model does no more for this stream."""
        self._is_done = True
        self._work.is_cancelled.set()
        self._thread.join()

    def __enter__(self) -> Stream[Part]:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __del__(self) -> None:
        self._work.is_cancelled.set()

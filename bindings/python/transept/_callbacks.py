# SPDX-License-Identifier: Apache-2.0
"""Python functions that C calls. A thread that is in such a call when the interpreter ends would be torn
out of the library, which ends the process with an abort; so the last thing a program does is to cancel
these calls, and to wait for them."""
from __future__ import annotations

import atexit
import contextlib
import os
import signal
import threading
from typing import Any, Callable, Iterator, Optional

from .errors import Error, ErrorCode


class _RunningCalls:
    def __init__(self) -> None:
        self.is_ending = False
        self._count = 0
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            if self.is_ending:
                raise Error(ErrorCode.CANCELLED, "the program ends")
            self._count += 1

    def __exit__(self, *_: Any) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self.is_ending = True
            self._changed.wait_for(lambda: self._count == 0)


_running = _RunningCalls()
atexit.register(lambda: _running.end())
# The threads of the calls stay in the parent.
os.register_at_fork(after_in_child=lambda: globals().update(_running=_RunningCalls()))


class Callbacks:
    """The functions of one call: an exception of one ends the call, and comes out of it. Ctrl-C does, too,
    at the next step; the interpreter would raise it where a callback begins, which is nowhere in Python."""

    def __init__(self) -> None:
        self._kept: list[Any] = []
        self._raised: Optional[BaseException] = None

    def add(self, kind: Any, function: Callable[..., Any]) -> Any:
        return self._guard(kind, lambda *arguments: 1 if function(*arguments) is False else 0, stopped=1)

    def add_counting(self, kind: Any, function: Callable[..., int]) -> Any:
        """Of a function that says how much it gave; a negative number ends the call."""
        return self._guard(kind, function, stopped=-1)

    def _guard(self, kind: Any, function: Callable[..., int], stopped: int) -> Any:
        def guarded(_context: Any, *arguments: Any) -> int:
            try:
                if self._raised is not None or _running.is_ending:
                    return stopped
                return function(*arguments)
            except BaseException as problem:
                self._raised = problem
                return stopped

        self._kept.append(kind(guarded))
        return self._kept[-1]

    def _interrupt(self, *_: Any) -> None:
        self._raised = KeyboardInterrupt()

    @contextlib.contextmanager
    def _catching_interrupts(self) -> Iterator[None]:
        if (threading.current_thread() is not threading.main_thread()
                or signal.getsignal(signal.SIGINT) is not signal.default_int_handler):
            yield
            return
        signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def call(self, opened: Any, function: Any, *arguments: Any) -> None:
        """Calls a function of C that calls these."""
        problem: Optional[BaseException] = None
        try:
            with _running, self._catching_interrupts():
                opened.call(function, *arguments)
        except Error as error:
            problem = error
        finally:  # they refer to this, and to whatever the functions hold
            self._kept.clear()
            problem, self._raised = self._raised or problem, None
        try:
            if problem is not None:
                raise problem from None
        finally:
            del problem

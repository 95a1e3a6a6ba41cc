# SPDX-License-Identifier: Apache-2.0
"""An opened model as every handle shares it: it is closed when the last of them is gone, also while
another thread is in a call."""
from __future__ import annotations

import ctypes
import threading
from typing import Any, Optional

from . import _abi
from ._file import LoadedFile
from .errors import Error, ErrorCode


def text_at(address: Optional[int], size: int = -1) -> str:
    return ctypes.string_at(address, size).decode("utf-8", "replace") if address else ""


class Opened:
    _texts: Any = None
    model: Any = None
    _held = 0
    _is_unused = False

    def __init__(self, path: str, options: _abi.transept_open_options,
                 sharing: Optional[Opened] = None) -> None:
        self.sharing = sharing  # kept as long as this
        self.file = LoadedFile(path)
        self._lock = threading.RLock()  # the garbage collector may come while it is held
        try:
            self._open(options)
        except BaseException:
            self.file.close()
            raise

    def _open(self, options: _abi.transept_open_options) -> None:
        self.file.function.restype = ctypes.POINTER(_abi.transept_model_table)
        self.table_pointer = self.file.function()
        if not self.table_pointer:
            raise Error(ErrorCode.LIBRARY, "the model library returned no table")
        self.table = table = self.table_pointer.contents
        if table.abi_version != _abi.ABI_VERSION:
            raise Error(ErrorCode.UNSUPPORTED,
                        f"the model library has ABI version {table.abi_version}, but this module is for "
                        f"version {_abi.ABI_VERSION}; compile the model again")
        if (table.structure_size < ctypes.sizeof(_abi.transept_model_table) or not table.runtime
                or table.runtime.contents.structure_size < ctypes.sizeof(_abi.transept_runtime)):
            raise Error(ErrorCode.UNSUPPORTED, "the model library is older than this module; compile "
                                               "the model again")
        self.runtime = table.runtime.contents
        handle = ctypes.c_void_p()
        self.call(self.runtime.open, self.table_pointer, ctypes.byref(options), ctypes.byref(handle))
        self.model = handle
        if self.sharing:
            self.sharing.hold()

    def call(self, function: Any, *arguments: Any) -> None:
        """Calls a function whose last argument is the message; raises Error if it fails."""
        message = ctypes.c_void_p()
        status = function(*arguments, ctypes.byref(message))
        if status == _abi.OK:
            return
        text = text_at(message.value) or "there is not enough memory for an error message"
        self.runtime.release_message(message)
        raise Error(ErrorCode(status), text)

    @property
    def logits_width(self) -> int:
        classifier = self.table.classifier
        if classifier:
            return classifier.contents.label_count
        return self.table.target_state_width or self.table.target_vocabulary_size

    @property
    def text_functions(self) -> Any:
        if not self.table.text:
            raise Error(ErrorCode.UNSUPPORTED, f"{text_at(self.table.name)} has no tokenizer, so it "
                                               "takes token ids and no texts")
        return self.table.text.contents

    def texts(self) -> Any:
        """The library's tokenizer, read at the first call."""
        functions = self.text_functions
        with self._lock:
            if self._texts is None:
                handle = ctypes.c_void_p()
                self.call(functions.open_text, self.table_pointer, self.model, ctypes.byref(handle))
                self._texts = handle
        return self._texts

    def hold(self) -> None:
        """What the library has made must be dropped before it is closed: the garbage collector ends the
        members of a cycle in any order."""
        with self._lock:
            self._held += 1

    def drop(self) -> None:
        with self._lock:
            self._held -= 1
            is_last = self._is_unused and self._held == 0
        if is_last:
            self._close()

    def __del__(self) -> None:
        if self.model is None:
            return
        with self._lock:
            self._is_unused = True
            is_last = self._held == 0
        if is_last:
            self._close()

    def _close(self) -> None:
        if self._texts is not None:
            self.table.text.contents.close_text(self._texts)
        self.runtime.close(self.model)
        self.file.close()
        if self.sharing:
            self.sharing.drop()

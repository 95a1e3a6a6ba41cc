# SPDX-License-Identifier: Apache-2.0
"""Loads library files: the system's loader runs whatever it is given, and takes a name that it has met
for the library that it loaded then; so a file is looked at before, and loaded under a spelling of its
path that says its version (as the C++ API does, see platform/LoadedLibrary.h)."""
from __future__ import annotations

import ctypes
import mmap
import os
import platform
import struct
import threading
from typing import Iterator, Tuple, Union

from .errors import Error, ErrorCode

_PREFIX = b"transept_model_"
_SHARED, _LOADED_SEGMENT, _DYNAMIC_SYMBOLS, _FUNCTION = 3, 1, 11, 2
_MACHINES = {62: "x86-64", 183: "AArch64"}
_THIS_MACHINE = {"x86_64": "x86-64", "aarch64": "AArch64"}.get(platform.machine())

Identity = Tuple[int, int, int, int]  # device, inode, size, time

_lock = threading.Lock()
_loaded: list[Identity] = []


class _ElfFile:
    """A complete 64-bit shared library for this processor; every access is checked against its size."""

    def __init__(self, path: str, data: mmap.mmap) -> None:
        self.path, self.data = path, data
        if data[:4] != b"\x7fELF":
            self.fail("it is not a shared library (no ELF header)")
        header = self.read("<4sBB10xHHIQQQIHHHHHH", 0)
        kind, machine = header[3], header[4]
        if header[1:3] != (2, 1) or machine not in _MACHINES:
            self.fail("it is not for x86-64 or AArch64")
        if _MACHINES[machine] != _THIS_MACHINE:
            self.fail(f"it is for {_MACHINES[machine]}, but this machine is {_THIS_MACHINE}")
        if kind != _SHARED:
            self.fail("it is an ELF file, but not a shared library")
        segments_at, sections_at, segment_count, section_count = header[7], header[8], header[12], header[14]
        for index in range(segment_count):
            kind, _, offset, _, _, size, _, _ = self.read("<IIQQQQQQ", segments_at + index * 56)
            if kind == _LOADED_SEGMENT:
                self.check(offset, size)
        self.sections = [self.read("<IIQQQQIIQQ", sections_at + index * 64)
                         for index in range(section_count)]

    def fail(self, why: str) -> None:
        raise Error(ErrorCode.LIBRARY, f"cannot open model library {self.path}: {why}")

    def check(self, offset: int, size: int) -> None:
        if offset + size > len(self.data):
            self.fail(f"it is damaged or cut off: it has {len(self.data)} bytes, but must have "
                      f"{offset} + {size} or more")

    def read(self, layout: str, offset: int) -> tuple:
        self.check(offset, struct.calcsize(layout))
        return struct.unpack_from(layout, self.data, offset)

    def functions(self) -> Iterator[bytes]:
        """The names of the exported functions."""
        for _, kind, _, _, offset, size, strings, _, _, _ in self.sections:
            if kind != _DYNAMIC_SYMBOLS:
                continue
            if strings >= len(self.sections):
                self.fail("it is damaged: its tables point outside of it")
            names_at, names_size = self.sections[strings][4:6]
            self.check(names_at, names_size)
            names = self.data[names_at:names_at + names_size]
            for at in range(offset, offset + size, 24):
                name, information, _, section, _, _ = self.read("<IBBHQQ", at)
                if section != 0 and information & 15 == _FUNCTION:
                    yield names[name:].partition(b"\0")[0]

    def model_function(self) -> str:
        found = [name.decode(errors="backslashreplace") for name in self.functions()
                 if name.startswith(_PREFIX)]
        if not found:
            self.fail("it is a shared library, but exports no transept_model_* function")
        if len(found) > 1:
            self.fail(f"it exports two models, {found[0]} and {found[1]}")
        return found[0]


def _identity(path: Union[str, int]) -> Identity:
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0, 0, 0
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _spelled(path: str, identity: Identity) -> str:
    version = 0
    device, inode, size, time = identity
    for number in (device, inode, size, time // 10**9, time % 10**9):
        version = (version ^ number) * 0x9E3779B97F4A7C15 & 2**64 - 1
        version ^= version >> 29
    folder, name = os.path.split(path)
    steps = "".join("./" if version >> bit & 1 else "/" for bit in range(63, -1, -1))
    return os.path.join(folder, "") + steps + name


class LoadedFile:
    """A library file, loaded as it is now. Raises Error."""

    def __init__(self, path: str) -> None:
        self.path = path
        name = path if "/" in path else "./" + path
        self._open(name)
        while _identity(name) != self.identity:  # it was replaced between the looks at it
            self.close()
            self._open(name)

    def _open(self, name: str) -> None:
        path = self.path
        try:
            with open(name, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
                self.identity = _identity(file.fileno())
                symbol = _ElfFile(path, data).model_function()
        except ValueError:
            raise Error(ErrorCode.LIBRARY, f"cannot open model library {path}: it is empty") from None
        except OSError as problem:
            raise Error(ErrorCode.LIBRARY,
                        f"cannot open model library {path}: {problem.strerror}") from None
        self._load(_spelled(name, self.identity), symbol)

    def _load(self, spelled: str, symbol: str) -> None:
        with _lock:
            if any(each[:2] == self.identity[:2] and each != self.identity for each in _loaded):
                raise Error(ErrorCode.LIBRARY,
                            f"cannot open model library {self.path}: the file was written again while a "
                            "model that was opened from it is in use; write a new file and rename it to "
                            "this one, which leaves the old one as it is")
            try:
                self._library = ctypes.CDLL(spelled)
                self.function = getattr(self._library, symbol)
            except (OSError, AttributeError) as problem:
                reason = str(problem).replace(spelled, self.path)
                raise Error(ErrorCode.LIBRARY,
                            f"cannot open model library {self.path}: {reason}") from None
            _loaded.append(self.identity)

    def close(self, _dlclose=ctypes.CDLL(None).dlclose) -> None:
        with _lock:
            _loaded.remove(self.identity)
        _dlclose(ctypes.c_void_p(self._library._handle))

# SPDX-License-Identifier: Apache-2.0
"""What make_abi.py reads from the headers is what a C compiler makes of them."""
import ctypes
import os
import subprocess

from transept import GenerateOptions, TranslateOptions, _abi

from conftest import ROOT


def structures():
    return {name: value for name, value in vars(_abi).items()
            if isinstance(value, type) and issubclass(value, ctypes.Structure) and name != "Structure"
            and name.startswith("transept_")}


def test_structures_have_the_layout_of_c(tmp_path):
    lines = ['#include "transept/image_abi.h"', '#include "transept/sound_abi.h"', "#include <stddef.h>"]
    for name, kind in structures().items():
        lines.append(f"_Static_assert(sizeof(struct {name}) == {ctypes.sizeof(kind)}, \"{name}\");")
        lines += [f"_Static_assert(offsetof(struct {name}, {field}) == {getattr(kind, field).offset}, "
                  f"\"{name}.{field}\");" for field, _ in kind._fields_]
    assert len(lines) > 300
    # Structures with no name but their typedef's have that as tag, too.
    source = tmp_path / "layout.c"
    source.write_text("\n".join(lines) + "\n")
    result = subprocess.run([os.environ.get("CC", "cc"), "-std=c11", "-fsyntax-only", "-I",
                             ROOT / "runtime/include", source], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_every_option_is_a_keyword_with_a_type():
    assert set(_abi.OPTIONS) < set(GenerateOptions.__annotations__) < set(
        TranslateOptions.__annotations__)
    assert set(_abi.TEXT_OPTIONS) < set(TranslateOptions.__annotations__)
    fields = {name for name, _ in _abi.transept_generation_options._fields_}
    several = {"DECAY": "_start", "BIASES": "_ids"}  # options that are several fields of C
    assert {name + several.get(kind, "") for name, kind in _abi.OPTIONS.items()} <= fields
    assert {"beams", "end_ids", "bad_words", "renormalize"} <= set(_abi.OPTIONS)


def test_constants_are_those_of_the_header():
    assert (_abi.OK, _abi.UNSET, _abi.UNSET_FRACTION_BITS) == (0, -(2**31), 0x7FC005E7)

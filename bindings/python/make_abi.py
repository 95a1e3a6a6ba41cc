#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Writes transept/_abi.py: the structures, function types and constants of the C ABI for ctypes, and
# the options by name. They are read from the headers after the C preprocessor, so that there is no
# second list of fields or options.
#
# make_abi.py C_COMPILER INCLUDE_FOLDER VERSION OUTPUT
import ast
import pathlib
import re
import subprocess
import sys

HEADERS = ("abi.h", "callback_abi.h", "feature_abi.h", "forecast_abi.h", "request_abi.h", "text_abi.h", "sound_abi.h",
           "image_abi.h")
NUMBERS = {"int32_t": "c_int32", "uint32_t": "c_uint32", "int64_t": "c_int64",
           "uint64_t": "c_uint64", "uint8_t": "c_uint8", "float": "c_float",
           "double": "c_double"}
OPTION_TYPES = {"NUMBER": "int", "LIMIT": "int", "ID": "int", "FRACTION": "float", "BOOLEAN": "bool",
                "EARLY_STOPPING": 'Union[bool, Literal["never"]]', "IDS": "Iterable[int]",
                "WORDS": "Iterable[Iterable[int]]", "DECAY": "Tuple[int, float]",
                "BIASES": "Mapping[Tuple[int, ...], float]", "TEXTS": "Union[str, Iterable[str]]"}


def preprocess(compiler, include, text):
    return subprocess.run([compiler, "-E", "-P", "-x", "c", "-I", include, "-"], input=text,
                          capture_output=True, text=True, check=True).stdout


class Declarations:
    """What the headers declare, and how ctypes spells its types."""

    def __init__(self, text):
        self.structures = {}  # name -> [(field, C type)]
        for match in re.finditer(r"struct (transept_\w+) \{(.*?)\}", text, re.DOTALL):
            self.structures[match[1]] = [self.field(each) for each in match[2].split(";")
                                         if each.strip()]
        self.functions = {name: (result, arguments) for result, name, arguments in re.findall(
            r"typedef ([\w ]+?\**) ?\(\*(\w+)\)\((.*?)\);", text, re.DOTALL)}
        self.aliases = dict((name, kind) for kind, name in re.findall(
            r"typedef (\w+_t) (transept_\w+);", text))

    @staticmethod
    def field(text):
        text = " ".join(text.split())
        if match := re.fullmatch(r"(.*?)\(\*(\w+)\)\((.*)\)", text):
            return match[2], (match[1].strip(), match[3])
        if "," in text:
            sys.exit(f"'{text}' declares several fields; each needs a declaration of its own")
        match = re.fullmatch(r"(.*?)(\w+)", text)
        return match[2], match[1].strip()

    def python(self, kind):
        """ctypes' name of a C type; a text, memory or an opaque handle is an address."""
        if isinstance(kind, tuple):
            return self.function(*kind)
        base = re.sub(r"\b(const|struct)\b|\*", " ", kind).split()[0]
        pointers = kind.count("*")
        base = self.aliases.get(base, base)
        if base in self.functions and pointers == 0:
            return base
        if base in NUMBERS or base in self.structures:
            name = NUMBERS.get(base, base)
        elif pointers == 0:
            return "None" if base == "void" else sys.exit(f"unknown type {kind}")
        else:
            name, pointers = "c_void_p", pointers - 1
        return "POINTER(" * pointers + name + ")" * pointers

    def function(self, result, arguments):
        kinds = [self.argument(each) for each in arguments.split(",") if each.strip() != "void"]
        return f"CFUNCTYPE({', '.join([self.python(result), *kinds])})"

    def argument(self, text):
        text = " ".join(text.split())
        return self.python(re.sub(r"(?<=[\s*])\w+$", "", text).strip())


def constants(compiler, include):
    names = []
    for header in HEADERS:
        names += re.findall(r"^#define (TRANSEPT_\w+) +\S",
                            (include / "transept" / header).read_text(), re.MULTILINE)
    text = preprocess(compiler, include, '#include "transept/text_abi.h"\n' + "".join(
        f"CONSTANT ~{name.removeprefix('TRANSEPT_')} {name}\n" for name in names))
    for name, value in re.findall(r"^CONSTANT ~(\w+) (.*)$", text, re.MULTILINE):
        value = re.sub(r"(?<=[0-9a-f])u\b", "", value)
        if re.fullmatch(r"[-+()x0-9a-f ]+", value):
            yield name, eval(value, {"__builtins__": {}})  # an integer, by the line above


def options(compiler, include):
    """(field, type, help) of each option that a call can set."""
    macros = "".join(
        f"#define OPTION_{kind}(name, abi_name, key, flag, hugging_face_name, neutral, range, help) "
        f"~ {kind} abi_name help\n" for kind in [*OPTION_TYPES, "MODEL_ID"])
    text = preprocess(compiler, include, macros + '#include "transept/generation_options.inc"\n')
    if unknown := re.search(r"\bOPTION_(\w+)", text):
        sys.exit(f"{unknown[1]} in generation_options.inc is a type of options that the Python module does "
                 "not know; add it to OPTION_TYPES and to transept/_options.py")
    for kind, name, help_text in re.findall(r'~ (\w+) (\w+) (".*?(?<!\\)")', text):
        if kind != "MODEL_ID":
            plural = "s" if kind in ("IDS", "WORDS", "TEXTS") else ""
            yield name + plural, kind, ast.literal_eval(help_text)


def text_options(declarations):
    kinds = {"const char *": "str", "uint32_t": "bool", "uint64_t": "int"}
    return [(name, kinds[kind]) for name, kind in declarations.structures["transept_text_options"]
            if kind in kinds and name not in ("structure_size", "reserved")]


def typed_dictionary(name, about, rows):
    listed = [about, "", *(f"{field}: {help_text}" for field, _, help_text in rows if help_text)]
    lines = [f"class {name}(TypedDict, total=False):", f'    """{chr(10).join(listed).strip()}"""']
    for field, kind, help_text in rows:
        lines.append(f"    {field}: Optional[{kind}]")
        if help_text:
            lines.append(f"    {help_text!r}")
    return "\n".join(lines)


def module(compiler, include, version):
    declarations = Declarations(
        preprocess(compiler, include, "".join(f'#include "transept/{name}"\n' for name in HEADERS)))
    rows = list(options(compiler, include))
    texts = text_options(declarations)
    parts = ['"""The C ABI for ctypes. Written by make_abi.py from the C headers; not to be edited."""',
             "from ctypes import (CFUNCTYPE, POINTER, Structure, c_double, c_float, c_int32, c_int64, c_uint8,\n"
             "                    c_uint32, c_uint64, c_void_p)\nfrom typing import Iterable, Literal, Mapping, Optional, Tuple, TypedDict, Union"]
    parts.append(f"VERSION = {version!r}")
    parts.append("\n".join(f"{name} = {value}" for name, value in constants(compiler, include)))
    parts += [f"class {name}(Structure):\n    pass" for name in declarations.structures]
    parts.append("\n".join(f"{name} = {declarations.function(*each)}"
                           for name, each in declarations.functions.items()))
    for name, fields in declarations.structures.items():
        lines = "".join(f'    ("{field}", {declarations.python(kind)}),\n' for field, kind in fields)
        parts.append(f"{name}._fields_ = [\n{lines}]")
    parts.append("OPTIONS = {\n" + "".join(
        f'    "{name}": "{kind}",\n' for name, kind, _ in rows) + "}")
    parts.append("TEXT_OPTIONS = {\n" + "".join(
        f'    "{name}": {kind},\n' for name, kind in texts) + "}")
    parts.append(typed_dictionary(
        "GenerationOptions", "The options of generation_options.inc; None is the model's default.",
        [(name, OPTION_TYPES[kind], help_text) for name, kind, help_text in rows]))
    parts.append(typed_dictionary("TextOptions", "The fields of transept_text_options.",
                                  [(name, kind, "") for name, kind in texts]))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    compiler, include, version, output = sys.argv[1:]
    pathlib.Path(output).write_text(module(compiler, pathlib.Path(include), version), encoding="utf-8")

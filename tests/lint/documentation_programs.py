#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Runs every ```python, ```c or ```cpp example of a page, in order, and compares what each prints with
# the ```text block behind it. Python examples share their names. An example of C or C++ with a main is
# a program. The others are in C functions, of which the last takes the library of the first example:
# `static void name(const transept_library *library)`; in C++ they are the inside of one that has an
# open `model`.
#
# TRANSEPT_UPDATE_GOLDEN=1 writes what is printed into the page; review what it did.
#
# documentation_programs.py PAGE INCLUDE_FOLDER libtransept.a FILE_FOR_THE_PROGRAMS...
# (a file may be given as NAME=FILE)
import contextlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LONGEST = 15
EXAMPLE = re.compile(r"^```(python|cpp|c)\n(.*?)^```\n\n(?:```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)
C_FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-pedantic"]
C_HEADERS = "".join(f"#include <{name}.h>\n" for name in (
    "transept/transept", "math", "stdatomic", "stdio", "stdlib", "string", "threads"))
C_MAIN = """
int main(int count, char **arguments) {
  transept_error error;
  transept_library *library = transept_open("libnumber_words.so", NULL, &error);
  if (!library || count != 2)
    return 1;
%s  transept_close(library);
  return 0;
}
"""


CPP_FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Werror"]
CPP_HEADERS = "".join(f"#include <{name}>\n" for name in (
    "transept/draft.h", "transept/sound.h", "transept/zero_shot.h", "atomic", "cmath", "cstdio", "fstream", "thread"))
CPP_MAIN = """
int main(int, char **arguments) {
  auto model = transept::Model::open("libnumber_words.so");
  const std::string name = arguments[1];
%s}
"""


def code_lines(code):
    return [line for line in code.splitlines() if line.strip()]


def run_python(examples):
    """What each example prints."""
    names = {"__name__": "page"}
    for number, code in enumerate(examples):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, f"example {number + 1}", "exec"), names)
        yield printed.getvalue()


def build_c(code, name, include, library):
    pathlib.Path(name + ".c").write_text(code)
    subprocess.run([os.environ.get("CC", "cc"), *C_FLAGS, "-I", include, name + ".c", "-o", name, library,
                    "-lstdc++", "-ldl", "-lm", "-lpthread"], check=True)


def run_c(examples, include, library):
    functions = [re.findall(r"^static void (\w+)\(const transept_library \*library\)", code, re.MULTILINE)
                 for code in examples]
    parts = [code for code in examples if "int main(" not in code]
    calls = "".join(f'  if (strcmp(arguments[1], "{names[-1]}") == 0)\n    {names[-1]}(library);\n'
                    for names in functions if names)
    build_c(C_HEADERS + "\n".join(parts) + C_MAIN % calls, "functions", include, library)
    for code, names in zip(examples, functions):
        if "int main(" in code:
            build_c(code, "program", include, library)
        command = ["./program"] if "int main(" in code else ["./functions", names[-1]]
        yield subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def build_cpp(code, name, include):
    pathlib.Path(name + ".cpp").write_text(code)
    subprocess.run([os.environ.get("CXX", "c++"), *CPP_FLAGS, "-I", include, name + ".cpp", "-o", name,
                    "-ldl", "-lpthread"], check=True)


def run_cpp(examples, include):
    bodies = {f"example{number}": code for number, code in enumerate(examples) if "int main(" not in code}
    functions = "".join(f"static void {name}(const transept::Model &model) {{\n{code}(void)model;\n}}\n"
                        for name, code in bodies.items())
    calls = "".join(f'  if (name == "{name}")\n    {name}(model);\n' for name in bodies)
    build_cpp(CPP_HEADERS + functions + CPP_MAIN % calls, "functions", include)
    for number, code in enumerate(examples):
        if "int main(" in code:
            build_cpp(code, "program", include)
        command = ["./program"] if "int main(" in code else ["./functions", f"example{number}"]
        yield subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    page, include, library, *files = sys.argv[1:]
    path = pathlib.Path(page)
    text = path.read_text(encoding="utf-8")
    examples = list(EXAMPLE.finditer(text))
    codes = [each[2] for each in examples]
    problems = [f"{page}: has no examples"] if not codes else []
    problems += [f"{page}: more than {LONGEST} lines:\n{code}" for code in codes
                 if len(code_lines(code)) > LONGEST]
    with tempfile.TemporaryDirectory() as folder:
        for each in files:
            name, _, file = each.rpartition("=")
            shutil.copy(file, os.path.join(folder, name or os.path.basename(file)))
        os.chdir(folder)
        run = {"python": lambda: run_python(codes), "c": lambda: run_c(codes, include, library),
               "cpp": lambda: run_cpp(codes, include)}[examples[0][1]]()
        printed = list(run)
        os.chdir("/")
    for example, output in reversed(list(zip(examples, printed))):
        if output == (example[3] or ""):
            continue
        problems.append(f"{page}: this example prints\n{output}\nand not\n{example[3]}\n{example[2]}")
        if example[3] is not None:
            text = text[:example.start(3)] + output + text[example.end(3):]
    print("\n\n".join(problems) or f"{page}: {len(codes)} examples")
    if problems and os.environ.get("TRANSEPT_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    return 1 if problems else 0


sys.exit(main())

#!/usr/bin/env python3
"""What users of the installed CMake package and pkg-config rely on, without building a model:
transept_compile_model passes every option of `transept compile` on, refuses unknown keywords, and the
flags of pkg-config compile and link a program in C++ and C, and Python finds its module. Arguments: PREFIX."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

prefix = pathlib.Path(sys.argv[1]).resolve()
# Print to the terminal or name what the function names itself.
NOT_KEYWORDS = {"--help", "--output", "--emit", "--json"}


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def check(condition, message):
    if not condition:
        sys.exit(message)


def configure(folder, call):
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(Use LANGUAGES CXX)\n"
        f"find_package(Transept REQUIRED)\n{call}\n")
    return run("cmake", "-G", "Ninja", "-S", folder, "-B", folder / "build",
               f"-DCMAKE_PREFIX_PATH={prefix}")


def options_of_compile():
    text = run(prefix / "bin" / "transept", "compile", "--help").stdout
    options = set(re.findall(r"^  (?:-\w, )?(--[\w-]+)( \S+)?", text, re.MULTILINE))
    return {name: bool(value.strip()) for name, value in options if name not in NOT_KEYWORDS}


def commands_have_every_option(folder):
    values = {"--name": "demo", "--target": f"{os.uname().machine}-linux", "--cpu": "native", "--weights": "int8", "--accuracy-loss": "0.5", "--calibrate": "sources.txt",
              "--cache": "bf16", "--checkpoint": "weights", "--dump-ir": "dump", "--report": "page.html",
              "--remarks": "fusion"}
    options = options_of_compile()
    keywords = " ".join(
        name[2:].upper().replace("-", "_") + (" " + values[name] if takes else "")
        for name, takes in sorted(options.items()))
    result = configure(folder, f"transept_compile_model(demo model {keywords})")
    check(result.returncode == 0, result.stderr)
    rules = (folder / "build" / "build.ninja").read_text()
    command = next(line for line in rules.splitlines() if "COMMAND" in line and " compile " in line)
    for name, takes in options.items():
        check(f" {name}" in command, f"{name} is not passed on: {command}")
        if takes:
            check(values[name] in command.split(f" {name} ")[1].split()[0], f"{name}: {command}")


def unknown_keywords_are_refused(folder):
    result = configure(folder, "transept_compile_model(demo model WEIGHT int8)")
    check(result.returncode != 0, "an unknown keyword was accepted")
    for word in ("WEIGHT", "WEIGHTS", "DEBUG_INFO"):
        check(word in result.stderr, result.stderr)


def pkg_config_compiles(folder):
    if not any((pathlib.Path(path) / "pkg-config").exists() for path in os.environ["PATH"].split(":")):
        print("skipped: pkg-config is not installed")
        return
    folder.mkdir()
    pcfile = next(prefix.rglob("transept.pc"))
    environment = dict(os.environ, PKG_CONFIG_PATH=str(pcfile.parent))
    (folder / "use.cpp").write_text(
        "#include <transept/compiler.h>\n#include <transept/model.h>\n#include <transept/transept.h>\n"
        'int main() { try { transept::Model::open("/nowhere.so"); } catch (const transept::Error &) '
        "{ return transept::CompileOptions().name.empty() ? 0 : 1; } return 2; }\n")
    for name in ("transept", "transept-compiler"):
        flags = run("pkg-config", "--cflags", "--libs", name, env=environment)
        check(flags.returncode == 0, flags.stderr)
        built = run(os.environ.get("CXX", "g++"), "-std=c++20", folder / "use.cpp", "-o", folder / name,
                    *flags.stdout.split())
        check(built.returncode == 0, built.stderr)
    check(run(folder / "transept").returncode == 0, "a program by pkg-config does not run")
    (folder / "use.c").write_text(
        "#include <transept/transept.h>\nint main(void) { transept_error error;\n"
        'return transept_open("/nowhere.so", NULL, &error) || error.status != TRANSEPT_LIBRARY; }\n')
    flags = run("pkg-config", "--cflags", "--libs", "transept-c", env=environment)
    built = run(os.environ.get("CC", "cc"), "-std=c11", folder / "use.c", "-o", folder / "c",
                *flags.stdout.split())
    check(built.returncode == 0, built.stderr)
    check(run(folder / "c").returncode == 0, "a program in C by pkg-config does not run")


def python_finds_the_module():
    code = ("import transept\ntry: transept.load('/nowhere.so')\n"
            "except transept.Error as error: print(error.code.name)\n")
    environment = dict(os.environ, PYTHONPATH=str(prefix / "lib/python3/dist-packages"))
    result = run(sys.executable, "-c", code, env=environment)
    check(result.stdout == "LIBRARY\n", result.stderr)


with tempfile.TemporaryDirectory() as name:
    root = pathlib.Path(name)
    commands_have_every_option(root / "all")
    unknown_keywords_are_refused(root / "unknown")
    pkg_config_compiles(root / "pkg")
python_finds_the_module()

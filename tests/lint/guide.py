#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Runs the commands of a guide (lines that begin with "$ transept" in an indented block) and compares
# what they print with the lines below them, so that a guide shows what its reader will see.
#
# In an excerpt, a line "..." stands for any lines, "..." in a line for any text; how much space
# stands between words does not matter. TRANSEPT_UPDATE_GOLDEN=1 replaces each line that is not
# printed any more by the most similar one that is; review what it did.
#
# guide.py TRANSEPT SOURCE_ROOT GUIDE.md [NAME=FILE ...]: the files are there by these names.
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

INDENT = "    "
ANY = "..."


def words(line):
    return " ".join(line.split())


def examples(lines):
    """Yields (number of the command's line, command, numbers of the lines of its excerpt)."""
    command, begin, excerpt = None, 0, []
    for number, line in enumerate([*lines, "end"]):
        is_inside = line.startswith(INDENT) or not line.strip()
        is_command = line.startswith(INDENT + "$ transept ")
        if command and (is_command or not is_inside):
            while excerpt and not lines[excerpt[-1]].strip():
                excerpt.pop()
            yield begin, command, excerpt
            command = None
        if is_command:
            command, begin, excerpt = line[len(INDENT) + 2:], number, []
        elif command:
            excerpt.append(number)


def matches(expected, actual):
    parts = map(re.escape, expected.split(ANY))
    return re.fullmatch(".*".join(parts), actual) is not None


def matches_at(block, printed, start):
    return start + len(block) <= len(printed) and all(
        matches(*pair) for pair in zip(block, printed[start:]))


def mismatch(expected, printed):
    """The index of the first block of `expected` that is not where it should be, or None."""
    position, at, is_free = 0, 0, False
    while at < len(expected):
        if expected[at] == ANY:
            is_free, at = True, at + 1
            continue
        end = at
        while end < len(expected) and expected[end] != ANY:
            end += 1
        block = expected[at:end]
        last = len(printed) - len(block)
        starts = range(position, last + 1) if is_free else [position]
        if end == len(expected):  # the end of the excerpt is the end of what is printed
            starts = [last] if last in starts else []
        found = next((start for start in starts if matches_at(block, printed, start)), None)
        if found is None:
            return at
        position, at, is_free = found + len(block), end, False
    return None if is_free or position == len(printed) else len(expected)


def is_printed(expected, printed):
    return expected == ANY or any(matches(expected, line) for line in printed)


def similar(line, printed):
    return (difflib.get_close_matches(line, printed, 1, 0.3) or [""])[0].strip()


def run(command, folder, environment):
    result = subprocess.run(command, shell=True, cwd=folder, env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = result.stdout.rstrip("\n")
    return result.returncode, text.split("\n") if text else []


def check(guide, transept, root, folder, files):
    """What is wrong, a text each; and the lines of the guide as they should be."""
    lines = guide.read_text(encoding="utf-8").splitlines()
    environment = {**os.environ,
                   "PATH": f"{pathlib.Path(transept).resolve().parent}:{os.environ['PATH']}"}
    os.symlink(pathlib.Path(root) / "examples", pathlib.Path(folder) / "examples")
    for name, file in (each.split("=", 1) for each in files):
        os.symlink(file, pathlib.Path(folder) / name)
    problems, count = [], 0
    for number, command, excerpt in examples(lines):
        count += 1
        status, output = run(command, folder, environment)
        printed = [words(line) for line in output]
        expected = [words(lines[each]) for each in excerpt]
        if status != 0:
            problems.append(f"{guide}:{number + 1}: {command}\nended with status {status}:\n"
                            + "\n".join(printed))
            continue
        at = mismatch(expected, printed)
        if at is None:
            continue
        if at == len(expected):
            problems.append(f"{guide}:{number + 1}: {command}\nprints more than is shown")
            continue
        missing = [index for index, line in enumerate(expected) if not is_printed(line, printed)]
        at = missing[0] if missing else at
        problems.append(f"{guide}:{excerpt[at] + 1}: {command}\ndoes not print, at this place:\n"
                        f"  {expected[at]}\nMost similar is:\n  {similar(expected[at], output)}")
        for index in missing:
            lines[excerpt[index]] = INDENT + similar(expected[index], output)
    if count == 0:
        problems.append(f"{guide}: has no commands")
    return problems, lines


def main():
    transept, root, path, *files = sys.argv[1:]
    guide = pathlib.Path(path)
    with tempfile.TemporaryDirectory() as folder:
        problems, lines = check(guide, transept, root, folder, files)
    print("\n\n".join(problems) or f"{guide} is current")
    if problems and os.environ.get("TRANSEPT_UPDATE_GOLDEN"):
        guide.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"\n{guide} is rewritten; review the change")
    return 1 if problems else 0


sys.exit(main())

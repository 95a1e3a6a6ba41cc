#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Extracts every ```mlir example of the given Markdown files and runs transept-opt on each, so that
# what the reference shows is what the compiler reads. Every op that a page describes needs one.
#
# documentation_examples.py TRANSEPT_OPT FILE.md...
import re
import subprocess
import sys
import textwrap


def examples(path):
    """Yields (line, text) of every ```mlir block."""
    text = open(path, encoding="utf-8").read()
    for match in re.finditer(r"^([ \t]*)```mlir\n(.*?)^[ \t]*```", text, re.DOTALL | re.MULTILINE):
        yield text.count("\n", 0, match.start()) + 1, textwrap.dedent(match.group(2))


def ops_without_example(path):
    """The ops with a section ("### `transept.linear` ...") that has no ```mlir block."""
    sections = re.split(r"^### ", open(path, encoding="utf-8").read(), flags=re.MULTILINE)
    return [name[1] for section in sections[1:]
            if (name := re.match(r"`([\w.]+)`", section)) and "```mlir\n" not in section]


def run(transept_opt, text):
    """The errors of transept-opt on `text`, or nothing."""
    result = subprocess.run(
        [transept_opt, "--verify-roundtrip", "--split-input-file", "-o", "/dev/null", "-"],
        input=text, text=True, capture_output=True)
    return None if result.returncode == 0 else result.stderr or "no message\n"


def main():
    transept_opt, *paths = sys.argv[1:]
    failed = not paths
    for path in paths:
        found = list(examples(path))
        print(f"{path}: {len(found)} examples")
        for op in ops_without_example(path):
            failed = True
            print(f"{path}: {op} has no example")
        if not found:
            continue
        # All at once, because a start of transept-opt takes longer than its work here.
        if not run(transept_opt, "\n// -----\n".join(text for _, text in found)):
            continue
        failed = True
        for line, text in found:
            if errors := run(transept_opt, text):
                print(f"{path}:{line}: the example does not parse:\n{text}{errors}")
    return 1 if failed else 0


sys.exit(main())

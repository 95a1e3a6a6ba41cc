#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Extracts every ```mlir example of the given Markdown files and runs transept-opt on each, so that
# what the reference shows is what the compiler reads.
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


def main():
    transept_opt, *paths = sys.argv[1:]
    found = failed = 0
    for path in paths:
        for line, text in examples(path):
            found += 1
            result = subprocess.run([transept_opt, "--verify-roundtrip", "-o", "/dev/null", "-"],
                                    input=text, text=True, capture_output=True)
            if result.returncode != 0:
                failed += 1
                print(f"{path}:{line}: the example does not parse:\n{text}{result.stderr}")
    print(f"{found} examples, {failed} failed")
    return 1 if failed or not found else 0


sys.exit(main())

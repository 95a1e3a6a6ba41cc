#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# A constraint has one label, in three places: the op's description (`linear_c1` in a .td), the
# verifier (a comment) and the test that it refuses (a comment in tests/lit/.../invalid). This
# checks that the three sets are the same.
#
# labels.py SOURCE_DIR
import pathlib
import re
import sys

LABEL = re.compile(r"\b[a-z_]+_c[0-9]+\b")


def labels(paths, line_pattern):
    """Labels in lines of the files that match the pattern, with the first place of each."""
    found = {}
    for path in sorted(paths):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if re.match(line_pattern, line):
                for label in LABEL.findall(line):
                    found.setdefault(label, f"{path}:{number}")
    return found


def main():
    root = pathlib.Path(sys.argv[1])
    failed = False
    for dialect in sorted(path for path in (root / "dialects").iterdir() if path.is_dir()):
        places = {
            "descriptions": labels(dialect.glob("*.td"), r"\s*- `"),
            "verifiers": labels(dialect.glob("*.cpp"), r"\s*//"),
            "invalid tests": labels(
                (root / "tests/lit/dialects" / dialect.name / "invalid").glob("*.mlir"), r"//"),
        }
        everywhere = set().union(*places.values())
        if not everywhere:
            print(f"{dialect}: has no labels")
            failed = True
        for name, found in places.items():
            for label in sorted(everywhere - set(found)):
                known = next(where[label] for where in places.values() if label in where)
                print(f"{known}: {label} is not in the {dialect.name} dialect's {name}")
                failed = True
        print(f"{dialect.name}: {len(everywhere)} labels")
    return 1 if failed else 0


sys.exit(main())

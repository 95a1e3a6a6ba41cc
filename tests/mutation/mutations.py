# SPDX-License-Identifier: Apache-2.0
#
# The mutations of a C++ file, each of one token or one statement, found by the spacing that
# clang-format gives the code.

import re
from dataclasses import dataclass

# Binary operators stand between blanks; template brackets, pointers and references do not.
BINARY = {"<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "==": ["!="], "!=": ["=="],
          "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"],
          "+=": ["-="], "-=": ["+="], "*=": ["/="], "|=": ["&="], "<<": [">>"], ">>": ["<<"],
          "|": ["&"], "&": ["|"]}
WORDS = {"true": ["false"], "false": ["true"], "break": ["continue"], "continue": ["break"],
         "min": ["max"], "max": ["min"]}
NOT_STATEMENTS = re.compile(r"(return|throw|using|delete|goto|case|break|continue|static|const|"
                            r"constexpr|struct|class|enum|template|typedef|auto|else|friend)\b")
STATEMENT = re.compile(r"\*?[A-Za-z_][\w.:]*(?:->\w+|\.\w+|\[[^;]*?\]|::\w+|\([^;{}]*?\))*"
                       r"(?:\(.*\)| (?:[-+*/|&^%]|<<|>>)?= .*|\+\+|--);$")


@dataclass(frozen=True)
class Mutation:
    file: str
    begin: int
    end: int
    replacement: str
    kind: str


def blank_out(text):
    """The text with comments, literals of characters and texts, and directives as blanks."""
    pattern = re.compile(r"//[^\n]*|/\*.*?\*/|R\"(\w*)\(.*?\)\1\"|\"(?:\\.|[^\"\\\n])*\"|"
                         r"(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:\\\n|[^\n])*|"
                         r"static_assert\(.*?\);", re.S | re.M)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def condition_end(code, begin):
    """The place of the bracket that closes the one at `begin`."""
    depth = 0
    for place in range(begin, len(code)):
        depth += {"(": 1, ")": -1}.get(code[place], 0)
        if depth == 0:
            return place
    return -1


def mutations_of(file, text):
    code = blank_out(text)
    found = []

    def add(begin, end, replacement, kind):
        found.append(Mutation(file, begin, end, replacement, kind))

    for match in re.finditer(r"(?<= )([-+*/%<>=!&|]+)(?=[ \n])", code):
        for other in BINARY.get(match[1], []):
            add(match.start(1), match.end(1), other, "operator")
    for match in re.finditer(r"\b(true|false|break|continue|min|max)\b(?=[;,)}(<]| )", code):
        for other in WORDS[match[1]]:
            add(match.start(1), match.end(1), other, "word")
    for match in re.finditer(r"(?<![\w.'])(\d+)(?![\w.'])", code):
        value = int(match[1])
        add(match.start(1), match.end(1), str(value + 1), "constant")
        if value == 1:
            add(match.start(1), match.end(1), "0", "constant")
    for match in re.finditer(r"(\+\+|--)(?=\w)|(?<=\w)(\+\+|--)", code):
        add(match.start(), match.end(), "--" if match[0] == "++" else "++", "step")
    for match in re.finditer(r"(?<=[( ])!(?=[\w(:])", code):
        add(match.start(), match.end(), "", "negation")
    for match in re.finditer(r"\b(?:if|while) (\()", code):
        end = condition_end(code, match.start(1))
        if end < 0 or ";" in code[match.start(1):end] or re.match(
                r"\((?:const )?[\w:<>]+ [*&]?\w+ = ", code[match.start(1):end]):
            continue
        add(match.start(1), end + 1, f"(!{text[match.start(1):end + 1]})", "condition")
    place = 0
    for line in code.split("\n"):
        bare = line.strip()
        balanced = line.count("(") == line.count(")")
        if balanced and STATEMENT.match(bare) and not NOT_STATEMENTS.match(bare):
            begin = place + len(line) - len(line.lstrip())
            add(begin, place + len(line.rstrip()), ";", "statement")
        place += len(line) + 1
    return found

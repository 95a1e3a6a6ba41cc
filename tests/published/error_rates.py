# SPDX-License-Identifier: Apache-2.0
"""How much of what was said was understood otherwise."""

import re


def word_error_rate(texts, results):
    return error_rate(map(_words, texts), map(_words, results))


def error_rate(expected, results):
    """Items to change, add or leave out, as a share of those expected."""
    errors = count = 0
    for spoken, heard in zip(expected, results):
        errors, count = errors + _distance(spoken, heard), count + len(spoken)
    return errors / count


def _words(text):
    return re.findall(r"[a-z0-9']+", text.lower())


def _distance(left, right):
    row = list(range(len(right) + 1))
    for index, word in enumerate(left, 1):
        previous, row = row, [index]
        for column, other in enumerate(right, 1):
            row.append(min(previous[column] + 1, row[-1] + 1,
                           previous[column - 1] + (word != other)))
    return row[-1]

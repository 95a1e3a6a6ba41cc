# SPDX-License-Identifier: Apache-2.0
"""The ratios as a plot: one panel a model, one line a workload, one dot a type and number of
threads. SVG with styles that follow the reader's light or dark theme."""

import math
from xml.sax.saxutils import escape

from report import PRECISION, comparisons

COLOURS = {"f32": "#3b82c4", "bf16": "#2f9e6e", "int8": "#d9772b", "int4": "#a95fc4"}
LABELS, PANEL, ROW, TOP, MARGIN = 150, 250, 22, 64, 28


def svg(results):
    """None where nothing was compared."""
    rows = [row for row in comparisons(results) if row["peer"]]
    if not rows:
        return None
    models = list(dict.fromkeys(row["model"] for row in rows))
    workloads = list(dict.fromkeys(row["workload"] for row in rows))
    threads = sorted({row["threads"] for row in rows})
    ratios = [row["ratio"] for row in rows] + [1]
    scale = _Scale(0.9 * min(ratios), 1.1 * max(ratios))
    width = LABELS + len(models) * (PANEL + MARGIN)
    bottom = TOP + len(workloads) * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom + 44}" role="img" '
        'font-family="sans-serif" font-size="12">',
        "<title>How many times as fast as the fastest peer</title>",
        "<style>text{fill:#222}.rule{stroke:#ccc}.one{stroke:#666}"
        "@media(prefers-color-scheme:dark){text{fill:#ddd}.rule{stroke:#444}.one{stroke:#aaa}}"
        "</style>",
        '<text x="8" y="20" font-size="14">Times as fast as the fastest peer of the '
        "same or a higher precision</text>", *_legend(rows, threads)]
    for number, workload in enumerate(workloads):
        y = TOP + (number + 0.5) * ROW + 4
        parts.append(f'<text x="{LABELS - 8}" y="{y}" text-anchor="end">{escape(workload)}</text>')
    for number, model in enumerate(models):
        left = LABELS + number * (PANEL + MARGIN)
        parts += _panel(left, bottom, model, scale)
        for row in rows:
            if row["model"] == model:
                y = TOP + (workloads.index(row["workload"]) + 0.5) * ROW
                # Dots of several numbers of threads stand a little apart.
                y += (threads.index(row["threads"]) - (len(threads) - 1) / 2) * 6
                parts.append(_dot(left + scale(row["ratio"]), y, row["type"],
                                  row["threads"] == threads[0]))
    return "\n".join(parts + ["</svg>", ""])


class _Scale:
    """Ratio -> place in a panel, by logarithm."""

    def __init__(self, least, most):
        self.least, self.most = math.log(least), math.log(most)

    def __call__(self, ratio):
        return PANEL * (math.log(ratio) - self.least) / (self.most - self.least)

    def ticks(self):
        steps = (0.25, 0.5, 1, 2, 4, 8, 16, 32)
        return [step for step in steps if self.least <= math.log(step) <= self.most]


def _panel(left, bottom, model, scale):
    yield (f'<text x="{left + PANEL / 2}" y="{TOP - 6}" text-anchor="middle" '
           f'font-weight="bold">{escape(model)}</text>')
    for tick in scale.ticks():
        x = left + scale(tick)
        yield (f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}" '
               f'class="{"one" if tick == 1 else "rule"}"/>')
        yield f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>'


def _dot(x, y, kind, is_filled):
    colour = COLOURS[kind]
    fill = colour if is_filled else "none"
    return (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{fill}" stroke="{colour}" '
            'stroke-width="1.6"/>')


def _legend(rows, threads):
    x = 14
    for kind in (kind for kind in PRECISION if any(row["type"] == kind for row in rows)):
        yield _dot(x, 38, kind, True)
        yield f'<text x="{x + 9}" y="42">{kind}</text>'
        x += 60
    if len(threads) > 1:
        first = f"{threads[0]} thread" + ("s" if threads[0] > 1 else "")
        others = " and ".join(map(str, threads[1:]))
        yield f'<text x="{x + 9}" y="42">full: {first}; hollow: {others} threads</text>'

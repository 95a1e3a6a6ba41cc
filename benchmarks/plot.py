# SPDX-License-Identifier: Apache-2.0
"""The ratios as a plot: one panel a model, one line a workload, one dot a type and number of threads; and what grows
with something. SVG with styles that follow the reader's light or dark theme."""

import math
from xml.sax.saxutils import escape

from report import PRECISION, comparisons

COLOURS = {"f32": "#3b82c4", "bf16": "#2f9e6e", "int8": "#d9772b", "int4": "#a95fc4"}
STYLE = ("<style>text{fill:#222}.rule{stroke:#ccc}.one{stroke:#666}"
         "@media(prefers-color-scheme:dark){text{fill:#ddd}.rule{stroke:#444}.one{stroke:#aaa}}</style>")
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
        "<title>How many times as fast as the fastest peer</title>", STYLE,
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


def growth(title, series, across, quantities):
    """Each of `quantities` (key -> its name) over the key `across`, a panel each, with a line for each of `series`
    (name -> dictionaries with these keys). Both axes begin at 0, so that what is proportional is straight."""
    width, height, left = 300, 200, 64
    names, colours = list(series), list(COLOURS.values())
    most_across = max(each[across] for rows in series.values() for each in rows)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(quantities) * (left + width) + MARGIN} '
             f'{TOP + height + 44}" role="img" font-family="sans-serif" font-size="12">',
             f"<title>{escape(title)}</title>", STYLE, f'<text x="8" y="20" font-size="14">{escape(title)}</text>']
    for number, name in enumerate(names):
        parts.append(f'<circle cx="{14 + 90 * number}" cy="38" r="4" fill="{colours[number]}"/>')
        parts.append(f'<text x="{23 + 90 * number}" y="42">{escape(name)}</text>')
    for panel, (key, label) in enumerate(quantities.items()):
        x0, y0 = left + panel * (left + width), TOP + height
        most = max(each[key] for rows in series.values() for each in rows)
        step = 10 ** math.floor(math.log10(most))
        step *= next(factor for factor in (0.2, 0.5, 1, 2) if most / (factor * step) <= 6)
        parts.append(f'<text x="{x0}" y="{TOP - 6}" font-weight="bold">{escape(label)}</text>')
        for tick in range(int(most / step) + 1):
            y = y0 - height * tick * step / most
            parts.append(f'<line x1="{x0}" x2="{x0 + width}" y1="{y:.1f}" y2="{y:.1f}" '
                         f'class="{"rule" if tick else "one"}"/>')
            parts.append(f'<text x="{x0 - 8}" y="{y + 4:.1f}" text-anchor="end">{tick * step:g}</text>')
        for tick in (most_across // 4, most_across // 2, most_across):
            parts.append(f'<text x="{x0 + width * tick / most_across:.1f}" y="{y0 + 16}" text-anchor="middle">{tick}'
                         "</text>")
        parts.append(f'<text x="{x0 + width / 2}" y="{y0 + 34}" text-anchor="middle">{escape(across)}</text>')
        for number, rows in enumerate(series.values()):
            points = [(x0 + width * each[across] / most_across, y0 - height * each[key] / most) for each in rows]
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{colours[number]}" stroke-width="1.6"/>')
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colours[number]}"/>' for x, y in points]
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

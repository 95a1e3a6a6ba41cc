# SPDX-License-Identifier: Apache-2.0
"""Latency over load as a plot: one line a policy. SVG with styles that follow the reader's light or dark
theme."""

import math

COLOURS = ["#d9772b", "#3b82c4", "#2f9e6e", "#a95fc4", "#b0a030", "#888888"]
LEFT, TOP, WIDTH, HEIGHT = 64, 40, 560, 320


def svg(results):
    """Of sentences: p95 in milliseconds (logarithmic) over requests a second."""
    points = {}
    for each in results:
        if each["case"] == "sentences":
            points.setdefault(each["policy"], []).append((each["rate"], max(each["p95"], 1e-3)))
    rates = [rate for pairs in points.values() for rate, _ in pairs]
    heights = [math.log10(p95) for pairs in points.values() for _, p95 in pairs]
    least, most = math.floor(min(heights)), max(math.ceil(max(heights)), math.floor(min(heights)) + 1)

    def place(rate, p95):
        return (LEFT + WIDTH * rate / max(rates), TOP + HEIGHT * (most - math.log10(p95)) / (most - least))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 120} {TOP + HEIGHT + 48}" role="img" '
        'font-family="sans-serif" font-size="12">',
        "<title>Latency of sentences over load</title>",
        "<style>text{fill:#222}.rule{stroke:#ccc}"
        "@media(prefers-color-scheme:dark){text{fill:#ddd}.rule{stroke:#444}}</style>",
        f'<text x="8" y="20" font-size="14">Milliseconds within which 95 of 100 requests end</text>',
        f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 40}" text-anchor="middle">requests a second</text>']
    for power in range(least, most + 1):
        _, y = place(0, 10.0 ** power)
        parts.append(f'<line class="rule" x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + WIDTH}" y2="{y:.1f}"/>'
                     f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0 ** power:g}</text>')
    for part in range(5):
        rate = max(rates) * part / 4
        x, _ = place(rate, 1)
        parts.append(f'<text x="{x:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{rate:.3g}</text>')
    for number, (policy, pairs) in enumerate(points.items()):
        colour = COLOURS[number % len(COLOURS)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*pair) for pair in sorted(pairs)))
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{line}"/>'
                     f'<text x="{LEFT + WIDTH + 12}" y="{TOP + 16 * number + 8}" style="fill:{colour}">{policy}</text>')
    return "\n".join(parts + ["</svg>", ""])

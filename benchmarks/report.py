# SPDX-License-Identifier: Apache-2.0
"""The measured figures as Markdown."""

# From the most exact to the least.
PRECISION = ("f32", "bf16", "int8", "int4")


def comparisons(results):
    """One dictionary for each figure of Transept, with the best peer of the same or a higher
    precision beside it."""
    for result in results:
        for figure in result["figures"]:
            if not figure["contender"].startswith("Transept"):
                continue
            allowed = PRECISION[: PRECISION.index(figure["type"]) + 1]
            peers = [peer for peer in result["figures"]
                     if peer["workload"] == figure["workload"] and peer["type"] in allowed
                     and not peer["contender"].startswith("Transept")]
            peer = min(peers, key=lambda each: each["best"], default=None)
            yield {"model": result["name"], "threads": result["threads"],
                   "workload": figure["workload"], "type": figure["type"], "ours": figure,
                   "peer": peer, "fraction": figure["limit"] / figure["best"] if figure["limit"] else None,
                   "ratio": peer["best"] / figure["best"] if peer else None}


def markdown(machine, results, kernels, skipped):
    lines = ["# Speed of Transept", ""]
    lines += [f"- {name}: {text}" for name, text in machine.items()]
    lines += [f"- skipped: {text}" for text in skipped] + [""]
    lines += _models(results) if results else []
    lines += _kernels(kernels) if kernels else []
    return "\n".join(lines)


def _models(results):
    lines = [
        "# Whole models", "",
        "Milliseconds of the best run (decode: of one step), end to end in tokens a second. Limit: "
        "the share of what this machine could do at most, measured in the same run (arithmetic, or "
        "reading the weights). Ratio: how many times as fast Transept is as the fastest peer of the "
        "same or a higher precision, which is named where it is another type.", ""]
    rows = list(comparisons(results))
    for model, kind in dict.fromkeys((row["model"], row["type"]) for row in rows):
        chosen = [row for row in rows if (row["model"], row["type"]) == (model, kind)]
        lines += [f"## {model}, {kind}", "", *_table(chosen), ""]
    lines += ["## Machine's limits", "", *_limits(results), ""]
    lines += ["## Opening, and what programs agree on", "", *_facts(results), ""]
    return lines


def _kernels(measured):
    import kernels
    lines = ["# Kernels, 1 thread", "", "Share of the limit (as above) of the mean call, and its "
             "microseconds, by processor time. Shapes in italics are those that blockings do not "
             "divide.", ""]
    cells = {}
    for each in measured:
        name, kind, *sizes = each["name"].split("/")
        family, shape = name.split()
        row = (kind, ", ".join(sizes).replace("rows:", "").replace("keys:", "keys "))
        digits = 1 if each["cpu_time"] < 100 else 0
        cell = f"{100 * each['limit']:.0f} % ({each['cpu_time']:.{digits}f})"
        cells.setdefault(family, {}).setdefault(row, {})[shape] = cell
    for family, rows in cells.items():
        shapes = list(dict.fromkeys(shape for row in rows.values() for shape in row))
        odd = {kernels.text(shape) for shape in kernels.ODD[family]}
        titles = [f"*{shape}*" if shape in odd else shape for shape in shapes]
        lines += [f"## {family}", "", "| type | rows | " + " | ".join(titles) + " |",
                  "| --- | ---: |" + " ---: |" * len(shapes)]
        lines += [f"| {' | '.join([*row, *(found.get(shape, '') for shape in shapes)])} |"
                  for row, found in rows.items()]
        lines.append("")
    return lines


def _table(rows):
    threads = sorted({row["threads"] for row in rows})
    head, rule = ["workload"], ["---"]
    for count in threads:
        unit = f"{count} thread{'s' if count > 1 else ''}"
        head += [f"Transept, {unit}", "limit", "ONNX Runtime", "ratio"]
        rule += ["---:"] * 4
    table = [head, rule]
    for workload in dict.fromkeys(row["workload"] for row in rows):
        cells = [workload]
        for count in threads:
            row = next((row for row in rows if (row["workload"], row["threads"])
                        == (workload, count)), None)
            cells += _cells(row) if row else [""] * 4
        table.append(cells)
    return ["| " + " | ".join(cells) + " |" for cells in table]


def _cells(row):
    # A limit that could not be measured is no number.
    share = f"{100 * row['fraction']:.0f} %" if row["fraction"] else "-"
    cells = [_value(row["ours"]), share]
    if not row["peer"]:
        return cells + ["", ""]
    other = "" if row["peer"]["type"] == row["type"] else f" ({row['peer']['type']})"
    return cells + [_value(row["peer"]) + other, f"{row['ratio']:.2f}"]


def _value(figure):
    """Three digits, of milliseconds or of tokens a second."""
    if "tokens" in figure:
        return f"{figure['tokens'] / figure['best']:.0f}"
    milliseconds = figure["best"] * 1e3
    return f"{milliseconds:.{2 if milliseconds < 10 else 1 if milliseconds < 100 else 0}f}"


def _limits(results):
    lines = ["| model | threads | type | products, G/s | weights read in a step | GB/s |",
             "| --- | ---: | --- | --- | ---: | ---: |"]
    for result in results:
        for kind in (kind for kind in PRECISION if kind in result["limits"]):
            limit = result["limits"][kind]
            products = [f"{numbers} {each['operations_per_second'] / 1e9:.0f} "
                        f"({each['instructions']})" for numbers, each in limit["products"].items()]
            lines.append(f"| {result['name']} | {result['threads']} | {kind} | "
                         f"{', '.join(products)} | {limit['read_buffer_bytes'] / 2**20:.0f} MiB | "
                         f"{(limit['read_bytes_per_second'] or 0) / 1e9:.1f} |")
    return lines


def _facts(results):
    lines = ["| model | threads | program | opened in | same ids, greedy | same ids, beam 4 |",
             "| --- | ---: | --- | ---: | ---: | ---: |"]
    for result in results:
        for program, seconds in result["openSeconds"].items():
            same = [f"{100 * result['sameIds'][search][program]:.0f} %"
                    for search in ("greedy", "beam 4")]
            lines.append(f"| {result['name']} | {result['threads']} | {program} | "
                         f"{seconds * 1e3:.0f} ms | {same[0]} | {same[1]} |")
    return lines

# SPDX-License-Identifier: Apache-2.0
"""The measured figures as Markdown."""

import bars
import contenders

# From the most exact to the least.
PRECISION = ("f32", "bf16", "int8", "int4")


def comparisons(results):
    """One dictionary for each figure of Transept with the peers' beside it: of each program the
    best of its forms, of the same or a higher precision."""
    for result in results:
        for figure in result["figures"]:
            if figure["program"] != "Transept":
                continue
            allowed = PRECISION[: PRECISION.index(figure["type"]) + 1]
            peers = {}
            for other in result["figures"]:
                if (other["program"] == "Transept" or other["workload"] != figure["workload"]
                        or other["type"] not in allowed):
                    continue
                best = peers.get(other["program"])
                if best is None or other["best"] < best["best"]:
                    peers[other["program"]] = other
            peer = min(peers.values(), key=lambda each: each["best"], default=None)
            yield {"model": result["name"], "threads": result["threads"],
                   "workload": figure["workload"], "type": figure["type"], "ours": figure,
                   "peers": peers, "peer": peer,
                   "fraction": figure["limit"] / figure["best"] if figure["limit"] else None,
                   "ratio": peer["best"] / figure["best"] if peer else None}


def markdown(data):
    """Of what run leaves in results.json."""
    lines = ["# Speed of Transept", ""]
    lines += [f"- {name}: {text}" for name, text in data["machine"].items()]
    lines += [f"- skipped: {text}" for text in data["skipped"]] + [""]
    lines += _models(data["results"]) if data["results"] else []
    lines += _large(data["large"]) if data["large"] else []
    lines += _families(data["families"]) if data.get("families") else []
    lines += _kernels(data["kernels"]) if data["kernels"] else []
    return "\n".join(lines)


def _models(results):
    lines = [
        "# Whole models", "",
        "Milliseconds of the best run (decode: of one step), end to end in tokens a second. Limit: "
        "the share of what this machine could do at most, measured in the same run (arithmetic, or "
        "reading the weights). Of each peer the fastest of its forms stands there, named behind the "
        "figure, and of its types of the same or a higher precision, named where it is another. "
        "Ratio: how many times as fast Transept is as the fastest peer.", ""]
    rows = list(comparisons(results))
    for model in dict.fromkeys(row["model"] for row in rows):
        for threads in dict.fromkeys(row["threads"] for row in rows):
            chosen = [row for row in rows if (row["model"], row["threads"]) == (model, threads)]
            lines += [f"## {model}, {_threads(threads)}", "", *_summary(chosen), ""]
            for kind in dict.fromkeys(row["type"] for row in chosen):
                lines += [f"### {model}, {kind}, {_threads(threads)}", "",
                          *_table([row for row in chosen if row["type"] == kind]), ""]
    reached = bars.table(rows, results)
    lines += ["## Bars", "", *reached, ""] if reached else []
    lines += ["## Machine's limits", "", *_limits(results), ""]
    lines += ["## Opening, and what programs agree on", "", *_facts(results), ""]
    return lines


def _threads(count):
    return f"{count} thread" + ("s" if count > 1 else "")


def _summary(rows):
    """All types side by side, each with the ratio to the fastest peer."""
    kinds = list(dict.fromkeys(row["type"] for row in rows))
    table = [["workload"], ["---"]]
    for kind in kinds:
        table[0] += [f"{kind}, limit", "best peer", "ratio"]
        table[1] += ["---:", "---", "---:"]
    for workload in dict.fromkeys(row["workload"] for row in rows):
        cells = [workload]
        for kind in kinds:
            row = next(row for row in rows if (row["workload"], row["type"]) == (workload, kind))
            cells += [f"{_value(row['ours'])}, {_fraction(row)}", _peer(row["peer"], row, True),
                      _ratio(row)]
        table.append(cells)
    return _lines(table)


def _table(rows):
    programs = list(dict.fromkeys(name for row in rows for name in row["peers"]))
    table = [["workload", "Transept", "limit", *programs, "ratio"],
             ["---", "---:", "---:", *["---"] * len(programs), "---:"]]
    for row in rows:
        cells = [_peer(row["peers"].get(name), row, False) for name in programs]
        table.append([row["workload"], _value(row["ours"]), _fraction(row), *cells, _ratio(row)])
    return _lines(table)


def _lines(table):
    return ["| " + " | ".join(cells) + " |" for cells in table]


def _fraction(row):
    # A limit that could not be measured is no number.
    return f"{100 * row['fraction']:.0f} %" if row["fraction"] else "-"


def _ratio(row):
    return f"{row['ratio']:.2f}" if row["peer"] else ""


def _peer(figure, row, has_name):
    if not figure:
        return ""
    names = [contenders.SHORT_NAMES[figure["program"]]] if has_name else []
    names += [figure["type"]] if figure["type"] != row["type"] else []
    names += [figure["form"]] if figure["form"] else []
    return _value(figure) + (f" ({', '.join(names)})" if names else "")


def _large(measured):
    """Ours alone."""
    lines = ["# Large models", "", "Random weights; compiled from a checkpoint of f32. Memory: the "
             "most that the process had, of a run that opened the library and encoded and decoded.",
             "", "| model | threads | parameters | compiled in | memory | library | memory of a run | "
             "figures |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"]
    for each in measured:
        figures = ", ".join(f"{figure['workload']}: {_value(figure)} ms"
                            + (f" ({100 * figure['limit'] / figure['best']:.0f} % of the limit)"
                               if figure["limit"] else "") for figure in each["figures"])
        compiled = each["compile"]
        lines.append(
            f"| {each['name']}, {each['type']} | {each['threads']} | "
            f"{each['parameters'] / 1e6:.0f} M | {compiled['seconds']:.1f} s | "
            f"{_gigabytes(compiled['peak_bytes'])} | {_gigabytes(each['libraryBytes'])} | "
            f"{_gigabytes(each['peakBytes'])} | {figures} |")
    return lines + [""]


def _families(measured):
    """Ours alone, by what `transept bench` says of each."""
    lines = ["# Other architectures", "", "Random weights. Milliseconds of the best run (decode: of one step), end to "
             "end in tokens a second, and the share of what this machine could do at most.", ""]
    for name, threads in dict.fromkeys((each["name"], each["threads"]) for each in measured):
        chosen = [each for each in measured if (each["name"], each["threads"]) == (name, threads)]
        table = [["workload", *(each["type"] for each in chosen)], ["---", *["---:"] * len(chosen)]]
        for workload in dict.fromkeys(figure["name"] for each in chosen for figure in each["figures"]):
            cells = [workload]
            for each in chosen:
                figure = next((one for one in each["figures"] if one["name"] == workload), None)
                best = figure and figure["best"]
                cells.append(f"{best:.{2 if best < 10 else 1 if best < 100 else 0}f}, "
                             f"{100 * figure['fraction_of_limit']:.0f} %" if figure else "")
            table.append(cells)
        lines += [f"## {name}, {_threads(threads)}, {chosen[0]['parameters'] / 1e6:.0f} M parameters", "",
                  *_lines(table), ""]
    return lines


def _gigabytes(count):
    return f"{count / 1e9:.2f} GB"


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
            shares = [result["sameIds"].get(search, {}).get(program)
                      for search in ("greedy", "beam 4")]
            same = ["" if share is None else f"{100 * share:.0f} %" for share in shares]
            lines.append(f"| {result['name']} | {result['threads']} | {program} | "
                         f"{seconds * 1e3:.0f} ms | {same[0]} | {same[1]} |")
    return lines

# SPDX-License-Identifier: Apache-2.0
"""What was reached of the bars of docs/decisions/0013-bars.md, as a table: of opus-base, and
ratios to the fastest peer of the same or a higher precision."""

MODEL = "opus-base"


def table(rows, results):
    """Lines of Markdown from report.comparisons(results); none where the model was not measured."""
    rows = {(row["threads"], row["type"], row["workload"]): row for row in rows
            if row["model"] == MODEL}
    threads = sorted({key[0] for key in rows})
    if not threads:
        return []
    lines = ["| bar | " + " | ".join(f"reached, {count} thread{'s' if count > 1 else ''}"
                                     for count in threads) + " |",
             "| --- |" + " --- |" * len(threads)]
    for name, reached in BARS:
        cells = [reached(_Figures(rows, count)) for count in threads]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    opened = [seconds for result in results if result["name"] == MODEL
              for program, seconds in result["openSeconds"].items()
              if program.startswith("Transept")]
    lines.append("| opening under 10 ms | " + " | ".join(
        [f"{1e3 * max(opened):.1f} ms at most"] + [""] * (len(threads) - 1)) + " |")
    return lines


class _Figures:
    """Of one number of threads."""

    def __init__(self, rows, threads):
        self.rows, self.threads = rows, threads

    def _find(self, kind, start, key):
        return [row[key] for (threads, row_kind, workload), row in self.rows.items()
                if threads == self.threads and row_kind == kind and workload.startswith(start)
                and row[key]]

    def ratio(self, kind, start):
        return _range(self._find(kind, start, "ratio"), "{:.2f}x")

    def limit(self, kind, *starts):
        found = [100 * each for start in starts for each in self._find(kind, start, "fraction")]
        return _range(found, "{:.0f} %")

    def limits(self, start):
        kinds = dict.fromkeys(key[1] for key in self.rows)
        return ", ".join(f"{kind} {self.limit(kind, start)}" for kind in kinds
                         if self._find(kind, start, "fraction"))

    def beside_one(self, workload):
        """Time of a step beside one of a single hypothesis, of each type."""
        texts = []
        for threads, kind, name in self.rows:
            one = self.rows.get((threads, kind, "decode, 1 hypothesis"))
            if threads == self.threads and name == workload and one:
                times = self.rows[threads, kind, name]["ours"]["best"] / one["ours"]["best"]
                texts.append(f"{kind} {times:.2f}x")
        return ", ".join(texts)

    def gain(self, start):
        """How many times as fast as with one thread."""
        found = []
        for (threads, kind, workload), row in self.rows.items():
            alone = self.rows.get((1, kind, workload))
            if threads == self.threads != 1 and alone and workload.startswith(start):
                found.append(alone["ours"]["best"] / row["ours"]["best"])
        return _range(found, "{:.2f}x")


def _range(numbers, form):
    if not numbers:
        return "-"
    least, most = form.format(min(numbers)), form.format(max(numbers))
    return least if least == most else f"{least} to {most}"


LONG = ("encode 1 x 256", "encode 1 x 512", "encode 8 x 64", "encode 32 x 64")
BARS = (
    ("f32 encode: 1.15x the best peer", lambda each: each.ratio("f32", "encode")),
    ("f32 encode: 85 % of the limit from 256 rows on", lambda each: each.limit("f32", *LONG)),
    ("bf16 encode: 6x the best f32 peer", lambda each: each.ratio("bf16", "encode")),
    ("int8 encode: 4x the best peer", lambda each: each.ratio("int8", "encode")),
    ("decode, 1 hypothesis: 85 % of the limit", lambda each: each.limits("decode, 1 h")),
    ("beam 4: at most 1.25x the time of 1", lambda each: each.beside_one("decode, beam 4")),
    ("batch 8: at most 1.25x the time of 1", lambda each: each.beside_one("decode, batch 8")),
    ("int8 beam 4: 2x the best peer", lambda each: each.ratio("int8", "decode, beam 4")),
    ("int8 batch 8: 2x the best peer", lambda each: each.ratio("int8", "decode, batch 8")),
    ("int8 batch 32: 3.5x the best peer", lambda each: each.ratio("int8", "decode, batch 32")),
    ("int8 end to end, greedy: 5x the best peer",
     lambda each: each.ratio("int8", "end to end, greedy")),
    ("int8 end to end, beam 4: 8x the best peer",
     lambda each: each.ratio("int8", "end to end, beam 4")),
    ("2 threads: 1.8x of one, encode", lambda each: each.gain("encode")),
    ("2 threads: 1.8x of one, decode", lambda each: each.gain("decode")),
    ("2 threads: 1.8x of one, end to end", lambda each: each.gain("end to end")),
)

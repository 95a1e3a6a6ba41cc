"""Padding on the left changes nothing for models that count positions without it.

left_padded.py TRANSEPT LIBRARY CHECKPOINT FOLDER: moves the padding of the recorded batches to the left,
where the recorded results must stay the same, and runs `transept verify` on them.
"""

import json
import pathlib
import struct
import subprocess
import sys

transept, library, checkpoint, folder = sys.argv[1:]
checkpoint, folder = pathlib.Path(checkpoint), pathlib.Path(folder)
data = bytearray((checkpoint / "goldens.safetensors").read_bytes())
size = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + size])


def shape_and_begin(tensor: str) -> tuple[list[int], int]:
    return header[tensor]["shape"], 8 + size + header[tensor]["data_offsets"][0]


def rotate(tensor: str, padding: list[int]) -> None:
    """Moves the last columns of each row of [rows, columns, ...] to its beginning."""
    (rows, columns, *_), begin = shape_and_begin(tensor)
    end = 8 + size + header[tensor]["data_offsets"][1]
    row_bytes = (end - begin) // rows
    for row in range(rows):
        start = begin + row * row_bytes
        content = data[start:start + row_bytes]
        cut = row_bytes - padding[row] * (row_bytes // columns)
        data[start:start + row_bytes] = content[cut:] + content[:cut]


goldens = json.loads((checkpoint / "goldens.json").read_text())
cases, rotated = [], set()
for case in goldens["cases"]:
    mask = case["inputs"].get("attention_mask")
    if not mask or shape_and_begin(mask)[0][0] == 1:
        continue
    case["outputs"] = {name: tensor for name, tensor in case["outputs"].items()
                       if name in ("logits", "encoder_last_hidden_state", "sequences", "sequences_scores")}
    # Rules about the source's tokens see its padding, too.
    if case.get("generation_args", {}).get("encoder_no_repeat_ngram_size"):
        continue
    cases.append(case)
    if mask in rotated:
        continue
    (rows, columns), begin = shape_and_begin(mask)
    width = (header[mask]["data_offsets"][1] - header[mask]["data_offsets"][0]) // (rows * columns)
    padding = [sum(not any(data[begin + (row * columns + column) * width:][:width]) for column in range(columns))
               for row in range(rows)]
    for tensor in {mask, case["inputs"]["input_ids"], case["outputs"].get("encoder_last_hidden_state")} - {None}:
        rotate(tensor, padding)
    rotated.add(mask)
if not any(case["kind"] == "forward" for case in cases):
    sys.exit("no padded batch was recorded")
goldens["cases"] = cases
folder.mkdir(parents=True, exist_ok=True)
(folder / "goldens.json").write_text(json.dumps(goldens))
(folder / "goldens.safetensors").write_bytes(data)
sys.exit(subprocess.run([transept, "verify", library, folder]).returncode)

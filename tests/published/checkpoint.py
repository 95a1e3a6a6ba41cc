# SPDX-License-Identifier: Apache-2.0
"""Writes the files of a checkpoint folder."""

import json


def write_safetensors(path, tensors):
    """Name -> anything with type, shape and data. The format: the header's length in 8 bytes, the
    header as JSON, the numbers."""
    header, offset = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": tensor.type, "shape": list(tensor.shape),
                        "data_offsets": [offset, offset + len(tensor.data)]}
        offset += len(tensor.data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for tensor in tensors.values():
            file.write(tensor.data)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2))

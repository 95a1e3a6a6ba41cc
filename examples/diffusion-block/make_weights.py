# Writes random weights for unet_block.mlir as DIRECTORY/model.safetensors: no trained U-Net is needed
# to see what is computed when, and how long it takes.
import array
import json
import pathlib
import random
import struct
import sys

CHANNELS, TEXT, HIDDEN = 320, 768, 1280
SHAPES = {}
for norm in ("norm1", "norm2", "norm3"):
    SHAPES[f"{norm}.weight"] = SHAPES[f"{norm}.bias"] = (CHANNELS,)
for attention, width in (("attn1", CHANNELS), ("attn2", TEXT)):
    SHAPES[f"{attention}.to_q.weight"] = (CHANNELS, CHANNELS)
    SHAPES[f"{attention}.to_k.weight"] = (CHANNELS, width)
    SHAPES[f"{attention}.to_v.weight"] = (CHANNELS, width)
    SHAPES[f"{attention}.to_out.0.weight"] = (CHANNELS, CHANNELS)
    SHAPES[f"{attention}.to_out.0.bias"] = (CHANNELS,)
SHAPES["ff.net.0.proj.weight"] = (2 * HIDDEN, CHANNELS)
SHAPES["ff.net.0.proj.bias"] = (2 * HIDDEN,)
SHAPES["ff.net.2.weight"] = (CHANNELS, HIDDEN)
SHAPES["ff.net.2.bias"] = (CHANNELS,)

generator = random.Random(1)
header, data = {}, bytearray()
for name, shape in sorted(SHAPES.items()):
    count = shape[0] * (shape[1] if len(shape) == 2 else 1)
    reach = (3.0 / shape[-1]) ** 0.5 if len(shape) == 2 else 0.1
    offset = 1.0 if name.startswith("norm") and name.endswith("weight") else 0.0
    numbers = array.array("f", (offset + generator.uniform(-reach, reach) for _ in range(count)))
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * count]}
    data += numbers.tobytes()
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
directory = pathlib.Path(sys.argv[1])
directory.mkdir(parents=True, exist_ok=True)
(directory / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)

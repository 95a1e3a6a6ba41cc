#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes flat_patches.json: what transformers' Pix2StructImageProcessor makes of pseudorandom images.

pip install transformers==4.57.6 torch==2.15.0 pillow; make_flat_patches.py > flat_patches.json"""
import json

import numpy
import transformers
from PIL import Image
from transformers import Pix2StructImageProcessor


def random_image(width, height):
    """That of References.h."""
    state, values = 1, []
    for _ in range(width * height * 3):
        state = (1664525 * state + 1013904223) & 0xFFFFFFFF
        values.append(state >> 24)
    return numpy.array(values, numpy.uint8).reshape(height, width, 3)


def case(name, image, patch, budget):
    processor = Pix2StructImageProcessor(patch_size={"height": patch[0], "width": patch[1]}, max_patches=budget)
    result = processor(images=Image.fromarray(image), return_tensors="np")
    rows = result["flattened_patches"][0][result["attention_mask"][0] > 0]
    height, width = image.shape[:2]
    return {"image": name, "size": [width, height], "patch": patch, "max_patches": budget, "rows": len(rows),
            "width": rows.shape[1], "step": 13, "values": [float(f"{each:.9g}") for each in rows.ravel()[::13][:80]],
            "last_row": [float(f"{each:.9g}") for each in rows[-1][:40]]}


cases = [case("random", random_image(*size), patch, budget) for size, patch, budget in
         [((37, 23), [4, 4], 12), ((5, 61), [4, 4], 20), ((200, 130), [8, 8], 30), ((3, 2), [4, 4], 50),
          ((64, 64), [16, 16], 16), ((90, 40), [6, 4], 25), ((1, 300), [4, 4], 9)]]
cases.append(case("gray", numpy.full((20, 30, 3), 77, numpy.uint8), [4, 4], 16))
print(json.dumps({"made_with": {"transformers": transformers.__version__}, "cases": cases}, indent=1))

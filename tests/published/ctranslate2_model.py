# SPDX-License-Identifier: Apache-2.0
"""Reads the weights of model.bin, CTranslate2's file for a model, without CTranslate2: its own
library runs such models but does not hand out what is in them."""

import struct
from dataclasses import dataclass

# Numbers of its types -> how safetensors call them. Others (int16, bfloat16) occur in no package here.
TYPES = {0: "F32", 1: "I8", 2: "I16", 3: "I32", 4: "F16"}


@dataclass(frozen=True)
class Tensor:
    type: str
    shape: tuple
    data: bytes

    def rows(self, begin, count):
        """Part of a fused tensor, whose rows lie one after another."""
        size = len(self.data) // self.shape[0]
        return Tensor(self.type, (count, *self.shape[1:]),
                      self.data[begin * size:(begin + count) * size])

    def number(self):
        return int.from_bytes(self.data, "little", signed=True)


def read_model(path):
    """Name -> tensor; the second name of a tensor that has two is left out."""
    with open(path, "rb") as file:
        def numbers(layout):
            layout = "<" + layout
            return struct.unpack(layout, file.read(struct.calcsize(layout)))

        def text():
            return file.read(numbers("H")[0]).rstrip(b"\0").decode()

        version = numbers("I")[0]
        if version != 6:
            raise ValueError(f"{path}: found version {version}, supported is 6")
        text()  # the class of the model
        numbers("I")  # its revision
        tensors = {}
        for _ in range(numbers("I")[0]):
            name = text()
            shape = numbers(f"{numbers('B')[0]}I")
            type, size = numbers("BI")
            tensors[name] = Tensor(TYPES[type], shape, file.read(size))
        return tensors

# SPDX-License-Identifier: Apache-2.0
"""What holds for every family of models unless one says otherwise."""

import numpy
from onnx import TensorProto


class Family:
    score_scale = None  # 1 / sqrt(head size)
    source_length = "length"  # of cross-attention's keys: open, or a number

    def __init__(self, shape, tensors, graph, form):
        self.shape, self.tensors, self.graph, self.form = shape, tensors, graph, form

    def read_source(self):
        """[sources, length], rows of that shape, and the bias of the encoder's scores."""
        ids = self.graph.input("ids", TensorProto.INT64, ["sources", "length"])
        length = self.graph.node("Shape", [ids], start=1)
        rows = self.embed(ids, self.encoder_positions(length))
        return self.graph.node("Shape", [ids]), rows, self.encoder_bias(length)

    def constant(self, name):
        return self.graph.constant(name, self.tensors[name])

    def encoder_positions(self, length):
        return ""

    def step_positions(self, position):
        return ""

    def encoder_bias(self, length):
        return ""

    def step_bias(self, position):
        return ""

    def product(self, rows, names):
        """One product with the weights of several names; where only some have biases the others'
        are 0."""
        weights = [self.tensors[name + ".weight"] for name in names]
        biases = None
        if any(name + ".bias" in self.tensors for name in names):
            biases = numpy.concatenate([
                self.tensors.get(name + ".bias", numpy.zeros(len(weight), numpy.float32))
                for name, weight in zip(names, weights)])
        return self.graph.linear(rows, names[0], numpy.concatenate(weights), biases)

    def products(self, rows, names):
        """A value for each name, of weights of one size."""
        if self.form.fuses:
            return self.graph.node("Split", [self.product(rows, names)], count=len(names), axis=1)
        return [self.product(rows, [name]) for name in names]

# SPDX-License-Identifier: Apache-2.0
"""Whisper: Marian's layers with norms before each sublayer, over frames of sound that two
convolutions make rows of; learned positions."""

from onnx import TensorProto

from . import forms
from .marian import Marian


class Whisper(Marian):
    def __init__(self, shape, tensors, graph, form):
        super().__init__(shape, tensors, graph, form)
        self.source_length = shape.positions

    def read_source(self):
        graph = self.graph
        frames = graph.input("features", TensorProto.FLOAT,
                             ["sources", 2 * self.shape.positions, self.shape.bands])
        columns = graph.node("Transpose", [frames], perm=[0, 2, 1])
        for number in (1, 2):
            name = f"model.encoder.conv{number}"
            convolved = graph.node("Conv", [columns, self.constant(name + ".weight"),
                                            self.constant(name + ".bias")],
                                   kernel_shape=[3], pads=[1, 1], strides=[number])
            columns = self.activate(convolved)
        rows = graph.node("Add", [graph.node("Transpose", [columns], perm=[0, 2, 1]),
                                  self.constant("model.encoder.embed_positions.weight")])
        return graph.node("Shape", [rows], end=2), rows, ""

    def embed(self, ids, positions):
        rows = self.graph.node("Gather", [self.constant("model.decoder.embed_tokens.weight"), ids])
        return self.graph.node("Add", [rows, positions])

    def step_positions(self, position):
        return self.graph.node("Gather", [self.constant("model.decoder.embed_positions.weight"),
                                          position])

    def begin(self, rows, side):
        parts = self.norm_parts(f"model.{side}.layers.0.self_attn_layer_norm")
        return rows, forms.norm(self.graph, rows, parts, epsilon=1e-5)

    def close(self, state, change, layer, sublayer, side):
        """Adds, and norms for the sublayer that follows."""
        following = "final"
        if sublayer == "feed_forward":
            layer, following = layer + 1, "self_attn"
        elif sublayer == "self" and side == "decoder":
            following = "encoder_attn"
        name = f"model.{side}.layers.{layer}.{following}_layer_norm"
        if layer == self.shape.layers:
            name = f"model.{side}.layer_norm"
        total = self.graph.node("Add", [state, change])
        return total, forms.norm(self.graph, total, self.norm_parts(name), epsilon=1e-5)

    def activate(self, rows):
        return forms.gelu(self.graph, rows)

    def logits(self, rows):
        name = "model.decoder.embed_tokens.weight"
        return self.graph.linear(rows, name + ".logits", self.tensors[name])

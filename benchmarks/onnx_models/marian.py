# SPDX-License-Identifier: Apache-2.0
"""Marian: norms behind each sublayer, sinusoidal positions, biases."""

import math

from checkpoints import sinusoidal_positions

from . import forms
from .family import Family


class Marian(Family):
    def embed(self, ids, positions):
        graph = self.graph
        rows = graph.node("Mul", [graph.node("Gather", [self.constant("model.shared.weight"), ids]),
                                  graph.number(math.sqrt(self.shape.hidden))])
        return graph.node("Add", [rows, positions])

    def begin(self, rows, side):
        """The state that goes from layer to layer, and the rows that the first sublayer reads."""
        return rows, rows

    def norm_parts(self, name):
        return [self.constant(f"{name}.{part}") for part in ("weight", "bias")]

    def close(self, state, change, layer, sublayer, side):
        module = {"self": "self_attn", "cross": "encoder_attn", "feed_forward": "final"}[sublayer]
        name = f"model.{side}.layers.{layer}.{module}_layer_norm"
        rows = forms.norm(self.graph, self.graph.node("Add", [state, change]),
                          self.norm_parts(name), epsilon=1e-5)
        return rows, rows

    def attention(self, block, is_cross):
        """Names of query, key, value and output of a layer."""
        name = "model.{}.layers.{}.".format(*block) + ("encoder_attn" if is_cross else "self_attn")
        return [f"{name}.{part}" for part in ("q_proj", "k_proj", "v_proj", "out_proj")]

    def activate(self, rows):
        return forms.swish(self.graph, rows)

    def feed_forward(self, rows, side, layer):
        name = f"model.{side}.layers.{layer}."
        return self.product(self.activate(self.product(rows, [name + "fc1"])), [name + "fc2"])

    def encoder_positions(self, length):
        table = self.graph.constant("positions", sinusoidal_positions(self.shape))
        zero = self.graph.integers(0)
        return self.graph.node("Slice", [table, zero, length, zero])

    def step_positions(self, position):
        table = self.graph.constant("positions", sinusoidal_positions(self.shape))
        return self.graph.node("Gather", [table, position])

    def logits(self, rows):
        return self.graph.linear(rows, "shared", self.tensors["model.shared.weight"],
                                 self.tensors["final_logits_bias"].reshape(-1))

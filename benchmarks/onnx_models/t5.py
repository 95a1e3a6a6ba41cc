# SPDX-License-Identifier: Apache-2.0
"""T5: norms before each sublayer, relative positions, no biases, scores not scaled."""

import numpy

from checkpoints import relative_buckets

from . import forms
from .family import Family


class T5(Family):
    score_scale = 1.0

    def embed(self, ids, positions):
        return self.graph.node("Gather", [self.constant("shared.weight"), ids])

    def _gain(self, name, scale=1.0):
        return self.graph.constant(name, self.tensors[name] * numpy.float32(scale))

    def begin(self, rows, side):
        gain = self._gain(side + ".block.0.layer.0.layer_norm.weight")
        return rows, forms.norm(self.graph, rows, [gain], epsilon=1e-6)

    def close(self, state, change, layer, sublayer, side):
        """Adds, and norms for the sublayer that follows."""
        number, scale = {"self": 1, "cross": 2, "feed_forward": 0}[sublayer], 1.0
        following = f"{side}.block.{layer}.layer.{number}.layer_norm.weight"
        if sublayer == "feed_forward":
            following = f"{side}.block.{layer + 1}.layer.0.layer_norm.weight"
            if layer + 1 == self.shape.layers:
                following = side + ".final_layer_norm.weight"
                if side == "decoder" and self.shape.is_tied:
                    scale = self.shape.hidden ** -0.5
        total = self.graph.node("Add", [state, change])
        gain = self._gain(following, scale)
        return total, forms.norm(self.graph, total, [gain], epsilon=1e-6)

    def attention(self, block, is_cross):
        """Names of query, key, value and output of a layer."""
        name = "{}.block.{}.layer.".format(*block)
        name += "1.EncDecAttention." if is_cross else "0.SelfAttention."
        return [name + part for part in "qkvo"]

    def feed_forward(self, rows, side, layer):
        name = f"{side}.block.{layer}.layer.{1 if side == 'encoder' else 2}.DenseReluDense."
        if self.shape.is_gated:
            gate, value = self.products(rows, [name + "wi_0", name + "wi_1"])
            active = self.graph.node("Mul", [forms.tanh_gelu(self.graph, gate), value])
        else:
            active = self.graph.node("Relu", [self.product(rows, [name + "wi"])])
        return self.product(active, [name + "wo"])

    def _table(self, side):
        return self.tensors[f"{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"]

    def encoder_bias(self, length):
        """[1, heads, length, length], cut from a constant of the longest."""
        places = numpy.arange(self.shape.positions)
        buckets = relative_buckets(places[None, :] - places[:, None], is_bidirectional=True)
        bias = self._table("encoder")[buckets].transpose(2, 0, 1)[None]
        graph = self.graph
        return graph.node("Slice", [graph.constant("encoder_bias", bias), graph.integers(0, 0),
                                    graph.node("Concat", [length, length], axis=0),
                                    graph.integers(2, 3)])

    def step_bias(self, position):
        """[1, heads, 1, position + 1]: the end of one row that counts distances down to 0."""
        last = self.shape.positions - 1
        buckets = relative_buckets(numpy.arange(-last, 1), is_bidirectional=False)
        bias = self._table("decoder")[buckets].T[None, :, None, :]
        graph = self.graph
        start = graph.node("Sub", [graph.integers(last), position])
        return graph.node("Slice", [graph.constant("step_bias", bias), start,
                                    graph.integers(last + 1), graph.integers(3)])

    def logits(self, rows):
        name = "shared" if self.shape.is_tied else "lm_head"
        return self.graph.linear(rows, name + ".logits", self.tensors[name + ".weight"])

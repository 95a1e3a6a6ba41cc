#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a Marian checkpoint as encoder.onnx and decoder.onnx, the way exporters do.

usage: make_onnx.py CHECKPOINT DIRECTORY

encoder.onnx   ids [B, S] -> states [B, S, D], and for each decoder layer the keys and values of
               cross-attention [B, H, S, D/H]
decoder.onnx   one step: ids [B, 1], position [1], past keys and values of self-attention
               [B, H, P, D/H], those of cross-attention -> logits [B, V], next = ArgMax [B], present
               keys and values [B, H, P+1, D/H]

Opset 17, plain operators: Gather, MatMul, Add, Reshape, Transpose, Softmax, LayerNormalization,
Sigmoid and Mul, Concat. The scale of attention is a Mul of its own and weights are transposed, as
exporters leave them. There is no attention mask: it would only cost the peer time.
Needs numpy and onnx.
"""
import json
import pathlib
import struct
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


def read_safetensors(path):
    data = numpy.memmap(path, dtype=numpy.uint8, mode="r")
    (size,) = struct.unpack("<Q", bytes(data[:8]))
    tensors = {}
    for name, item in json.loads(bytes(data[8 : 8 + size])).items():
        begin, end = (8 + size + offset for offset in item["data_offsets"])
        tensors[name] = data[begin:end].view(numpy.float32).reshape(item["shape"])
    return tensors


def sinusoids(positions, width):
    """Marian's table: all sines, then all cosines."""
    angles = numpy.arange(positions)[:, None] / numpy.power(
        10000, 2 * numpy.arange(width // 2)[None, :] / width)
    return numpy.concatenate([numpy.sin(angles), numpy.cos(angles)], 1).astype(numpy.float32)


class Graph:
    """Collects the nodes of one model; methods return the names of values."""

    def __init__(self, checkpoint):
        self.config = json.loads((checkpoint / "config.json").read_text())
        self.tensors = read_safetensors(checkpoint / "model.safetensors")
        self.width = self.config["d_model"]
        self.heads = self.config["encoder_attention_heads"]
        self.nodes, self.initializers, self.inputs, self.outputs = [], {}, [], []

    def constant(self, name, value):
        self.initializers.setdefault(name, numpy.ascontiguousarray(value))
        return name

    def integers(self, *values):
        return self.constant("integers_" + "_".join(map(str, values)),
                             numpy.array(values, numpy.int64))

    def node(self, operator, *inputs, output=None, **attributes):
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output or name], name, **attributes))
        return output or name

    def input(self, name, element, *shape):
        self.inputs.append(helper.make_tensor_value_info(name, element, shape))
        return name

    def output(self, name, element, *shape):
        self.outputs.append(helper.make_tensor_value_info(name, element, shape))

    def weight(self, name):
        return self.constant(name, self.tensors[name])

    def linear(self, value, name):
        transposed = self.constant(name + ".transposed", self.tensors[name + ".weight"].T)
        return self.node("Add", self.node("MatMul", value, transposed),
                         self.weight(name + ".bias"))

    def norm(self, value, name):
        return self.node("LayerNormalization", value, self.weight(name + ".weight"),
                         self.weight(name + ".bias"), axis=-1, epsilon=1e-5)

    def split(self, value, output=None):
        """[B, T, D] -> [B, H, T, D/H]"""
        shape = self.integers(0, -1, self.heads, self.width // self.heads)
        return self.node("Transpose", self.node("Reshape", value, shape), perm=[0, 2, 1, 3],
                         output=output)

    def attention(self, value, keys, values, place):
        """value is [B, T, D]; keys and values are [B, H, S, D/H]."""
        scale = self.constant("scale", numpy.float32((self.width // self.heads) ** -0.5))
        queries = self.split(self.node("Mul", self.linear(value, place + ".q_proj"), scale))
        scores = self.node("MatMul", queries, self.node("Transpose", keys, perm=[0, 1, 3, 2]))
        mixed = self.node("MatMul", self.node("Softmax", scores, axis=-1), values)
        merged = self.node("Reshape", self.node("Transpose", mixed, perm=[0, 2, 1, 3]),
                           self.integers(0, -1, self.width))
        result = self.linear(merged, place + ".out_proj")
        return self.norm(self.node("Add", value, result), place + "_layer_norm")

    def feed_forward(self, value, place):
        inner = self.linear(value, place + "fc1")
        inner = self.node("Mul", inner, self.node("Sigmoid", inner))
        result = self.linear(inner, place + "fc2")
        return self.norm(self.node("Add", value, result), place + "final_layer_norm")

    def embed(self, ids, positions):
        scale = self.constant("embedding_scale", numpy.float32(self.width**0.5))
        rows = self.node("Mul", self.node("Gather", self.weight("model.shared.weight"), ids), scale)
        table = self.constant(
            "positions", sinusoids(self.config["max_position_embeddings"], self.width))
        return self.node("Add", rows, self.node("Gather", table, positions))

    def save(self, path):
        graph = helper.make_graph(
            self.nodes, path.stem, self.inputs, self.outputs,
            [numpy_helper.from_array(value, name) for name, value in self.initializers.items()])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, path)


def encoder(checkpoint, path):
    graph = Graph(checkpoint)
    ids = graph.input("ids", TensorProto.INT64, "B", "S")
    length = graph.node("Gather", graph.node("Shape", ids),
                        graph.constant("one", numpy.array(1, numpy.int64)))
    zero = graph.constant("zero", numpy.array(0, numpy.int64))
    value = graph.embed(ids, graph.node("Range", zero, length, "one"))
    for layer in range(graph.config["encoder_layers"]):
        place = f"model.encoder.layers.{layer}."
        keys = graph.split(graph.linear(value, place + "self_attn.k_proj"))
        values = graph.split(graph.linear(value, place + "self_attn.v_proj"))
        value = graph.attention(value, keys, values, place + "self_attn")
        value = graph.feed_forward(value, place)
    graph.nodes[-1].output[0] = value = "states"
    graph.output("states", TensorProto.FLOAT, "B", "S", graph.width)
    for layer in range(graph.config["decoder_layers"]):
        for kind in "key", "value":
            place = f"model.decoder.layers.{layer}.encoder_attn.{kind[0]}_proj"
            name = graph.split(graph.linear(value, place), f"cross_{kind}_{layer}")
            graph.output(name, TensorProto.FLOAT, "B", graph.heads, "S", graph.width // graph.heads)
    graph.save(path)


def decoder(checkpoint, path):
    graph = Graph(checkpoint)
    head = graph.heads, graph.width // graph.heads
    ids = graph.input("ids", TensorProto.INT64, "B", 1)
    value = graph.embed(ids, graph.input("position", TensorProto.INT64, 1))
    for layer in range(graph.config["decoder_layers"]):
        place = f"model.decoder.layers.{layer}."
        present, cross = [], []
        for kind in "key", "value":
            past = graph.input(f"past_{kind}_{layer}", TensorProto.FLOAT, "B", head[0], "P", head[1])
            new = graph.split(graph.linear(value, f"{place}self_attn.{kind[0]}_proj"))
            name = f"present_{kind}_{layer}"
            present.append(graph.node("Concat", past, new, axis=2, output=name))
            graph.output(name, TensorProto.FLOAT, "B", head[0], "P+1", head[1])
            cross.append(graph.input(f"cross_{kind}_{layer}", TensorProto.FLOAT, "B", head[0], "S",
                                     head[1]))
        value = graph.attention(value, *present, place + "self_attn")
        value = graph.attention(value, *cross, place + "encoder_attn")
        value = graph.feed_forward(value, place)
    row = graph.node("Reshape", value, graph.integers(-1, graph.width))
    transposed = graph.constant("output.transposed", graph.tensors["model.shared.weight"].T)
    bias = graph.constant("output.bias", graph.tensors["final_logits_bias"].reshape(-1))
    graph.node("Add", graph.node("MatMul", row, transposed), bias, output="logits")
    graph.output("logits", TensorProto.FLOAT, "B", graph.config["vocab_size"])
    graph.node("ArgMax", "logits", axis=-1, keepdims=0, output="next")
    graph.output("next", TensorProto.INT64, "B")
    graph.save(path)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    checkpoint, directory = map(pathlib.Path, sys.argv[1:])
    directory.mkdir(parents=True, exist_ok=True)
    encoder(checkpoint, directory / "encoder.onnx")
    decoder(checkpoint, directory / "decoder.onnx")


if __name__ == "__main__":
    main()

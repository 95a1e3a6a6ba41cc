# SPDX-License-Identifier: Apache-2.0
"""The forms in which one model can be written as a graph. Which of them ONNX Runtime runs fastest
depends on the type, the shape and the number of rows, so all are measured."""

import math
from dataclasses import dataclass

from onnx import TensorProto


@dataclass(frozen=True)
class Form:
    name: str
    # Whether projections of the same rows are one product, attention is ONNX Runtime's own op and
    # self caches grow in place. Otherwise all is standard ops, as an export has them, and a step's
    # caches are results that the next step reads.
    fuses: bool


FORMS = {form.name: form for form in (Form("fused", fuses=True), Form("plain", fuses=False))}

# Norms and activations are standard ops in both: ONNX Runtime fuses activations by itself, and its
# SkipLayerNormalization takes several times as long as Add and LayerNormalization on a processor.


def norm(graph, rows, parts, epsilon):
    """LayerNormalization with gain and shift, or T5's norm where `parts` is a gain alone."""
    if len(parts) == 2:
        return graph.node("LayerNormalization", [rows, *parts], axis=-1, epsilon=epsilon)
    squares = graph.node("Pow", [rows, graph.number(2.0)])
    mean = graph.node("ReduceMean", [squares], axes=[-1], keepdims=1)
    root = graph.node("Sqrt", [graph.node("Add", [mean, graph.number(epsilon)])])
    return graph.node("Mul", [graph.node("Div", [rows, root]), *parts])


def swish(graph, rows):
    return graph.node("Mul", [rows, graph.node("Sigmoid", [rows])])


def gelu(graph, rows):
    inner = graph.node("Erf", [graph.node("Div", [rows, graph.number(math.sqrt(2))])])
    inner = graph.node("Add", [inner, graph.number(1.0)])
    return graph.node("Mul", [graph.node("Mul", [rows, inner]), graph.number(0.5)])


def tanh_gelu(graph, rows):
    cube = graph.node("Mul", [graph.node("Pow", [rows, graph.number(3.0)]), graph.number(0.044715)])
    inner = graph.node("Mul", [graph.node("Add", [rows, cube]), graph.number(math.sqrt(2 / math.pi))])
    inner = graph.node("Add", [graph.node("Tanh", [inner]), graph.number(1.0)])
    return graph.node("Mul", [graph.node("Mul", [rows, graph.number(0.5)]), inner])


def encoder_attention(graph, form, family, parts, places, bias):
    """parts: query, key and value, [sources x length, inner] each; places: [sources, length]."""
    shape = family.shape
    if form.fuses:
        split = graph.node("Concat", [places, graph.integers(-1)], axis=0)
        inputs = [graph.node("Reshape", [part, split]) for part in parts]
        return graph.fused("MultiHeadAttention", inputs + (["", "", bias] if bias else []),
                           **attributes(family))
    heads = graph.node("Concat", [places, graph.integers(shape.heads, shape.head_size)], axis=0)
    query, key, value = (graph.node("Reshape", [part, heads]) for part in parts)
    return attend(graph, family, graph.node("Transpose", [query], perm=[0, 2, 1, 3]),
                  graph.node("Transpose", [key], perm=[0, 2, 3, 1]),
                  graph.node("Transpose", [value], perm=[0, 2, 1, 3]), bias)


def attend(graph, family, query, key, value, bias):
    """Of query and value [batch, heads, length, size] and key [batch, heads, size, length]."""
    if family.score_scale is None:
        query = graph.node("Mul", [query, graph.number(family.shape.head_size ** -0.5)])
    scores = graph.node("MatMul", [query, key])
    if bias:
        scores = graph.node("Add", [scores, bias])
    mixed = graph.node("MatMul", [graph.node("Softmax", [scores], axis=-1), value])
    return graph.node("Transpose", [mixed], perm=[0, 2, 1, 3])


def cross_attention(graph, form, family, query, layer):
    """The hypotheses of one source are queries over the same keys, which are not repeated."""
    shape, caches = family.shape, (f"cross_key_{layer}", f"cross_value_{layer}")
    sources = graph.node("Shape", [caches[0]], start=0, end=1)
    if form.fuses:
        place = graph.node("Concat", [sources, graph.integers(-1, shape.inner)], axis=0)
        return graph.fused("MultiHeadAttention", [graph.node("Reshape", [query, place]), *caches],
                           **attributes(family))
    place = graph.node("Concat", [sources, graph.integers(-1, shape.heads, shape.head_size)], axis=0)
    query = graph.node("Transpose", [graph.node("Reshape", [query, place])], perm=[0, 2, 1, 3])
    return attend(graph, family, query, graph.node("Transpose", [caches[0]], perm=[0, 1, 3, 2]),
                  caches[1], "")


def self_attention(graph, form, family, rows, layer, bias):
    """Of one new position a row over its cache, which grows by it."""
    shape = family.shape
    caches = [f"self_key_{layer}", f"self_value_{layer}"]
    results = [f"new_self_key_{layer}", f"new_self_value_{layer}"]
    names = family.attention(("decoder", layer), is_cross=False)[:3]
    if form.fuses:
        packed = graph.reshape(family.product(rows, names), -1, 1, 3 * shape.inner)
        inputs = [packed, "", "", *caches, "last_keys", "key_count"]
        mixed, *_ = graph.fused("GroupQueryAttention",
                                inputs + (["", "", "", bias] if bias else []),
                                outputs=[f"self_mixed_{layer}", *results],
                                kv_num_heads=shape.heads, **attributes(family))
    else:
        query, *new = (graph.reshape(part, -1, shape.heads, 1, shape.head_size)
                       for part in family.products(rows, names))
        for cache, part, result in zip(caches, new, results):
            if "parents" in (each.name for each in graph.inputs):
                cache = graph.node("Gather", [cache, "parents"], axis=0)
            graph.node("Concat", [cache, part], outputs=[result], axis=2)
        key = graph.node("Transpose", [results[0]], perm=[0, 1, 3, 2])
        mixed = attend(graph, family, query, key, results[1], bias)
    for result in results:
        graph.output(result, result, TensorProto.FLOAT,
                     ["rows", shape.heads, "capacity" if form.fuses else "filled", shape.head_size])
    return mixed


def attributes(family):
    scale = {} if family.score_scale is None else {"scale": family.score_scale}
    return {"num_heads": family.shape.heads, **scale}

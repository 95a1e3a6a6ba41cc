# SPDX-License-Identifier: Apache-2.0
"""The measured models as ONNX files for ONNX Runtime, written as someone would who wants them fast
there: projections merged, ONNX Runtime's own fused ops for attention and norms, the cross-attention
keys and values of all layers as results of the encoder, and a step that appends to caches in place.

Each type gives three files: encoder.onnx, greedy.onnx (a step that ends in arg-max) and beam.onnx (a
step that ends in the best candidates)."""

import hashlib
import math
import pathlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from checkpoints import BANDS, random_tensors, relative_buckets, sinusoidal_positions

TYPES = ("f32", "int8", "int4")
# Twice as many as beams: what Hugging Face's beam search looks at.
CANDIDATES = 8
# What python3-onnx 1.12 can write. 8 is the newest file format of that time.
OPSET, IR_VERSION = 17, 8
MICROSOFT = "com.microsoft"
INT4_BLOCK = 32


def write_models(shape, kind, directory):
    """Writes the three files of type `kind`, unless they are there and this code wrote them."""
    directory = pathlib.Path(directory)
    stamp = directory / "written-by"
    sources = [pathlib.Path(__file__), pathlib.Path(__file__).with_name("checkpoints.py")]
    writer = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    if stamp.exists() and stamp.read_text() == writer:
        return
    directory.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    family = {"marian": _Marian, "t5": _T5, "whisper": _Whisper}[shape.family]
    tensors = random_tensors(shape)
    for name, write in (("encoder", _encoder), ("greedy", _step), ("beam", _step)):
        graph = _Graph(kind)
        write(graph, family(shape, tensors, graph), shape, name)
        graph.save(directory / f"{name}.onnx")
    (directory / "decoder_start").write_text(str(shape.decoder_start))
    stamp.write_text(writer)


class _Graph:
    """Collects nodes and constants; values are their names."""

    def __init__(self, kind):
        self.kind = kind
        self.nodes, self.constants, self.inputs, self.outputs = [], {}, [], []

    def constant(self, name, array):
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(numpy.ascontiguousarray(array), name)
        return name

    def node(self, op, inputs, count=1, outputs=None, **attributes):
        """The op's result, or the list of them if there are several."""
        name = f"{op}_{len(self.nodes)}"
        outputs = outputs or [f"{name}_{index}" for index in range(count)]
        self.nodes.append(helper.make_node(op, inputs, outputs, name=name, **attributes))
        return outputs if len(outputs) > 1 else outputs[0]

    def fused(self, op, inputs, count=1, outputs=None, **attributes):
        return self.node(op, inputs, count, outputs, domain=MICROSOFT, **attributes)

    def input(self, name, element, dimensions):
        self.inputs.append(helper.make_tensor_value_info(name, element, dimensions))
        return name

    def output(self, value, name, element, dimensions):
        self.node("Identity", [value], outputs=[name]) if value != name else None
        self.outputs.append(helper.make_tensor_value_info(name, element, dimensions))

    def reshape(self, value, shape):
        name = "shape_" + "_".join(map(str, shape)).replace("-", "m")
        return self.node("Reshape", [value, self.constant(name, numpy.array(shape, numpy.int64))])

    def linear(self, value, name, weight, bias=None):
        """value [rows, inputs] x weight [outputs, inputs] + bias, in this graph's type."""
        biases = [self.constant(name + ".bias", bias)] if bias is not None else []
        outputs, inputs = weight.shape
        if self.kind == "f32":
            stored = self.constant(name, weight)
            return self.node("Gemm", [value, stored, *biases], transB=1)
        if self.kind == "int8":
            numbers, scales = _round_rows(weight, 127)
            stored = self.constant(name + ".int8", numbers.astype(numpy.int8).T)
            scale = self.constant(name + ".scale", scales.reshape(-1))
            return self.fused("DynamicQuantizeMatMul", [value, stored, scale, "", *biases])
        numbers, scales = _round_rows(weight.reshape(-1, INT4_BLOCK), 7)
        nibbles = (numbers + 8).astype(numpy.uint8).reshape(outputs, inputs // INT4_BLOCK, -1)
        stored = self.constant(name + ".int4", nibbles[..., 0::2] | nibbles[..., 1::2] << 4)
        scale = self.constant(name + ".scale", scales.reshape(-1))
        result = self.fused("MatMulNBits", [value, stored, scale], K=inputs, N=outputs, bits=4,
                            block_size=INT4_BLOCK, accuracy_level=4)
        return self.node("Add", [result, *biases]) if biases else result

    def save(self, path):
        graph = helper.make_graph(self.nodes, path.stem, self.inputs, self.outputs,
                                  list(self.constants.values()))
        versions = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=versions, ir_version=IR_VERSION)
        partial = path.with_suffix(".partial")
        onnx.save(model, str(partial))
        partial.rename(path)


def _round_rows(weight, largest):
    """Symmetric: numbers up to `largest` and the scale of each row."""
    scales = numpy.maximum(numpy.abs(weight).max(1, keepdims=True), 1e-12) / largest
    return numpy.rint(weight / scales), scales.astype(numpy.float32)


class _Family:
    """What holds unless a family says otherwise."""

    score_scale = None  # ONNX Runtime's default, 1 / sqrt(head size)
    source_length = "length"  # of cross-attention's keys: open, or a number

    def __init__(self, shape, tensors, graph):
        self.shape, self.tensors, self.graph = shape, tensors, graph

    def read_source(self):
        """[sources, length], rows of that shape, and the bias of the encoder's scores."""
        ids = self.graph.input("ids", TensorProto.INT64, ["sources", "length"])
        length = self.graph.node("Shape", [ids], start=1)
        rows = self.embed(ids, self.encoder_positions(length))
        return self.graph.node("Shape", [ids]), rows, self.encoder_bias(length)

    def encoder_positions(self, length):
        return ""

    def step_positions(self, position):
        return ""

    def encoder_bias(self, length):
        return ""

    def step_bias(self, position):
        return ""


class _Marian(_Family):
    """Norms behind each sublayer, sinusoidal positions, biases."""

    def embed(self, ids, positions):
        graph = self.graph
        table = graph.constant("shared", self.tensors["model.shared.weight"])
        scale = graph.constant("embedding_scale",
                               numpy.float32(math.sqrt(self.shape.hidden)).reshape(1))
        rows = graph.node("Mul", [graph.node("Gather", [table, ids]), scale])
        return graph.node("Add", [rows, positions])

    def begin(self, rows, side):
        """The state that goes from layer to layer, and the rows that the first sublayer reads."""
        return rows, rows

    def norm(self, name):
        return [self.graph.constant(f"{name}.{part}", self.tensors[f"{name}.{part}"])
                for part in ("weight", "bias")]

    def close(self, state, change, layer, sublayer, side):
        module = {"self": "self_attn", "cross": "encoder_attn", "feed_forward": "final"}[sublayer]
        norm = self.norm(f"model.{side}.layers.{layer}.{module}_layer_norm")
        rows = self.graph.fused("SkipLayerNormalization", [state, change, *norm], epsilon=1e-5)
        return rows, rows

    def merged(self, rows, names):
        """One product with several weights; where there is no bias it is 0."""
        weights = [self.tensors[name + ".weight"] for name in names]
        biases = [self.tensors.get(name + ".bias", numpy.zeros(len(weight), numpy.float32))
                  for name, weight in zip(names, weights)]
        return self.graph.linear(rows, names[0], numpy.concatenate(weights),
                                 numpy.concatenate(biases))

    def project(self, rows, side, layer, attention, parts):
        return self.merged(rows, [f"model.{side}.layers.{layer}.{attention}.{part}"
                                  for part in parts])

    def query_key_value(self, rows, side, layer):
        return self.project(rows, side, layer, "self_attn", ("q_proj", "k_proj", "v_proj"))

    def attention_output(self, rows, side, layer, is_cross):
        attention = "encoder_attn" if is_cross else "self_attn"
        return self.project(rows, side, layer, attention, ("out_proj",))

    def cross_query(self, rows, layer):
        return self.project(rows, "decoder", layer, "encoder_attn", ("q_proj",))

    def cross_keys_values(self, rows):
        return self.merged(rows, [f"model.decoder.layers.{layer}.encoder_attn.{part}"
                                  for layer in range(self.shape.layers)
                                  for part in ("k_proj", "v_proj")])

    def activate(self, rows):
        # x * sigmoid(alpha * x): swish with alpha 1.
        return self.graph.fused("QuickGelu", [rows], alpha=1.0)

    def feed_forward(self, rows, side, layer):
        name = f"model.{side}.layers.{layer}."
        return self.merged(self.activate(self.merged(rows, [name + "fc1"])), [name + "fc2"])

    def encoder_positions(self, length):
        table = self.graph.constant("positions", sinusoidal_positions(self.shape))
        zero = self.graph.constant("zero", numpy.array([0], numpy.int64))
        return self.graph.node("Slice", [table, zero, length, zero])

    def step_positions(self, position):
        table = self.graph.constant("positions", sinusoidal_positions(self.shape))
        return self.graph.node("Gather", [table, position])

    def logits(self, rows):
        return self.graph.linear(rows, "shared", self.tensors["model.shared.weight"],
                                 self.tensors["final_logits_bias"].reshape(-1))


class _Whisper(_Marian):
    """Marian's layers with norms before each sublayer, over frames of sound that two convolutions
    make rows of; learned positions."""

    def __init__(self, shape, tensors, graph):
        super().__init__(shape, tensors, graph)
        self.source_length = shape.positions

    def _constant(self, name):
        return self.graph.constant(name, self.tensors[name])

    def read_source(self):
        graph = self.graph
        frames = graph.input("features", TensorProto.FLOAT,
                             ["sources", 2 * self.shape.positions, BANDS])
        columns = graph.node("Transpose", [frames], perm=[0, 2, 1])
        for number in (1, 2):
            name = f"model.encoder.conv{number}"
            convolved = graph.node("Conv", [columns, self._constant(name + ".weight"),
                                            self._constant(name + ".bias")],
                                   kernel_shape=[3], pads=[1, 1], strides=[number])
            columns = self.activate(convolved)
        rows = graph.node("Add", [graph.node("Transpose", [columns], perm=[0, 2, 1]),
                                  self._constant("model.encoder.embed_positions.weight")])
        return graph.node("Shape", [rows], end=2), rows, ""

    def embed(self, ids, positions):
        rows = self.graph.node("Gather", [self._constant("model.decoder.embed_tokens.weight"), ids])
        return self.graph.node("Add", [rows, positions])

    def step_positions(self, position):
        table = self._constant("model.decoder.embed_positions.weight")
        return self.graph.node("Gather", [table, position])

    def begin(self, rows, side):
        norm = self.norm(f"model.{side}.layers.0.self_attn_layer_norm")
        return rows, self.graph.node("LayerNormalization", [rows, *norm], axis=-1, epsilon=1e-5)

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
        outputs = [f"{name}.{part}" for part in ("rows", "state")]
        self.graph.fused("SkipLayerNormalization", [state, change, *self.norm(name)],
                         outputs=[outputs[0], "", "", outputs[1]], epsilon=1e-5)
        return outputs[1], outputs[0]

    def activate(self, rows):
        return self.graph.fused("Gelu", [rows])

    def logits(self, rows):
        name = "model.decoder.embed_tokens.weight"
        return self.graph.linear(rows, name, self.tensors[name])


class _T5(_Family):
    """Norms before each sublayer, relative positions, no biases, scores not scaled."""

    score_scale = 1.0

    def embed(self, ids, positions):
        table = self.graph.constant("shared", self.tensors["shared.weight"])
        return self.graph.node("Gather", [table, ids])

    def _gain(self, name, scale=1.0):
        return self.graph.constant(name, self.tensors[name] * numpy.float32(scale))

    def begin(self, rows, side):
        gain = self._gain(side + ".block.0.layer.0.layer_norm.weight")
        return rows, self.graph.node("SimplifiedLayerNormalization", [rows, gain], axis=-1,
                                     epsilon=1e-6)

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
        gain = self._gain(following, scale)
        outputs = [f"{following}.{part}" for part in ("rows", "state")]
        self.graph.fused("SkipSimplifiedLayerNormalization", [state, change, gain],
                         outputs=[outputs[0], "", "", outputs[1]], epsilon=1e-6)
        return outputs[1], outputs[0]

    def project(self, rows, names):
        return self.graph.linear(
            rows, names[0], numpy.concatenate([self.tensors[name + ".weight"] for name in names]))

    def query_key_value(self, rows, side, layer):
        name = f"{side}.block.{layer}.layer.0.SelfAttention."
        return self.project(rows, [name + part for part in "qkv"])

    def attention_output(self, rows, side, layer, is_cross):
        attention = "1.EncDecAttention" if is_cross else "0.SelfAttention"
        return self.project(rows, [f"{side}.block.{layer}.layer.{attention}.o"])

    def cross_query(self, rows, layer):
        return self.project(rows, [f"decoder.block.{layer}.layer.1.EncDecAttention.q"])

    def cross_keys_values(self, rows):
        return self.project(rows, [f"decoder.block.{layer}.layer.1.EncDecAttention.{part}"
                                   for layer in range(self.shape.layers) for part in "kv"])

    def feed_forward(self, rows, side, layer):
        name = f"{side}.block.{layer}.layer.{1 if side == 'encoder' else 2}.DenseReluDense."
        if self.shape.is_gated:
            both = self.project(rows, [name + "wi_0", name + "wi_1"])
            gate, value = self.graph.node("Split", [both], count=2, axis=1)
            active = self.graph.node("Mul", [self.graph.fused("FastGelu", [gate]), value])
        else:
            active = self.graph.node("Relu", [self.project(rows, [name + "wi"])])
        return self.project(active, [name + "wo"])

    def _table(self, side):
        return self.tensors[f"{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"]

    def encoder_bias(self, length):
        """[1, heads, length, length], cut from a constant of the longest."""
        places = numpy.arange(self.shape.positions)
        buckets = relative_buckets(places[None, :] - places[:, None], is_bidirectional=True)
        bias = self._table("encoder")[buckets].transpose(2, 0, 1)[None]
        graph = self.graph
        zeros = graph.constant("zeros", numpy.array([0, 0], numpy.int64))
        axes = graph.constant("axes", numpy.array([2, 3], numpy.int64))
        return graph.node("Slice", [graph.constant("encoder_bias", bias), zeros,
                                    graph.node("Concat", [length, length], axis=0), axes])

    def step_bias(self, position):
        """[1, heads, 1, position + 1]: the end of one row that counts distances down to 0."""
        last = self.shape.positions - 1
        buckets = relative_buckets(numpy.arange(-last, 1), is_bidirectional=False)
        bias = self._table("decoder")[buckets].T[None, :, None, :]
        graph = self.graph
        start = graph.node("Sub", [graph.constant("last", numpy.array([last], numpy.int64)),
                                   position])
        end = graph.constant("end", numpy.array([last + 1], numpy.int64))
        axis = graph.constant("axis", numpy.array([3], numpy.int64))
        return graph.node("Slice", [graph.constant("step_bias", bias), start, end, axis])

    def logits(self, rows):
        name = "shared" if self.shape.is_tied else "lm_head"
        return self.graph.linear(rows, name, self.tensors[name + ".weight"])


def _attributes(family, heads):
    scale = {} if family.score_scale is None else {"scale": family.score_scale}
    return {"num_heads": heads, **scale}


def _encoder(graph, family, shape, _):
    places, rows, bias = family.read_source()
    split_shape = graph.node("Concat", [places, graph.constant(
        "any", numpy.array([-1], numpy.int64))], axis=0)
    state, rows = family.begin(graph.reshape(rows, [-1, shape.hidden]), "encoder")
    for layer in range(shape.layers):
        parts = graph.node("Split", [family.query_key_value(rows, "encoder", layer)], count=3,
                           axis=1)
        query, key, value = (graph.node("Reshape", [part, split_shape]) for part in parts)
        mixed = graph.fused("MultiHeadAttention",
                            [query, key, value] + (["", "", bias] if bias else []),
                            **_attributes(family, shape.heads))
        change = family.attention_output(graph.reshape(mixed, [-1, shape.inner]), "encoder",
                                         layer, is_cross=False)
        state, rows = family.close(state, change, layer, "self", "encoder")
        change = family.feed_forward(rows, "encoder", layer)
        state, rows = family.close(state, change, layer, "feed_forward", "encoder")

    head_shape = graph.node("Concat", [places, graph.constant(
        "heads", numpy.array([shape.heads, shape.head_size], numpy.int64))], axis=0)
    parts = graph.node("Split", [family.cross_keys_values(rows)], count=2 * shape.layers, axis=1)
    for index, part in enumerate(parts):
        name = f"cross_{('key', 'value')[index % 2]}_{index // 2}"
        heads = graph.node("Reshape", [part, head_shape])
        graph.node("Transpose", [heads], outputs=[name], perm=[0, 2, 1, 3])
        graph.output(name, name, TensorProto.FLOAT,
                     ["sources", shape.heads, family.source_length, shape.head_size])


def _step(graph, family, shape, name):
    ids = graph.input("ids", TensorProto.INT64, ["rows"])
    position = graph.input("position", TensorProto.INT64, [1])
    last_keys = graph.input("last_keys", TensorProto.INT32, ["rows"])
    key_count = graph.input("key_count", TensorProto.INT32, [1])
    for layer in range(shape.layers):
        for part in ("key", "value"):
            graph.input(f"self_{part}_{layer}", TensorProto.FLOAT,
                        ["rows", shape.heads, "capacity", shape.head_size])
            graph.input(f"cross_{part}_{layer}", TensorProto.FLOAT,
                        ["sources", shape.heads, family.source_length, shape.head_size])

    # The hypotheses of one source are queries over the same keys, which are not repeated.
    query_shape = graph.node("Concat", [
        graph.node("Shape", ["cross_key_0"], start=0, end=1),
        graph.constant("query_shape", numpy.array([-1, shape.inner], numpy.int64))], axis=0)
    bias = family.step_bias(position)
    rows = family.embed(ids, family.step_positions(position))
    state, rows = family.begin(rows, "decoder")
    for layer in range(shape.layers):
        packed = graph.reshape(family.query_key_value(rows, "decoder", layer),
                               [-1, 1, 3 * shape.inner])
        caches = [f"self_key_{layer}", f"self_value_{layer}"]
        results = [f"new_self_key_{layer}", f"new_self_value_{layer}"]
        inputs = [packed, "", "", *caches, last_keys, key_count]
        mixed, *_ = graph.fused("GroupQueryAttention",
                                inputs + (["", "", "", bias] if bias else []),
                                outputs=[f"self_mixed_{layer}", *results],
                                kv_num_heads=shape.heads, **_attributes(family, shape.heads))
        for result in results:
            graph.output(result, result, TensorProto.FLOAT,
                         ["rows", shape.heads, "capacity", shape.head_size])
        change = family.attention_output(graph.reshape(mixed, [-1, shape.inner]), "decoder",
                                         layer, is_cross=False)
        state, rows = family.close(state, change, layer, "self", "decoder")

        query = graph.node("Reshape", [family.cross_query(rows, layer), query_shape])
        mixed = graph.fused("MultiHeadAttention",
                            [query, f"cross_key_{layer}", f"cross_value_{layer}"],
                            **_attributes(family, shape.heads))
        change = family.attention_output(graph.reshape(mixed, [-1, shape.inner]), "decoder",
                                         layer, is_cross=True)
        state, rows = family.close(state, change, layer, "cross", "decoder")
        change = family.feed_forward(rows, "decoder", layer)
        state, rows = family.close(state, change, layer, "feed_forward", "decoder")

    logits = family.logits(rows)
    if name == "greedy":
        graph.node("ArgMax", [logits], outputs=["next_ids"], axis=1, keepdims=0)
        graph.output("next_ids", "next_ids", TensorProto.INT64, ["rows"])
        return
    count = graph.constant("candidates", numpy.array([CANDIDATES], numpy.int64))
    graph.node("TopK", [logits, count], outputs=["best_logits", "best_ids"], axis=1)
    graph.node("ReduceLogSumExp", [logits], outputs=["log_sum"], axes=[1], keepdims=0)
    graph.output("best_logits", "best_logits", TensorProto.FLOAT, ["rows", CANDIDATES])
    graph.output("best_ids", "best_ids", TensorProto.INT64, ["rows", CANDIDATES])
    graph.output("log_sum", "log_sum", TensorProto.FLOAT, ["rows"])

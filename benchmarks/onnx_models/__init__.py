# SPDX-License-Identifier: Apache-2.0
"""The measured models as ONNX files, in every form worth trying (forms.py). Cross-attention keys
and values of all layers are results of the encoder, so that the encoder of one form and the steps
of another go together.

Each type and form gives three files: encoder.onnx, greedy.onnx (a step that ends in arg-max) and
beam.onnx (a step that ends in the best candidates)."""

import hashlib
import pathlib

from onnx import TensorProto

from checkpoints import random_tensors

from . import forms
from .forms import FORMS
from .graph import Graph
from .marian import Marian
from .t5 import T5
from .whisper import Whisper

TYPES = ("f32", "int8", "int4")
# Twice as many as beams: what Hugging Face's beam search looks at.
CANDIDATES = 8


def write_models(shape, kind, form, directory):
    """Writes the three files of a type and a form, unless they are there and this code wrote
    them."""
    directory = pathlib.Path(directory)
    stamp = directory / "written-by"
    sources = sorted(pathlib.Path(__file__).parent.glob("*.py"))
    sources.append(pathlib.Path(__file__).parent.with_name("checkpoints.py"))
    writer = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    if stamp.exists() and stamp.read_text() == writer:
        return
    directory.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    family = {"marian": Marian, "t5": T5, "whisper": Whisper}[shape.family]
    tensors = random_tensors(shape)
    for name in ("encoder", "greedy", "beam"):
        graph = Graph(kind)
        each = family(shape, tensors, graph, FORMS[form])
        if name == "encoder":
            _encoder(graph, FORMS[form], each)
        else:
            _step(graph, FORMS[form], each, is_beam=name == "beam")
        graph.save(directory / f"{name}.onnx")
    (directory / "decoder_start").write_text(str(shape.decoder_start))
    stamp.write_text(writer)


def _encoder(graph, form, family):
    shape = family.shape
    places, rows, bias = family.read_source()
    state, rows = family.begin(graph.reshape(rows, -1, shape.hidden), "encoder")
    for layer in range(shape.layers):
        *names, output = family.attention(("encoder", layer), is_cross=False)
        mixed = forms.encoder_attention(graph, form, family, family.products(rows, names), places,
                                        bias)
        change = family.product(graph.reshape(mixed, -1, shape.inner), [output])
        state, rows = family.close(state, change, layer, "self", "encoder")
        change = family.feed_forward(rows, "encoder", layer)
        state, rows = family.close(state, change, layer, "feed_forward", "encoder")

    head_shape = graph.node("Concat", [places, graph.integers(shape.heads, shape.head_size)], axis=0)
    names = [name for layer in range(shape.layers)
             for name in family.attention(("decoder", layer), is_cross=True)[1:3]]
    for index, part in enumerate(family.products(rows, names)):
        name = f"cross_{('key', 'value')[index % 2]}_{index // 2}"
        heads = graph.node("Reshape", [part, head_shape])
        graph.node("Transpose", [heads], outputs=[name], perm=[0, 2, 1, 3])
        graph.output(name, name, TensorProto.FLOAT,
                     ["sources", shape.heads, family.source_length, shape.head_size])


def _inputs(graph, form, family, is_beam):
    shape = family.shape
    ids = graph.input("ids", TensorProto.INT64, ["rows"])
    position = graph.input("position", TensorProto.INT64, [1])
    if form.fuses:
        graph.input("last_keys", TensorProto.INT32, ["rows"])
        graph.input("key_count", TensorProto.INT32, [1])
    elif is_beam:
        # The row of the caches that each row goes on from.
        graph.input("parents", TensorProto.INT64, ["rows"])
    for layer in range(shape.layers):
        for part in ("key", "value"):
            graph.input(f"self_{part}_{layer}", TensorProto.FLOAT,
                        ["rows", shape.heads, "capacity" if form.fuses else "before",
                         shape.head_size])
            graph.input(f"cross_{part}_{layer}", TensorProto.FLOAT,
                        ["sources", shape.heads, family.source_length, shape.head_size])
    return ids, position


def _step(graph, form, family, is_beam):
    shape = family.shape
    ids, position = _inputs(graph, form, family, is_beam)
    bias = family.step_bias(position)
    rows = family.embed(ids, family.step_positions(position))
    state, rows = family.begin(rows, "decoder")
    for layer in range(shape.layers):
        mixed = forms.self_attention(graph, form, family, rows, layer, bias)
        output = family.attention(("decoder", layer), is_cross=False)[3]
        change = family.product(graph.reshape(mixed, -1, shape.inner), [output])
        state, rows = family.close(state, change, layer, "self", "decoder")

        query, _, _, output = family.attention(("decoder", layer), is_cross=True)
        mixed = forms.cross_attention(graph, form, family, family.product(rows, [query]), layer)
        change = family.product(graph.reshape(mixed, -1, shape.inner), [output])
        state, rows = family.close(state, change, layer, "cross", "decoder")
        change = family.feed_forward(rows, "decoder", layer)
        state, rows = family.close(state, change, layer, "feed_forward", "decoder")
    _choose(graph, family.logits(rows), is_beam)


def _choose(graph, logits, is_beam):
    if not is_beam:
        graph.node("ArgMax", [logits], outputs=["next_ids"], axis=1, keepdims=0)
        graph.output("next_ids", "next_ids", TensorProto.INT64, ["rows"])
        return
    graph.node("TopK", [logits, graph.integers(CANDIDATES)], outputs=["best_logits", "best_ids"],
               axis=1)
    graph.node("ReduceLogSumExp", [logits], outputs=["log_sum"], axes=[1], keepdims=0)
    graph.output("best_logits", "best_logits", TensorProto.FLOAT, ["rows", CANDIDATES])
    graph.output("best_ids", "best_ids", TensorProto.INT64, ["rows", CANDIDATES])
    graph.output("log_sum", "log_sum", TensorProto.FLOAT, ["rows"])

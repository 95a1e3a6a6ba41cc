# SPDX-License-Identifier: Apache-2.0
"""The measured models as CTranslate2 stores them, made of the same random tensors by its own
specifications. Tokens are the ids as text."""

import math
import pathlib

import numpy
from ctranslate2 import specs
from ctranslate2.specs import transformer_spec, whisper_spec

from checkpoints import MAXIMUM_DISTANCE, random_tensors, sinusoidal_positions

# Of CTranslate2's names for types those that are measured.
QUANTIZATIONS = {"f32": None, "int8": "int8"}


def write_model(shape, kind, directory):
    """Writes the model, unless it is there."""
    directory = pathlib.Path(directory)
    if (directory / "model.bin").exists():
        return
    directory.mkdir(parents=True, exist_ok=True)
    spec = {"marian": _marian, "t5": _t5, "whisper": _whisper}[shape.family](
        shape, _Tensors(random_tensors(shape)))
    tokens = [str(number) for number in range(shape.vocabulary)]
    if shape.family == "whisper":
        # The name that CTranslate2 takes for all special tokens that a vocabulary lacks.
        tokens[shape.decoder_start] = "<|endoftext|>"
        spec.register_vocabulary(tokens)
    else:
        spec.register_source_vocabulary(tokens)
        spec.register_target_vocabulary(tokens)
        # Ends, starts and unknown tokens that no source has.
        end = "1" if shape.family == "t5" else "0"
        spec.config.eos_token, spec.config.bos_token, spec.config.unk_token = end, end, end
        spec.config.decoder_start_token = str(shape.decoder_start)
    spec.validate()
    spec.optimize(quantization=QUANTIZATIONS[kind])
    spec.save(str(directory))


class _Tensors:
    """Sets parts of a specification from tensors by their names."""

    def __init__(self, tensors):
        self.tensors = tensors

    def linear(self, spec, *names):
        weights = [self.tensors[name + ".weight"] for name in names]
        spec.weight = numpy.concatenate(weights)
        if any(name + ".bias" in self.tensors for name in names):
            spec.bias = numpy.concatenate([
                self.tensors.get(name + ".bias", numpy.zeros(len(weight), numpy.float32))
                for name, weight in zip(names, weights)])

    def norm(self, spec, name):
        spec.gamma = self.tensors[name + ".weight"]
        if name + ".bias" in self.tensors:
            spec.beta = self.tensors[name + ".bias"]

    def attention(self, spec, names, norm, is_cross):
        query, key, value, output = names
        if is_cross:
            self.linear(spec.linear[0], query)
            self.linear(spec.linear[1], key, value)
        else:
            self.linear(spec.linear[0], query, key, value)
        self.linear(spec.linear[-1], output)
        self.norm(spec.layer_norm, norm)

    def bart_layers(self, shape, spec, side):
        for number, layer in enumerate(spec.layer):
            name = f"model.{side}.layers.{number}."
            for part, module in (("self_attention", "self_attn"), ("attention", "encoder_attn")):
                if hasattr(layer, part):
                    names = [f"{name}{module}.{each}_proj" for each in ("q", "k", "v", "out")]
                    self.attention(getattr(layer, part), names, f"{name}{module}_layer_norm",
                                   is_cross=part == "attention")
            self.linear(layer.ffn.linear_0, name + "fc1")
            self.linear(layer.ffn.linear_1, name + "fc2")
            self.norm(layer.ffn.layer_norm, name + "final_layer_norm")


def _marian(shape, tensors):
    spec = transformer_spec.TransformerSpec.from_config(
        (shape.layers, shape.layers), shape.heads, pre_norm=False,
        activation=specs.Activation.SWISH)
    table = tensors.tensors["model.shared.weight"]
    for side, embeddings in ((spec.encoder, spec.encoder.embeddings[0]),
                             (spec.decoder, spec.decoder.embeddings)):
        embeddings.weight = table
        side.scale_embeddings = math.sqrt(shape.hidden)
        side.position_encodings.encodings = sinusoidal_positions(shape)
    tensors.bart_layers(shape, spec.encoder, "encoder")
    tensors.bart_layers(shape, spec.decoder, "decoder")
    spec.decoder.projection.weight = table
    spec.decoder.projection.bias = tensors.tensors["final_logits_bias"].reshape(-1)
    return spec


def _whisper(shape, tensors):
    spec = whisper_spec.WhisperSpec(shape.layers, shape.heads, shape.layers, shape.heads)
    for number in (1, 2):
        convolution = getattr(spec.encoder, f"conv{number}")
        convolution.weight = tensors.tensors[f"model.encoder.conv{number}.weight"]
        convolution.bias = tensors.tensors[f"model.encoder.conv{number}.bias"]
    for side, part in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        part.position_encodings.encodings = tensors.tensors[f"model.{side}.embed_positions.weight"]
        tensors.norm(part.layer_norm, f"model.{side}.layer_norm")
        tensors.bart_layers(shape, part, side)
    table = tensors.tensors["model.decoder.embed_tokens.weight"]
    spec.decoder.embeddings.weight = spec.decoder.projection.weight = table
    spec.config.suppress_ids = spec.config.suppress_ids_begin = spec.config.lang_ids = []
    spec.config.alignment_heads = [(0, 0)]
    return spec


def _t5(shape, tensors):
    spec = transformer_spec.TransformerSpec.from_config(
        (shape.layers, shape.layers), shape.heads, pre_norm=True,
        activation=specs.Activation.GELUTanh if shape.is_gated else specs.Activation.RELU,
        ffn_glu=shape.is_gated, relative_attention_bias=True, rms_norm=True)
    table = tensors.tensors["shared.weight"]
    spec.encoder.embeddings[0].weight = spec.decoder.embeddings.weight = table
    spec.decoder.projection.weight = table if shape.is_tied else tensors.tensors["lm_head.weight"]
    if shape.is_tied:
        spec.decoder.scale_outputs = shape.hidden ** -0.5
    for side, part in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        part.scale_embeddings = False
        tensors.norm(part.layer_norm, f"{side}.final_layer_norm")
        for number, layer in enumerate(part.layer):
            _t5_layer(tensors, part, layer, f"{side}.block.{number}.layer.")
    return spec


def _t5_layer(tensors, side, layer, name):
    last = 1
    parts = [(layer.self_attention, "SelfAttention")]
    if hasattr(layer, "attention"):
        parts.append((layer.attention, "EncDecAttention"))
        last = 2
    for number, (spec, module) in enumerate(parts):
        spec.queries_scale = 1.0
        tensors.attention(spec, [f"{name}{number}.{module}.{part}" for part in "qkvo"],
                          f"{name}{number}.layer_norm", is_cross=number == 1)
    first = side.layer[0].self_attention
    table = name + "0.SelfAttention.relative_attention_bias.weight"
    if table in tensors.tensors:
        first.relative_attention_bias = tensors.tensors[table]
        first.relative_attention_max_distance = numpy.dtype("int32").type(MAXIMUM_DISTANCE)
    else:
        layer.self_attention.relative_attention_bias = first.relative_attention_bias
        layer.self_attention.relative_attention_max_distance = (
            first.relative_attention_max_distance)
    dense = f"{name}{last}.DenseReluDense."
    if hasattr(layer.ffn, "linear_0_noact"):
        tensors.linear(layer.ffn.linear_0, dense + "wi_0")
        tensors.linear(layer.ffn.linear_0_noact, dense + "wi_1")
    else:
        tensors.linear(layer.ffn.linear_0, dense + "wi")
    tensors.linear(layer.ffn.linear_1, dense + "wo")
    tensors.norm(layer.ffn.layer_norm, f"{name}{last}.layer_norm")

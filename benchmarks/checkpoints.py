# SPDX-License-Identifier: Apache-2.0
"""The models that are measured, as Hugging Face checkpoints with small random weights: speed
does not depend on what a model has learned, and nothing has to be downloaded."""

import functools
import json
import math
import pathlib
from dataclasses import dataclass

import numpy


@dataclass(frozen=True)
class Shape:
    """What the sizes of a model's products follow from."""

    name: str
    family: str  # "marian", "t5" or "whisper"
    hidden: int
    heads: int
    head_size: int
    feed_forward: int
    layers: int  # of encoder and decoder each
    vocabulary: int
    is_gated: bool = False
    is_tied: bool = True
    # Of the encoder. Marian: the table, of the decoder as well. T5: none, but it is measured up to
    # this length. Whisper: those of each sound, made of twice as many frames.
    positions: int = 512
    bands: int = 80  # Whisper's mel bands in a frame of sound

    @property
    def inner(self):
        return self.heads * self.head_size

    @property
    def decoder_start(self):
        return 0 if self.family == "t5" else self.vocabulary - 1


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("opus-base", "marian", 512, 8, 64, 2048, 6, 58101),
        Shape("t5-small", "t5", 512, 8, 64, 2048, 6, 32128),
        Shape("flan-t5-base", "t5", 768, 12, 64, 2048, 12, 32128, is_gated=True, is_tied=False),
        Shape("whisper-tiny", "whisper", 384, 6, 64, 1536, 4, 51865, positions=1500),
        Shape("whisper-base", "whisper", 512, 8, 64, 2048, 6, 51865, positions=1500),
        # Large ones, of which only Transept is measured: a translation model of 600 million
        # parameters in Marian's layout, and speech.
        Shape("marian-600m", "marian", 1024, 16, 64, 4096, 12, 256206),
        Shape("whisper-large-v3", "whisper", 1280, 20, 64, 5120, 32, 51866, positions=1500,
              bands=128),
        # For the test that everything runs.
        Shape("tiny-marian", "marian", 64, 2, 32, 128, 2, 389),
        Shape("tiny-t5", "t5", 64, 2, 32, 128, 2, 389, is_gated=True, is_tied=False),
        Shape("tiny-whisper", "whisper", 64, 2, 32, 128, 2, 389, positions=50),
    )
}
# Of the large ones the type and the workloads that are measured.
LARGE = {
    "marian-600m": ("int8", ("encode 1 x 64", "decode, 1 hypothesis", "decode, batch 8")),
    "whisper-large-v3": ("int8", ("decode, 1 hypothesis",)),
}
# The most that Whisper writes.
TARGET_POSITIONS = 448

# Buckets of T5's relative positions.
BUCKETS, MAXIMUM_DISTANCE = 32, 128


def write_checkpoint(shape, directory):
    """Writes config.json and model.safetensors, unless they are there."""
    directory = pathlib.Path(directory)
    weights = directory / "model.safetensors"
    config = json.dumps(_configuration(shape), indent=2)
    if weights.exists() and (directory / "config.json").read_text() == config:
        return
    directory.mkdir(parents=True, exist_ok=True)
    write_safetensors(weights, _tensor_shapes(shape), _each_tensor(shape))
    (directory / "config.json").write_text(config)


@functools.lru_cache(maxsize=1)  # every form of every peer is made of them
def random_tensors(shape):
    """Name -> array, the same at every call."""
    return dict(_each_tensor(shape))


def _each_tensor(shape):
    random = numpy.random.default_rng(1)
    for name, size in _tensor_shapes(shape).items():
        if name.endswith(("layer_norm.weight", "layernorm_embedding.weight")):
            yield name, numpy.ones(size, numpy.float32)
        elif name.endswith("bias") and "relative" not in name:
            yield name, random.standard_normal(size, numpy.float32) * numpy.float32(0.01)
        else:
            # T5 does not scale its scores, so its weights have to be smaller.
            inputs = math.prod(size[1:])
            spread = (0.6 if shape.family == "t5" else 1) * inputs ** -0.5
            yield name, random.standard_normal(size, numpy.float32) * numpy.float32(spread)


def parameter_count(shape):
    return sum(math.prod(size) for size in _tensor_shapes(shape).values())


def _configuration(shape):
    if shape.family == "t5":
        return {
            "architectures": ["T5ForConditionalGeneration"], "model_type": "t5",
            "d_model": shape.hidden, "d_kv": shape.head_size, "num_heads": shape.heads,
            "d_ff": shape.feed_forward, "num_layers": shape.layers,
            "num_decoder_layers": shape.layers, "vocab_size": shape.vocabulary,
            "feed_forward_proj": "gated-gelu" if shape.is_gated else "relu",
            "relative_attention_num_buckets": BUCKETS,
            "relative_attention_max_distance": MAXIMUM_DISTANCE, "layer_norm_epsilon": 1e-6,
            "is_encoder_decoder": True, "tie_word_embeddings": shape.is_tied,
            "decoder_start_token_id": shape.decoder_start, "eos_token_id": 1, "pad_token_id": 0,
            "torch_dtype": "float32",
        }
    if shape.family == "whisper":
        return {
            "architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper",
            "d_model": shape.hidden, "activation_function": "gelu", "num_mel_bins": shape.bands,
            "encoder_layers": shape.layers, "decoder_layers": shape.layers,
            "num_hidden_layers": shape.layers, "encoder_attention_heads": shape.heads,
            "decoder_attention_heads": shape.heads, "encoder_ffn_dim": shape.feed_forward,
            "decoder_ffn_dim": shape.feed_forward, "vocab_size": shape.vocabulary,
            "max_source_positions": shape.positions, "max_target_positions": TARGET_POSITIONS,
            "scale_embedding": False, "is_encoder_decoder": True, "begin_suppress_tokens": None,
            "decoder_start_token_id": shape.decoder_start, "bos_token_id": 0,
            "pad_token_id": shape.vocabulary - 1, "eos_token_id": 0, "torch_dtype": "float32",
        }
    return {
        "architectures": ["MarianMTModel"], "model_type": "marian", "d_model": shape.hidden,
        "activation_function": "swish", "encoder_layers": shape.layers,
        "decoder_layers": shape.layers, "num_hidden_layers": shape.layers,
        "encoder_attention_heads": shape.heads, "decoder_attention_heads": shape.heads,
        "encoder_ffn_dim": shape.feed_forward, "decoder_ffn_dim": shape.feed_forward,
        "vocab_size": shape.vocabulary, "decoder_vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions, "scale_embedding": True,
        "static_position_embeddings": True, "share_encoder_decoder_embeddings": True,
        "normalize_before": False, "normalize_embedding": False, "add_final_layer_norm": False,
        "is_encoder_decoder": True, "decoder_start_token_id": shape.decoder_start,
        "pad_token_id": shape.vocabulary - 1, "eos_token_id": 0, "torch_dtype": "float32",
    }


def _tensor_shapes(shape):
    if shape.family == "t5":
        return _t5_shapes(shape)
    hidden = shape.hidden
    if shape.family == "marian":
        return {"model.shared.weight": (shape.vocabulary, hidden),
                "final_logits_bias": (1, shape.vocabulary)} | _bart_layers(shape)
    sizes = {"model.decoder.embed_tokens.weight": (shape.vocabulary, hidden),
             "model.encoder.embed_positions.weight": (shape.positions, hidden),
             "model.decoder.embed_positions.weight": (TARGET_POSITIONS, hidden)}
    for number, inputs in ((1, shape.bands), (2, hidden)):
        sizes[f"model.encoder.conv{number}.weight"] = (hidden, inputs, 3)
        sizes[f"model.encoder.conv{number}.bias"] = (hidden,)
    for side in ("encoder", "decoder"):
        for part in ("weight", "bias"):
            sizes[f"model.{side}.layer_norm.{part}"] = (hidden,)
    # Keys have no bias.
    return sizes | {name: size for name, size in _bart_layers(shape).items()
                    if not name.endswith("k_proj.bias")}


def _bart_layers(shape):
    hidden, sizes = shape.hidden, {}

    def linear(name, outputs, inputs):
        sizes[name + ".weight"], sizes[name + ".bias"] = (outputs, inputs), (outputs,)

    for side in ("encoder", "decoder"):
        for layer in range(shape.layers):
            block = f"model.{side}.layers.{layer}."
            for attention in ("self_attn", "encoder_attn")[: 1 if side == "encoder" else 2]:
                for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
                    linear(f"{block}{attention}.{part}", hidden, hidden)
                for part in ("weight", "bias"):
                    sizes[f"{block}{attention}_layer_norm.{part}"] = (hidden,)
            linear(block + "fc1", shape.feed_forward, hidden)
            linear(block + "fc2", hidden, shape.feed_forward)
            for part in ("weight", "bias"):
                sizes[f"{block}final_layer_norm.{part}"] = (hidden,)
    return sizes


def _t5_shapes(shape):
    hidden, inner, sizes = shape.hidden, shape.inner, {}
    sizes["shared.weight"] = (shape.vocabulary, hidden)
    if not shape.is_tied:
        sizes["lm_head.weight"] = (shape.vocabulary, hidden)
    for side in ("encoder", "decoder"):
        attentions = ["SelfAttention"] + (["EncDecAttention"] if side == "decoder" else [])
        for block in range(shape.layers):
            for number, attention in enumerate(attentions):
                layer = f"{side}.block.{block}.layer.{number}."
                for part in "qkv":
                    sizes[f"{layer}{attention}.{part}.weight"] = (inner, hidden)
                sizes[f"{layer}{attention}.o.weight"] = (hidden, inner)
                sizes[layer + "layer_norm.weight"] = (hidden,)
                if block == 0 and number == 0:
                    table = f"{layer}{attention}.relative_attention_bias.weight"
                    sizes[table] = (BUCKETS, shape.heads)
            layer = f"{side}.block.{block}.layer.{len(attentions)}."
            for part in ("wi_0", "wi_1") if shape.is_gated else ("wi",):
                sizes[f"{layer}DenseReluDense.{part}.weight"] = (shape.feed_forward, hidden)
            sizes[layer + "DenseReluDense.wo.weight"] = (hidden, shape.feed_forward)
            sizes[layer + "layer_norm.weight"] = (hidden,)
        sizes[side + ".final_layer_norm.weight"] = (hidden,)
    return sizes


def write_safetensors(path, sizes, tensors):
    """The format: the header's length in 8 bytes, the header as JSON, the numbers. Large models
    are never in memory as a whole."""
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, size in sizes.items():
        end = offset + 4 * math.prod(size)
        header[name] = {"dtype": "F32", "shape": list(size), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    partial = path.with_suffix(".partial")
    with open(partial, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for _, tensor in tensors:
            file.write(numpy.ascontiguousarray(tensor, "<f4").data)
    partial.rename(path)


def sinusoidal_positions(shape):
    """Marian's table: sines in the first half of a row, cosines in the second."""
    half = shape.hidden // 2
    frequencies = 10000 ** (-2 * numpy.arange(half) / shape.hidden)
    angles = numpy.arange(shape.positions)[:, None] * frequencies
    return numpy.concatenate([numpy.sin(angles), numpy.cos(angles)], 1).astype(numpy.float32)


def relative_buckets(distances, is_bidirectional):
    """T5's bucket of each distance key - query."""
    count, buckets = BUCKETS, numpy.zeros_like(distances)
    if is_bidirectional:
        count //= 2
        buckets = numpy.where(distances > 0, count, 0)
        distances = numpy.abs(distances)
    else:
        distances = numpy.maximum(-distances, 0)
    exact = count // 2
    far = exact + (numpy.log(numpy.maximum(distances, 1) / exact)
                   / math.log(MAXIMUM_DISTANCE / exact) * (count - exact)).astype(int)
    return buckets + numpy.where(distances < exact, distances, numpy.minimum(far, count - 1))

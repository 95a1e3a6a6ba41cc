#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a Marian checkpoint of the shape `opus-base` with random weights.

usage: make_checkpoint.py DIRECTORY

The shape is that of the OPUS-MT models: 75 million parameters. The weights are random but always
the same, and scaled so that activations keep the size that they have in trained models: there are
no denormals, infinities or saturated softmaxes that would make kernels faster or slower than usual.
Needs numpy.
"""
import json
import pathlib
import struct
import sys

import numpy

HIDDEN, HEADS, FEED_FORWARD, LAYERS, VOCABULARY = 512, 8, 2048, 6, 58101
END, PADDING = 0, VOCABULARY - 1


def random_tensors():
    """All tensors by their Hugging Face names."""
    random = numpy.random.default_rng(0)
    tensors = {}

    def matrix(rows, columns):
        scale = numpy.float32(columns**-0.5)
        return random.standard_normal((rows, columns), dtype=numpy.float32) * scale

    def vector(size):
        return random.standard_normal(size, dtype=numpy.float32) * numpy.float32(0.02)

    def linear(name, outputs, inputs):
        tensors[name + ".weight"] = matrix(outputs, inputs)
        tensors[name + ".bias"] = vector(outputs)

    def norm(name):
        tensors[name + ".weight"] = 1 + vector(HIDDEN)
        tensors[name + ".bias"] = vector(HIDDEN)

    tensors["final_logits_bias"] = vector(VOCABULARY).reshape(1, VOCABULARY)
    tensors["model.shared.weight"] = matrix(VOCABULARY, HIDDEN)
    for stack, attentions in ("encoder", ["self_attn"]), ("decoder", ["self_attn", "encoder_attn"]):
        for layer in range(LAYERS):
            place = f"model.{stack}.layers.{layer}."
            for attention in attentions:
                for projection in "q_proj", "k_proj", "v_proj", "out_proj":
                    linear(f"{place}{attention}.{projection}", HIDDEN, HIDDEN)
                norm(f"{place}{attention}_layer_norm")
            linear(place + "fc1", FEED_FORWARD, HIDDEN)
            linear(place + "fc2", HIDDEN, FEED_FORWARD)
            norm(place + "final_layer_norm")
    return tensors


def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        end = offset + tensor.nbytes
        header[name] = {"dtype": "F32", "shape": tensor.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.tobytes())


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    write_safetensors(directory / "model.safetensors", random_tensors())
    config = {
        "model_type": "marian", "architectures": ["MarianMTModel"], "is_encoder_decoder": True,
        "d_model": HIDDEN, "num_hidden_layers": LAYERS, "vocab_size": VOCABULARY,
        "decoder_vocab_size": VOCABULARY, "max_position_embeddings": 512,
        "activation_function": "swish", "scale_embedding": True,
        "share_encoder_decoder_embeddings": True, "tie_word_embeddings": True,
        "static_position_embeddings": True, "bos_token_id": END, "eos_token_id": END,
        "pad_token_id": PADDING, "decoder_start_token_id": PADDING,
    }
    for stack in "encoder", "decoder":
        config |= {f"{stack}_layers": LAYERS, f"{stack}_attention_heads": HEADS,
                   f"{stack}_ffn_dim": FEED_FORWARD}
    generation = {"bos_token_id": END, "eos_token_id": END, "pad_token_id": PADDING,
                  "decoder_start_token_id": PADDING, "max_length": 512, "num_beams": 1}
    (directory / "config.json").write_text(json.dumps(config, indent=2))
    (directory / "generation_config.json").write_text(json.dumps(generation, indent=2))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time and memory of encoding long sources, by their length, of encoders in the shape of published base models.

long_sources.py TRANSEPT FOLDER [--models led,longt5] [--lengths 1024,...,16384] [--threads 1] [--weights f32]

PYTHONPATH has to name build/release's bindings/python. Checkpoints with random weights and their libraries stay in
FOLDER, and so does results.json, to which each run adds what it measured; --plot FILE draws all of it. Targets have one
layer: what is measured is encode. Seconds are of the processor, so that neighbours count
little; memory is what the process takes at most beyond what it takes after a source of 64 tokens."""
import argparse
import json
import math
import pathlib
import random
import resource
import struct
import subprocess
import time

import plot
import transept

VOCABULARY = 4096
LED = {
    "architectures": ["LEDForConditionalGeneration"], "model_type": "led", "vocab_size": VOCABULARY, "d_model": 768,
    "encoder_layers": 6, "decoder_layers": 1, "encoder_attention_heads": 12, "decoder_attention_heads": 12,
    "encoder_ffn_dim": 3072, "decoder_ffn_dim": 3072, "activation_function": "gelu", "attention_window": 1024,
    "max_encoder_position_embeddings": 16384, "max_decoder_position_embeddings": 64, "is_encoder_decoder": True,
    "decoder_start_token_id": 2, "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2,
}
LONGT5 = {
    "architectures": ["LongT5ForConditionalGeneration"], "model_type": "longt5", "vocab_size": VOCABULARY,
    "d_model": 768, "d_kv": 64, "num_heads": 12, "d_ff": 2048, "num_layers": 12, "num_decoder_layers": 1,
    "feed_forward_proj": "gated-gelu", "local_radius": 127, "global_block_size": 16,
    "encoder_attention_type": "transient-global", "tie_word_embeddings": False, "is_encoder_decoder": True,
    "decoder_start_token_id": 0, "pad_token_id": 0, "eos_token_id": 1,
}


def parse_arguments():
    def numbers(text):
        return [int(each) for each in text.split(",")]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("transept")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--models", type=lambda text: text.split(","), default=["led", "longt5"])
    parser.add_argument("--lengths", type=numbers, default=[1024, 2048, 4096, 8192, 16384])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weights", default="f32")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--plot", type=pathlib.Path)
    return parser.parse_args()


def attention(name, parts, outputs, inputs, has_bias):
    for part in parts:
        yield f"{name}.{part}.weight", (outputs, inputs)
        if has_bias:
            yield f"{name}.{part}.bias", (outputs,)


def norm(name, size):
    yield f"{name}.weight", (size,)
    yield f"{name}.bias", (size,)


def led_tensors(config):
    hidden, own = config["d_model"], "longformer_self_attn."
    yield "led.shared.weight", (VOCABULARY, hidden)
    for side in ("encoder", "decoder"):
        module = f"led.{side}"
        yield f"{module}.embed_positions.weight", (config[f"max_{side}_position_embeddings"], hidden)
        yield from norm(f"{module}.layernorm_embedding", hidden)
        for number in range(config[f"{side}_layers"]):
            layer = f"{module}.layers.{number}"
            usual = ["q_proj", "k_proj", "v_proj", "out_proj"]
            windows = [own + part + end for part in ("query", "key", "value") for end in ("", "_global")] + ["output"]
            yield from attention(f"{layer}.self_attn", windows if side == "encoder" else usual, hidden, hidden, True)
            names = ["self_attn_layer_norm", "final_layer_norm"]
            if side == "decoder":
                yield from attention(f"{layer}.encoder_attn", usual, hidden, hidden, True)
                names.append("encoder_attn_layer_norm")
            for name in names:
                yield from norm(f"{layer}.{name}", hidden)
            width = config[f"{side}_ffn_dim"]
            yield from attention(layer, ["fc1"], width, hidden, True)
            yield from attention(layer, ["fc2"], hidden, width, True)


def longt5_tensors(config):
    hidden, inner, width = config["d_model"], config["num_heads"] * config["d_kv"], config["d_ff"]
    yield "shared.weight", (VOCABULARY, hidden)
    yield "lm_head.weight", (VOCABULARY, hidden)
    for side, layers in (("encoder", config["num_layers"]), ("decoder", config["num_decoder_layers"])):
        yield f"{side}.final_layer_norm.weight", (hidden,)
        for number in range(layers):
            block = f"{side}.block.{number}.layer"
            own = f"{block}.0.TransientGlobalSelfAttention" if side == "encoder" else f"{block}.0.SelfAttention"
            modules = [own] if side == "encoder" else [own, f"{block}.1.EncDecAttention"]
            for place, module in enumerate(modules):
                yield from attention(module, ["q", "k", "v"], inner, hidden, False)
                yield from attention(module, ["o"], hidden, inner, False)
                yield f"{block}.{place}.layer_norm.weight", (hidden,)
            if side == "encoder":
                yield f"{own}.global_input_layer_norm.weight", (hidden,)
            if number == 0:
                yield f"{own}.relative_attention_bias.weight", (32, config["num_heads"])
                if side == "encoder":
                    yield f"{own}.global_relative_attention_bias.weight", (32, config["num_heads"])
            dense = f"{block}.{len(modules)}.DenseReluDense"
            yield from attention(dense, ["wi_0", "wi_1"], width, hidden, False)
            yield from attention(dense, ["wo"], hidden, width, False)
            yield f"{block}.{len(modules)}.layer_norm.weight", (hidden,)


MODELS = {"led": (LED, led_tensors), "longt5": (LONGT5, longt5_tensors)}


def numbers_of(name, shape, draw):
    """bf16: ones where a norm has its gain, else of both signs and of about the inputs' root in magnitude."""
    count = math.prod(shape)
    if len(shape) == 1:
        return (b"\x80\x3f" if name.endswith("weight") else b"\0\0") * count
    exponent = 127 - round(math.log2(shape[1]) / 2) - 1
    low = bytes((exponent & 1) << 7 | byte & 0x7F for byte in range(256))
    high = bytes((byte & 0x80) | exponent >> 1 for byte in range(256))
    numbers = bytearray(2 * count)
    numbers[0::2] = draw.randbytes(count).translate(low)
    numbers[1::2] = draw.randbytes(count).translate(high)
    return bytes(numbers)


def write_checkpoint(folder, config, tensors):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    header, offset = {}, 0
    shapes = dict(tensors)
    for name, shape in shapes.items():
        end = offset + 2 * math.prod(shape)
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    draw = random.Random(1)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, shape in shapes.items():
            file.write(numbers_of(name, shape, draw))


def library_of(arguments, name):
    config, tensors = MODELS[name]
    checkpoint = arguments.folder / name
    library = arguments.folder / f"lib{name}.{arguments.weights}.so"
    if not library.exists():
        write_checkpoint(checkpoint, config, tensors(config))
        subprocess.run([arguments.transept, "compile", checkpoint, "--weights", arguments.weights, "--name", name, "-o",
                        library], check=True)
    return library


def most_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # MiB


def measure(arguments, name):
    model = transept.load(str(library_of(arguments, name)), threads=arguments.threads, encoder_cache_bytes=0)
    draw = random.Random(2)

    def source(length):
        return [draw.randrange(10, VOCABULARY) for _ in range(length)]

    model.encode(source(64))
    before, first, rows = most_memory(), None, []
    print(f"\n{name}, {arguments.weights}, threads: {arguments.threads}\n")
    print("| tokens | processor seconds | times those of the first | tokens a second | MiB | KiB a token |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for length in arguments.lengths:
        best = math.inf
        for _ in range(arguments.rounds):
            ids = source(length)
            begin = time.process_time()
            model.encode(ids)
            best = min(best, time.process_time() - begin)
        first = first or best
        memory = most_memory() - before
        print(f"| {length} | {best:.2f} | {best / first:.1f} | {length / best:.0f} | {memory:.0f} | "
              f"{1024 * memory / length:.0f} |", flush=True)
        rows.append({"tokens": length, "seconds": best, "MiB": memory})
    return rows


def main():
    arguments = parse_arguments()
    file = arguments.folder / "results.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    for name in arguments.models:
        results[name] = measure(arguments, name)
        file.write_text(json.dumps(results, indent=1))
    if arguments.plot:
        arguments.plot.write_text(plot.growth("Encoding one source, by its length", results, "tokens",
                                              {"seconds": "processor seconds", "MiB": "MiB of memory"}))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Writes a Whisper model of CTranslate2 as the checkpoint of Hugging Face that it was made from:
the same numbers under their first names, attention's fused layers cut apart again."""

import json
import shutil

from checkpoint import write_json, write_safetensors
from ctranslate2_model import read_model


def write_checkpoint(model, folder):
    tensors = read_model(model / "model.bin")
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "model.safetensors", _renamed(tensors))
    ids = _special_ids(model / "tokenizer.json")
    write_json(folder / "config.json", _configuration(tensors, ids))
    write_json(folder / "generation_config.json", _generation(model / "config.json", ids))
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "WhisperTokenizer"})
    write_json(folder / "preprocessor_config.json", {
        "feature_extractor_type": "WhisperFeatureExtractor", "hop_length": 160, "n_fft": 400,
        "feature_size": tensors["encoder/conv1/weight"].shape[1], "chunk_length": 30})
    shutil.copy(model / "tokenizer.json", folder)


def _renamed(tensors):
    result = {"model.decoder.embed_tokens.weight": tensors["decoder/embeddings/weight"]}

    def layer(new, old, begin=0, count=None, has_bias=True):
        for part in ("weight", "bias"):
            tensor = tensors[f"{old}/{part}"]
            tensor = tensor.rows(begin, tensor.shape[0] if count is None else count)
            if part == "weight" or has_bias:
                result[f"{new}.{part}"] = tensor
            elif any(tensor.data):
                raise ValueError(f"{old}: keys have a bias, which Whisper's do not")

    def norm(new, old):
        result[new + ".weight"], result[new + ".bias"] = tensors[old + "/gamma"], tensors[old + "/beta"]

    def attention(new, old, fused):
        """`fused` has, for each layer of CTranslate2, what lies in it."""
        norm(new + "_layer_norm", old + "/layer_norm")
        size = tensors[f"{old}/layer_norm/gamma"].shape[0]
        for number, parts in enumerate(fused):
            for index, part in enumerate(parts):
                layer(f"{new}.{part}_proj", f"{old}/linear_{number}", index * size, size,
                      has_bias=part != "k")

    for side in ("encoder", "decoder"):
        table = tensors[side + "/position_encodings/encodings"]
        result[f"model.{side}.embed_positions.weight"] = table
        norm(f"model.{side}.layer_norm", side + "/layer_norm")
        for index in range(layer_count(tensors, side)):
            new, old = f"model.{side}.layers.{index}.", f"{side}/layer_{index}/"
            attention(new + "self_attn", old + "self_attention", ("qkv", ("out",)))
            if side == "decoder":
                attention(new + "encoder_attn", old + "attention", ("q", "kv", ("out",)))
            norm(new + "final_layer_norm", old + "ffn/layer_norm")
            layer(new + "fc1", old + "ffn/linear_0")
            layer(new + "fc2", old + "ffn/linear_1")
    for name in ("conv1", "conv2"):
        layer(f"model.encoder.{name}", f"encoder/{name}")
    return result


def layer_count(tensors, side):
    return sum(name.startswith(f"{side}/layer_") and name.endswith("/ffn/linear_0/weight")
               for name in tensors)


def _special_ids(tokenizer):
    tokens = json.loads(tokenizer.read_text())["added_tokens"]
    return {token["content"]: token["id"] for token in tokens}


def _configuration(tensors, ids):
    vocabulary, hidden = tensors["decoder/embeddings/weight"].shape
    config = {
        "architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper",
        "d_model": hidden, "vocab_size": vocabulary, "activation_function": "gelu",
        "num_mel_bins": tensors["encoder/conv1/weight"].shape[1], "is_encoder_decoder": True,
        "max_source_positions": tensors["encoder/position_encodings/encodings"].shape[0],
        "max_target_positions": tensors["decoder/position_encodings/encodings"].shape[0],
    } | _frame(ids)
    for side in ("encoder", "decoder"):
        config[side + "_layers"] = layer_count(tensors, side)
        config[side + "_attention_heads"] = tensors[side + "/num_heads"].number()
        config[side + "_ffn_dim"] = tensors[side + "/layer_0/ffn/linear_0/weight"].shape[0]
    return config


def _generation(source, ids):
    """What Hugging Face has for models of English alone; suppressed tokens are the package's."""
    model = json.loads(source.read_text())
    return {
        "is_multilingual": False, "max_length": 448, "max_initial_timestamp_index": 50,
        "no_timestamps_token_id": ids["<|notimestamps|>"],
        "prev_sot_token_id": ids["<|startofprev|>"], "alignment_heads": model["alignment_heads"],
        "suppress_tokens": model["suppress_ids"],
        "begin_suppress_tokens": model["suppress_ids_begin"],
    } | _frame(ids)


def _frame(ids):
    end = ids["<|endoftext|>"]
    return {"decoder_start_token_id": ids["<|startoftranscript|>"], "bos_token_id": end,
            "eos_token_id": end, "pad_token_id": end}

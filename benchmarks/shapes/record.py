# SPDX-License-Identifier: Apache-2.0
"""The configurations of published models and the shapes of their tensors, by the classes of Hugging Face transformers
5.24, so that benchmarks need no transformers. Run by hand: record.py, with torch.

Tensors are those that a checkpoint of the family has among the goldens. `{}` in a name counts layers from 0."""
import json
import pathlib
import re
import struct

import torch
import transformers

HERE = pathlib.Path(__file__).resolve().parent
GOLDENS = HERE.parents[1] / "tests/golden/checkpoints"


def canary_180m():
    """17 layers of FastConformer and 4 of the decoder, as wide as the class allows both: alike."""
    encoder = dict(num_hidden_layers=17, hidden_size=512, num_attention_heads=8, num_key_value_heads=8,
                   intermediate_size=2048, num_mel_bins=128, conv_kernel_size=9, subsampling_conv_channels=256,
                   scale_input=False, attention_bias=True, convolution_bias=True)
    decoder = dict(vocab_size=5248, hidden_size=512, intermediate_size=2048, num_hidden_layers=4, num_attention_heads=8,
                   num_key_value_heads=8, head_dim=64, max_position_embeddings=1024)
    return "canary", transformers.CanaryForConditionalGeneration, transformers.CanaryConfig(
        encoder_config=encoder, decoder_config=decoder, vocab_size=5248, decoder_start_token_id=7)


def donut_base():
    """The sizes of naver-clova-ix/donut-base-finetuned-docvqa: 2560 by 1920 pixels."""
    encoder = transformers.DonutSwinConfig(image_size=[2560, 1920], patch_size=4, embed_dim=128, depths=[2, 2, 14, 2],
                                           num_heads=[4, 8, 16, 32], window_size=10)
    decoder = transformers.MBartConfig(vocab_size=57580, d_model=1024, decoder_layers=4, decoder_ffn_dim=4096,
                                       decoder_attention_heads=16, max_position_embeddings=1536, scale_embedding=True,
                                       is_decoder=True, add_cross_attention=True, is_encoder_decoder=False,
                                       add_final_layer_norm=True)
    config = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(
        encoder, decoder, decoder_start_token_id=57527, eos_token_id=2, pad_token_id=1)
    return "donut", transformers.VisionEncoderDecoderModel, config


def led_base():
    """allenai/led-base-16384."""
    return "led", transformers.LEDForConditionalGeneration, transformers.LEDConfig(
        vocab_size=50265, d_model=768, encoder_layers=6, decoder_layers=6, encoder_attention_heads=12,
        decoder_attention_heads=12, encoder_ffn_dim=3072, decoder_ffn_dim=3072, attention_window=6 * [1024],
        max_encoder_position_embeddings=16384, max_decoder_position_embeddings=1024, decoder_start_token_id=2)


def moonshine_base():
    return "moonshine", transformers.MoonshineForConditionalGeneration, transformers.MoonshineConfig(
        vocab_size=32768, hidden_size=416, intermediate_size=1664, encoder_num_hidden_layers=8,
        decoder_num_hidden_layers=8, encoder_num_attention_heads=8, decoder_num_attention_heads=8,
        partial_rotary_factor=0.62, pad_token_id=2)


def t5gemma_270m():
    """google/t5gemma-2-270m-270m, of which texts alone are read: its vision tower has a size that costs nothing."""
    side = dict(vocab_size=262144, hidden_size=640, intermediate_size=2048, num_hidden_layers=18, num_attention_heads=4,
                num_key_value_heads=1, head_dim=256, query_pre_attn_scalar=256, sliding_window=512,
                max_position_embeddings=32768)
    vision = dict(model_type="siglip_vision_model", hidden_size=8, intermediate_size=8, num_hidden_layers=1,
                  num_attention_heads=2, image_size=8, patch_size=4)
    return "t5gemma2", transformers.T5Gemma2ForConditionalGeneration, transformers.T5Gemma2Config(
        encoder=dict(text_config=side, vision_config=vision, mm_tokens_per_image=1, eoi_token_index=262144),
        decoder=side, decoder_start_token_id=2)


RECORDED = {"canary-180m": canary_180m, "donut-base": donut_base, "led-base": led_base,
            "moonshine-base": moonshine_base, "t5gemma-270m": t5gemma_270m}


def pattern(name):
    """The last number of a name counts layers."""
    found = list(re.finditer(r"(?<=\.)\d+(?=\.)", name))
    if not found:
        return name, None
    return f"{name[:found[-1].start()]}{{}}{name[found[-1].end():]}", int(found[-1].group())


def stored_names(golden):
    with open(GOLDENS / golden / "model.safetensors", "rb") as file:
        header = json.loads(file.read(*struct.unpack("<Q", file.read(8))))
    return {re.sub(r"\d+", "N", name) for name in header if name != "__metadata__"}


def shapes_of(model, golden):
    """Pattern -> how many, and their shape; a name with a number that others do not share stays one."""
    kept = stored_names(golden)
    # Files of transformers 5 do not name the part of T5Gemma 2 that reads texts.
    tensors = {name.replace("encoder.text_model.", "encoder."): list(tensor.shape)
               for name, tensor in model.state_dict().items()}
    tensors = {name: shape for name, shape in tensors.items()
               if re.sub(r"\d+", "N", name) in kept and "vision_tower" not in name}
    missing = kept - {re.sub(r"\d+", "N", name) for name in tensors}
    assert not [name for name in missing if "vision" not in name and "multi_modal" not in name], missing
    groups = {}
    for name, shape in tensors.items():
        groups.setdefault((pattern(name)[0], tuple(shape)), []).append((pattern(name)[1], name))
    result = []
    for (text, shape), members in groups.items():
        numbers = [number for number, _ in members]
        if numbers == list(range(len(members))) or numbers == [None]:
            result.append([text, None if numbers == [None] else len(members), list(shape)])
        else:
            result += [[name, None, list(shape)] for _, name in members]
    return result


def main():
    for name, recorded in RECORDED.items():
        golden, kind, config = recorded()
        with torch.device("meta"):
            model = kind(config)
        config.architectures = [kind.__name__]
        fields = json.loads(config.to_json_string(use_diff=True))
        lines = ",\n".join("  " + json.dumps(each) for each in shapes_of(model, golden))
        (HERE / f"{name}.json").write_text(
            f'{{"config": {json.dumps(fields)},\n "tensors": [\n{lines}\n ]}}\n')
        print(name, sum(torch.Size(shape).numel() * (count or 1) for _, count, shape in
                        json.loads((HERE / f"{name}.json").read_text())["tensors"]) / 1e6)


if __name__ == "__main__":
    main()

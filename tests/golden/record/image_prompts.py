# SPDX-License-Identifier: Apache-2.0
"""A small random Florence-2 with its processor: image files and prompts in, answers out, by transformers 5.24.

image_prompts.py FOLDER, as record.py, whose parts it uses. answers.json has, for each image and prompt, the ids that the
processor makes of the prompt, those that greedy search finds, and their text as the original takes places out of it:
with all special tokens but <s>, </s> and <pad>."""
import pathlib

import torch
import transformers
from PIL import Image
from tokenizers import AddedToken

from record import BART, SEARCHES, generator, main

TESTS = pathlib.Path(__file__).resolve().parents[2]
IMAGES = TESTS / "unit/media/features/references"
BPE = TESTS / "golden/tokenizers/bart"
PLACES = ["<od>", "</od>"] + [f"<loc_{place}>" for place in range(8)]
PROMPTS = {"rgb.png": "<CAPTION>", "gray.png": "<REGION_TO_OCR> <loc_1><loc_2><loc_7><loc_3> ",
           "interlaced.png": "Where is the boat?", "palette.png": "<OPEN_VOCABULARY_DETECTION>small  boats"}
SIZE, ROWS = (28, 20), 7  # 3 by 2 places, and their mean
GENERATION = {"max_length": 20, "no_repeat_ngram_size": 2, "forced_eos_token_id": 2}


def processor():
    image = transformers.CLIPImageProcessor(
        size={"height": SIZE[0], "width": SIZE[1]}, do_center_crop=False, resample=3,
        image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])
    image.image_seq_length = ROWS
    words = transformers.BartTokenizer(vocab=str(BPE / "vocab.json"), merges=str(BPE / "merges.txt"),
                                       extra_special_tokens={"image_token": "<image>"})
    words.add_tokens([AddedToken(each, special=True, normalized=False) for each in PLACES], special_tokens=True)
    return transformers.Florence2Processor(image_processor=image, tokenizer=words)


def florence2_tasks():
    read = processor()
    size = len(read.tokenizer)
    vision = dict(depths=[1, 1], patch_size=[7, 3], patch_stride=[5, 2], patch_padding=[3, 1], patch_prenorm=[False, True],
                  embed_dim=[8, 12], num_heads=[2, 3], num_groups=[2, 4], window_size=4, mlp_ratio=2.0, projection_dim=24,
                  max_position_embeddings=5, max_temporal_embeddings=2)
    sizes = {**BART, "vocab_size": size, "d_model": 24, "max_position_embeddings": 64}
    text = transformers.BartConfig(**sizes, decoder_start_token_id=2).to_dict()
    config = transformers.Florence2Config(vision_config=vision, text_config=text,
                                          image_token_id=read.image_token_id)
    model = transformers.Florence2ForConditionalGeneration(config)
    model.set_attn_implementation("eager")
    for key in ("vocab_size", "decoder_start_token_id", "pad_token_id", "eos_token_id"):
        setattr(config, key, getattr(config.text_config, key))

    def prompted(recorder):
        # Words and places should both be among the answers.
        words = model.get_input_embeddings().weight
        words[-len(PLACES):] *= 1.5
        result = {}
        for file, prompt in PROMPTS.items():
            inputs = read(images=Image.open(IMAGES / file).convert("RGB"), text=prompt, return_tensors="pt")
            result[file.removesuffix(".png")] = {key: inputs[key] for key in ("pixel_values", "input_ids")}
        return result

    recorder = generator(model, 29, prompted, keeps_attention=True,
                         searches={name: {**search, **GENERATION} for name, search in SEARCHES.items()})
    answers = []
    for case in recorder.cases:
        name = case["inputs"]["input_ids"]
        ids = recorder.tensors[name] = recorder.tensors[name][:, ROWS:].clone()
        if not case["name"].startswith("greedy_"):
            continue
        file = case["name"].removeprefix("greedy_") + ".png"
        found = recorder.tensors[case["outputs"]["sequences"]][0]
        written = read.batch_decode([found], skip_special_tokens=False, clean_up_tokenization_spaces=False)[0]
        for each in ("<s>", "</s>", "<pad>"):
            written = written.replace(each, "")
        answers.append({"image": file, "prompt": PROMPTS[file], "prompt_ids": ids[0].tolist(), "ids": found.tolist(),
                        "text": written, "pixel_values": case["inputs"]["pixel_values"]})
    assert len(answers) == len(PROMPTS) and any("<loc_" in each["text"] for each in answers)
    for key in ("vocab_size", "decoder_start_token_id", "pad_token_id", "eos_token_id"):
        delattr(config, key)
    recorder.files = {"answers.json": {"generation": GENERATION, "cases": answers}}
    write = recorder.write

    def write_all(folder):
        write(folder)
        read.save_pretrained(folder)

    recorder.write = write_all
    return recorder


if __name__ == "__main__":
    main({"florence2_tasks": florence2_tasks})

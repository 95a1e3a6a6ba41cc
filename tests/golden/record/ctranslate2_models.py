# SPDX-License-Identifier: Apache-2.0
"""Small random models of transformers, as CTranslate2's converter writes them, and what CTranslate2 makes of them.

ctranslate2_models.py FOLDER writes FOLDER/NAME/transformers, FOLDER/NAME/TYPE for each type of weights, and
FOLDER/NAME/goldens.json: ids that searches find with numbers of f32, whatever type the weights are stored in. README.md
says how to run it. A token's name is its id, but for special ones."""
import json
import pathlib
import shutil
import sys

import ctranslate2
import numpy
import torch
import transformers
from safetensors.torch import save_file
from ctranslate2.converters import TransformersConverter

SIZES = dict(vocab_size=72, d_model=16, encoder_layers=2, decoder_layers=3, encoder_ffn_dim=24, decoder_ffn_dim=20)
LANGUAGES = {"<|en|>": 52, "<|fr|>": 53, "<|de|>": 54}


def randomized(model, seed):
    """Every norm and bias is random too, so that one which is forgotten shows."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_gain = parameter.dim() == 1 and name.endswith("weight")
            parameter.copy_(1 + 0.3 * noise if is_gain else 0.25 * noise)
    return model.eval()


class Names:
    """What the converter asks of a tokenizer."""
    bos_token, eos_token, unk_token, additional_special_tokens = "<s>", "</s>", "<unk>", []
    special_tokens_map = {}

    def __init__(self, special, size):
        self.names = [special.get(id, str(id)) for id in range(size)]

    def get_vocab(self):
        return {name: id for id, name in enumerate(self.names)}

    def convert_ids_to_tokens(self, id):
        return self.names[id]


class Converter(TransformersConverter):
    def __init__(self, path, names):
        super().__init__(str(path), copy_files=["generation_config.json"])
        self.names = names

    def load_tokenizer(self, *_, **__):
        return self.names


class Goldens:
    """What `transept verify` reads."""

    def __init__(self):
        self.cases, self.tensors = [], {}

    def case(self, name, kind, inputs, outputs, **more):
        names = {}
        for group, tensors in (("inputs", inputs), ("outputs", outputs)):
            names[group] = {key: f"{name}.{key}" for key in tensors}
            self.tensors.update({f"{name}.{key}": torch.as_tensor(value).clone() for key, value in tensors.items()})
        self.cases.append({"name": name, "kind": kind, **names, **more})

    def write(self, folder, family):
        save_file(self.tensors, folder / "goldens.safetensors")
        made_with = {"ctranslate2": ctranslate2.__version__, "transformers": transformers.__version__}
        about = {"family": family, "made_with": made_with, "made_by": "tests/golden/record/ctranslate2_models.py"}
        (folder / "goldens.json").write_text(json.dumps({**about, "cases": self.cases}, indent=1) + "\n")


def write(folder, model, names, types, inputs, search):
    """search(path) gives the ids that CTranslate2 finds for the inputs, and what `verify` is told of it."""
    original = folder / "transformers"
    model.save_pretrained(original)
    model = type(model).from_pretrained(original).eval()  # its sinusoids are those that are not stored
    for kind in types:
        Converter(original, names).convert(str(folder / kind), quantization=kind, force=True)
        goldens = Goldens()
        for name, sequences, arguments, more in search(folder / kind):
            goldens.case(name, "generate", inputs, {"sequences": sequences}, uses_generation_config_json=False,
                         generation_args={"no_repeat_ngram_size": 2, **arguments}, **more)
        if kind == "float32":
            start = model.config.decoder_start_token_id
            targets = torch.tensor([[start, 9, 30, 17, 44]] * len(next(iter(inputs.values()))))
            with torch.no_grad():
                logits = model(**inputs, decoder_input_ids=targets).logits[..., :len(json.loads(
                    next((folder / kind).glob("*vocabulary.json")).read_text()))]
            if start >= logits.shape[-1]:  # which token begins does not matter there
                targets[:, 0] = 0
            goldens.case("forward", "forward", {**inputs, "decoder_input_ids": targets}, {"logits": logits})
        goldens.write(folder / kind, folder.name)


def sources(first, end, padding, beginning=()):
    draw = torch.Generator().manual_seed(5)
    lists = [[*beginning, *torch.randint(first, 60, (length,), generator=draw).tolist(), end] for length in (1, 5, 9, 16)]
    ids = [torch.tensor(each) for each in lists]
    padded = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=padding)
    mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(each) for each in ids], batch_first=True)
    return lists, {"input_ids": padded, "attention_mask": mask}


def translations(names, lists, start, end, padding):
    def search(path):
        translator = ctranslate2.Translator(str(path), compute_type="float32")
        for beams in (1, 4):
            found = translator.translate_batch([[names.names[id] for id in each] for each in lists], beam_size=beams,
                                               max_decoding_length=20, no_repeat_ngram_size=2)
            rows = [[start, *(names.get_vocab()[token] for token in each.hypotheses[0])] for each in found]
            rows = [torch.tensor(row if len(row) == 21 else [*row, end]) for row in rows]
            yield (f"beams{beams}", torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=padding),
                   {"num_beams": beams, "renormalize_logits": True, "max_length": 21, "pad_token_id": padding, "eos_token_id": end,
                    "decoder_start_token_id": start}, {})
    return search


def marian(folder):
    config = transformers.MarianConfig(**SIZES, encoder_attention_heads=4, decoder_attention_heads=4,
                                       max_position_embeddings=40, activation_function="swish", scale_embedding=True,
                                       pad_token_id=71, decoder_start_token_id=71, eos_token_id=0, forced_eos_token_id=None,
                                       share_encoder_decoder_embeddings=True)
    model = randomized(transformers.MarianMTModel(config), 11)
    with torch.no_grad():  # as published models have it
        model.model.shared.weight[71] = 0
        model.final_logits_bias[0, :71] = torch.randn(71, generator=torch.Generator().manual_seed(3))
    model.generation_config = transformers.GenerationConfig(
        bad_words_ids=[[71]], decoder_start_token_id=71, eos_token_id=0, pad_token_id=71, max_length=21, num_beams=4)
    names = Names({0: "</s>", 1: "<unk>", 71: "<pad>"}, 72)
    lists, inputs = sources(2, 0, padding=0)
    write(folder, model, names, ["float32", "float16", "int8"], inputs, translations(names, lists, 0, 0, 0))


def m2m_100(folder):
    config = transformers.M2M100Config(**SIZES, encoder_attention_heads=2, decoder_attention_heads=2,
                                       max_position_embeddings=40, activation_function="relu", scale_embedding=True)
    model = randomized(transformers.M2M100ForConditionalGeneration(config), 12)
    model.generation_config = transformers.GenerationConfig(bos_token_id=0, decoder_start_token_id=2, eos_token_id=2,
                                                            pad_token_id=1, max_length=21, num_beams=4)
    names = Names({0: "<s>", 1: "<pad>", 2: "</s>", 3: "<unk>", 70: "__de__"}, 72)
    lists, inputs = sources(4, 2, padding=1, beginning=[69])
    write(folder, model, names, ["float32", "bfloat16", "int8"], inputs, translations(names, lists, 2, 2, 1))


def whisper(folder):
    config = transformers.WhisperConfig(**SIZES, encoder_attention_heads=4, decoder_attention_heads=2, num_mel_bins=80,
                                        max_source_positions=20, max_target_positions=24, pad_token_id=50,
                                        bos_token_id=50, eos_token_id=50, decoder_start_token_id=51,
                                        suppress_tokens=None, begin_suppress_tokens=None)
    model = randomized(transformers.WhisperForConditionalGeneration(config), 13)
    model.generation_config = transformers.GenerationConfig(
        bos_token_id=50, eos_token_id=50, pad_token_id=50, decoder_start_token_id=51, max_length=20, is_multilingual=True,
        suppress_tokens=[1, 2, 7], begin_suppress_tokens=[20, 50], lang_to_id=LANGUAGES, prev_sot_token_id=58,
        task_to_id={"translate": 55, "transcribe": 56}, no_timestamps_token_id=60, alignment_heads=[[1, 0], [2, 1]])
    special = {50: "<|endoftext|>", 51: "<|startoftranscript|>", 55: "<|translate|>", 56: "<|transcribe|>",
               57: "<|startoflm|>", 58: "<|startofprev|>", 59: "<|nospeech|>", 60: "<|notimestamps|>",
               **{id: name for name, id in LANGUAGES.items()}}
    names = Names(special, 61)
    features = numpy.random.default_rng(4).standard_normal((2, 80, 40)).astype(numpy.float32)

    def search(path):
        listener = ctranslate2.models.Whisper(str(path), compute_type="float32")
        prompt = [51, 54, 56, 60]
        found = listener.generate(ctranslate2.StorageView.from_array(features), [prompt] * 2, beam_size=1, max_length=20,
                                  no_repeat_ngram_size=2, suppress_tokens=[], suppress_blank=False)
        yield ("prompt", [prompt + each.sequences_ids[0] for each in found],
               {"num_beams": 1, "max_length": 14, "pad_token_id": 50, "eos_token_id": 50, "decoder_start_token_id": 51},
               {"decoder_prompt": prompt})
    write(folder, model, names, ["float32", "int8"], {"input_features": torch.from_numpy(features)}, search)


if __name__ == "__main__":
    for make in (marian, m2m_100, whisper):
        folder = pathlib.Path(sys.argv[1]) / make.__name__
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)

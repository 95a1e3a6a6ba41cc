# SPDX-License-Identifier: Apache-2.0
"""What tokenizers of Hugging Face transformers make of texts.

tokenizer.py FOLDER OTHER writes FOLDER/byt5 and FOLDER/bert_japanese for the texts that OTHER, a folder of
tests/golden/tokenizers, has recorded, and prints the ids of a pair of texts by the tokenizers beside OTHER whose files
transformers can read as they are. BertJapaneseTokenizer needs the packages fugashi and ipadic."""
import json
import pathlib
import sys

import transformers

BATCH = ["word", "Hello world", "naïve café"]
LONG = "The small boat was waiting for the harbour at night."


def case(tokenizer, text):
    ids = tokenizer(text)["input_ids"]

    def decode(**options):
        return tokenizer.decode(ids, **options)

    return {"text": text, "ids": ids, "ids_without_special_tokens": tokenizer(text, add_special_tokens=False)["input_ids"],
            "tokens": tokenizer.tokenize(text),
            "decoded": decode(skip_special_tokens=True, clean_up_tokenization_spaces=False),
            "decoded_cleaned": decode(skip_special_tokens=True, clean_up_tokenization_spaces=True),
            "decoded_with_special": decode(clean_up_tokenization_spaces=False)}


def record(tokenizer, folder, texts):
    tokenizer.save_pretrained(folder)
    padded = tokenizer(BATCH, padding=True)
    goldens = {"tokenizer_class": type(tokenizer).__name__,
               "made_with": f"transformers {transformers.__version__} slow tokenizer",
               "made_by": "tests/golden/record/tokenizer.py",
               "special": {"bos": None, "eos": tokenizer.eos_token_id, "pad": tokenizer.pad_token_id,
                           "unk": tokenizer.unk_token_id},
               "batch": {"texts": BATCH, **{name: padded[name] for name in ("input_ids", "attention_mask")}},
               "truncation": {"text": LONG, "max_length": 5,
                              "input_ids": tokenizer(LONG, truncation=True, max_length=5)["input_ids"]},
               "pair": {"texts": BATCH[1:], "ids": tokenizer(*BATCH[1:])["input_ids"]},
               "cases": [case(tokenizer, each) for each in texts]}
    (folder / "tokenizer_goldens.json").write_text(json.dumps(goldens, ensure_ascii=False, indent=1) + "\n")


def japanese(folder):
    """Characters as manga-ocr has them, with a vocabulary of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    characters = "abcdeghilnoprstuwxyzHTUア①1234567890,.!?:-小さな犬は図書館へ行く。スペー全角我们的老师正在学习ïéñ"
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(characters)]
    (folder / "vocab.txt").write_text("\n".join(tokens) + "\n")
    return transformers.BertJapaneseTokenizer(
        folder / "vocab.txt", word_tokenizer_type="mecab", subword_tokenizer_type="character",
        mecab_kwargs={"mecab_dic": "ipadic"})


def main():
    target, other = map(pathlib.Path, sys.argv[1:])
    texts = [each["text"] for each in json.loads((other / "tokenizer_goldens.json").read_text())["cases"]]
    record(transformers.ByT5Tokenizer(), target / "byt5", texts)
    # MeCab takes some control characters for the end of the text.
    record(japanese(target / "bert_japanese"), target / "bert_japanese", [each for each in texts if "\x01" not in each])
    for name in ("BartTokenizer", "BertTokenizer"):
        folder = other.parent / {"BartTokenizer": "bart", "BertTokenizer": "bert_cased"}[name]
        print(name, json.dumps(getattr(transformers, name).from_pretrained(folder)(*BATCH[1:])["input_ids"]))


main()

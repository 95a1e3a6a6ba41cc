# SPDX-License-Identifier: Apache-2.0
"""What tokenizers of Hugging Face transformers make of texts.

tokenizer.py FOLDER OTHER writes FOLDER/byt5 and FOLDER/bert_japanese for the texts that OTHER, a folder of
tests/golden/tokenizers, has recorded, and prints the ids of a pair of texts by the tokenizers beside OTHER whose files
transformers can read as they are. BertJapaneseTokenizer needs the packages fugashi and ipadic.

tokenizer.py FOLDER OTHER IndicTrans writes FOLDER/indic_trans alone, with sentencepiece models beside OTHER; the class,
tokenization_indictrans.py of the checkpoints of github.com/AI4Bharat/IndicTrans2, is imported."""
import json
import pathlib
import sys

import transformers

BATCH = ["word", "Hello world", "naïve café"]
LONG = "The small boat was waiting for the harbour at night."


TAGS = "eng_Latn hin_Deva "


def case(tokenizer, text):
    ids = tokenizer(text)["input_ids"]

    def decode(**options):
        return tokenizer.decode(ids, **options)

    return {"text": text, "ids": ids, "ids_without_special_tokens": tokenizer(text, add_special_tokens=False)["input_ids"],
            "tokens": tokenizer.tokenize(text),
            "decoded": decode(skip_special_tokens=True, clean_up_tokenization_spaces=False),
            "decoded_cleaned": decode(skip_special_tokens=True, clean_up_tokenization_spaces=True),
            "decoded_with_special": decode(clean_up_tokenization_spaces=False)}


def record(tokenizer, folder, texts, before=""):
    """`before` is what each text must begin with."""
    tokenizer.save_pretrained(folder)
    batch, long = [before + each for each in BATCH], before + LONG
    padded = tokenizer(batch, padding=True)
    goldens = {"tokenizer_class": type(tokenizer).__name__,
               "made_with": f"transformers {transformers.__version__} slow tokenizer",
               "made_by": "tests/golden/record/tokenizer.py",
               "special": {"bos": None, "eos": tokenizer.eos_token_id, "pad": tokenizer.pad_token_id,
                           "unk": tokenizer.unk_token_id},
               "batch": {"texts": batch, **{name: padded[name] for name in ("input_ids", "attention_mask")}},
               "truncation": {"text": long, "max_length": 5,
                              "input_ids": tokenizer(long, truncation=True, max_length=5)["input_ids"]},
               "pair": {"texts": batch[1:], "ids": tokenizer(*batch[1:])["input_ids"]},
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


def indic_trans(folder, other):
    """Two models and vocabularies in an order of their own, fairseq's special tokens before them; without Tamil."""
    from tokenization_indictrans import IndicTransTokenizer
    from sentencepiece import SentencePieceProcessor
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for side, model in (("SRC", "mbart/sentencepiece.bpe.model"), ("TGT", "marian/target.spm")):
        pieces = SentencePieceProcessor(model_file=str(other.parent / model))
        tokens = ["<s>", "<pad>", "</s>", "<unk>", "hin_Deva", "eng_Latn",
                  *(pieces.IdToPiece(id) for id in reversed(range(pieces.GetPieceSize())))]
        dictionary = {token: id for id, token in enumerate(dict.fromkeys(tokens))}
        (folder / f"dict.{side}.json").write_text(json.dumps(dictionary, ensure_ascii=False))
        (folder / f"model.{side}").write_bytes((other.parent / model).read_bytes())
        files += [folder / f"dict.{side}.json", folder / f"model.{side}"]
    source, source_model, target, target_model = map(str, files)
    return IndicTransTokenizer(source, target, source_model, target_model)


def record_indic_trans(tokenizer, folder, texts):
    def target(text):
        ids = tokenizer(text_target=text)["input_ids"]
        return {"target_ids": ids, "target_decoded": tokenizer.decode(ids, skip_special_tokens=True,
                                                                      clean_up_tokenization_spaces=False)}

    texts = [TAGS + each for each in texts if not any(token in each for token in tokenizer.all_special_tokens)]
    texts += ["hin_Deva eng_Latn Hello world", "tam_Taml eng_Latn Hello world", "eng_Latn hin_Deva hin_Deva x"]
    record(tokenizer, folder, texts, TAGS)
    path = folder / "tokenizer_goldens.json"
    goldens = json.loads(path.read_text())
    for each in goldens["cases"]:
        tokenizer._switch_to_input_mode()
        each.update(target(each["text"]))
    # It pads on the left, which is no matter of the tokenizer here.
    rows = goldens["batch"]["input_ids"]
    goldens["batch"]["input_ids"] = [sorted(row, key=lambda id: id == tokenizer.pad_token_id) for row in rows]
    path.write_text(json.dumps(goldens, ensure_ascii=False, indent=1) + "\n")


def main():
    target, other, *only = map(pathlib.Path, sys.argv[1:])
    texts = [each["text"] for each in json.loads((other / "tokenizer_goldens.json").read_text())["cases"]]
    if only:
        folder = target / "indic_trans"
        return record_indic_trans(indic_trans(folder, other), folder, texts)
    record(transformers.ByT5Tokenizer(), target / "byt5", texts)
    # MeCab takes some control characters for the end of the text.
    record(japanese(target / "bert_japanese"), target / "bert_japanese", [each for each in texts if "\x01" not in each])
    for name in ("BartTokenizer", "BertTokenizer"):
        folder = other.parent / {"BartTokenizer": "bart", "BertTokenizer": "bert_cased"}[name]
        print(name, json.dumps(getattr(transformers, name).from_pretrained(folder)(*BATCH[1:])["input_ids"]))


main()

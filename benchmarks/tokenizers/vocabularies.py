# SPDX-License-Identifier: Apache-2.0
"""Tokenizers of the size of published ones, trained on texts that are at hand: one folder for each
kind and algorithm, as checkpoints have them. Needs the packages sentencepiece and tokenizers."""

import json

import sentencepiece
import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

SIZE = 32000
ROLES = ["<s>", "<pad>", "</s>", "<unk>"]
BERT_ROLES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def charsmap(model):
    """The normalization of a sentencepiece model: field 2 of the message in field 3."""
    def fields(message):
        place = 0

        def varint():
            nonlocal place
            value = shift = 0
            while True:
                byte = message[place]
                place += 1
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    return value
        while place < len(message):
            key = varint()
            size = {0: 0, 1: 8, 5: 4}[key & 7] if key & 7 != 2 else varint()
            if key & 7 == 0:
                varint()
            yield key >> 3, message[place:place + size]
            place += size
    normalizer = next(value for number, value in fields(model) if number == 3)
    return next(value for number, value in fields(normalizer) if number == 2)


def write(folder, tokenizer_class, **files):
    folder.mkdir(parents=True)
    config = {"tokenizer_class": tokenizer_class, "added_tokens_decoder": {}}
    config.update(files.pop("config", {}))
    files["tokenizer_config.json"] = config
    for name, content in files.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            (folder / name).write_text(text, encoding="utf-8")


def sentencepieces(folder, texts, algorithm):
    """A model of one algorithm under the class names that take one."""
    prefix = folder / f"sentencepiece-{algorithm}"
    sentencepiece.SentencePieceTrainer.train(
        input=[str(text) for text in texts], model_prefix=str(prefix), model_type=algorithm,
        vocab_size=SIZE, character_coverage=0.9999, max_sentence_length=100000,
        input_sentence_size=60000, shuffle_input_sentence=True, unk_id=0, bos_id=1, eos_id=2,
        pad_id=-1, minloglevel=2)
    model = prefix.with_suffix(".model").read_bytes()
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    pieces = [processor.id_to_piece(id) for id in range(processor.get_piece_size())]
    write(folder / f"sentencepiece-{algorithm}", "MBartTokenizer",
          **{"sentencepiece.bpe.model": model})
    if algorithm == "unigram":
        ids = {piece: id for id, piece in enumerate([*pieces, "<pad>"])}
        write(folder / "marian-unigram", "MarianTokenizer",
              **{"source.spm": model, "target.spm": model, "vocab.json": ids})
        write(folder / "t5-unigram", "T5Tokenizer", **{"spiece.model": model})
        scores = [(piece, processor.get_score(id)) for id, piece in enumerate(pieces)]
        fast = tokenizers.Tokenizer(models.Unigram(scores, unk_id=0))
        fast.normalizer = normalizers.Precompiled(charsmap(model))
        fast.pre_tokenizer = pre_tokenizers.Metaspace()
        fast.decoder = decoders.Metaspace()
        write(folder / "tokenizer-json-unigram", "PreTrainedTokenizerFast",
              **{"tokenizer.json": fast.to_str()})


def bytes_of_words(folder, texts):
    slow = tokenizers.ByteLevelBPETokenizer()
    slow.train([str(text) for text in texts], vocab_size=SIZE, show_progress=False,
               special_tokens=ROLES)
    data = json.loads(slow.to_str())
    merges = "#version: 0.2\n" + "".join(
        (pair if isinstance(pair, str) else " ".join(pair)) + "\n"
        for pair in data["model"]["merges"])
    write(folder / "byte-level-bpe", "BartTokenizer",
          **{"vocab.json": data["model"]["vocab"], "merges.txt": merges})
    write(folder / "tokenizer-json-byte-level", "PreTrainedTokenizerFast",
          **{"tokenizer.json": slow.to_str()})


def marked_words(folder, texts):
    """BPE over characters with a mark for blanks, as converted sentencepiece models of BPE."""
    fast = tokenizers.Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    fast.normalizer = normalizers.Replace(tokenizers.Regex(" {2,}"), "▁")
    fast.pre_tokenizer = pre_tokenizers.Metaspace()
    fast.decoder = decoders.Metaspace()
    fast.train([str(text) for text in texts],
               trainers.BpeTrainer(vocab_size=SIZE, special_tokens=ROLES, show_progress=False))
    write(folder / "tokenizer-json-bpe", "PreTrainedTokenizerFast",
          **{"tokenizer.json": fast.to_str()})


def lower_words(folder, texts):
    """BPE of lower-cased words whose last symbol has an end."""
    fast = tokenizers.CharBPETokenizer(unk_token="__unk__", lowercase=True)
    fast.train([str(text) for text in texts], vocab_size=SIZE, show_progress=False,
               special_tokens=["__null__", "__start__", "__end__", "__unk__"])
    model = json.loads(fast.to_str())["model"]
    merges = "#version: 0.2\n" + "".join(
        (pair if isinstance(pair, str) else " ".join(pair)) + "\n" for pair in model["merges"])
    # Pieces that end no word have "@@" there.
    ids = {token.removesuffix("</w>") if token.endswith("</w>") or token.startswith("__")
           else token + "@@": id for token, id in model["vocab"].items()}
    write(folder / "word-bpe", "BlenderbotSmallTokenizer",
          **{"vocab.json": ids, "merges.txt": merges})


def word_pieces(folder, texts, lowercase):
    fast = tokenizers.BertWordPieceTokenizer(lowercase=lowercase)
    fast.train([str(text) for text in texts], vocab_size=SIZE, show_progress=False,
               special_tokens=BERT_ROLES)
    vocabulary = sorted(fast.get_vocab().items(), key=lambda each: each[1])
    name = "lower" if lowercase else "cased"
    write(folder / f"wordpiece-{name}", "BertTokenizer", config={"do_lower_case": lowercase},
          **{"vocab.txt": "".join(token + "\n" for token, _ in vocabulary)})
    write(folder / f"tokenizer-json-wordpiece-{name}", "PreTrainedTokenizerFast",
          **{"tokenizer.json": fast.to_str()})


def train(folder, texts):
    """Of those that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, make in {"sentencepiece-unigram": lambda: sentencepieces(folder, texts, "unigram"),
                       "sentencepiece-bpe": lambda: sentencepieces(folder, texts, "bpe"),
                       "byte-level-bpe": lambda: bytes_of_words(folder, texts),
                       "tokenizer-json-bpe": lambda: marked_words(folder, texts),
                       "word-bpe": lambda: lower_words(folder, texts),
                       "wordpiece-cased": lambda: word_pieces(folder, texts, False),
                       "wordpiece-lower": lambda: word_pieces(folder, texts, True),
                       "bytes": lambda: write(folder / "bytes", "ByT5Tokenizer")}.items():
        if not (folder / path).exists():
            print(f"training {path}", flush=True)
            make()

# SPDX-License-Identifier: Apache-2.0
"""Small random models in Marian's own files, with what marian-dev's formulas give for them in float64.

marian.py FOLDER [NAME...] writes FOLDER/NAME for each (all of them where none is given). The formulas are those of
src/models/transformer.h and src/rnn/cells.h, written down here for themselves: nothing of the front end is used. Where
they are those of transformers' MarianMTModel, with its sinusoids and epsilons replaced, the two are compared. Searches
are transformers' own over the logits of the formulas."""
import io
import json
import pathlib
import struct
import sys
import zipfile

import numpy
import sentencepiece
import torch
import transformers
from safetensors.numpy import save_file
from transformers.modeling_outputs import BaseModelOutput, Seq2SeqLMOutput

BASE = {"type": "transformer", "dim-emb": 32, "enc-depth": 2, "dec-depth": 2, "transformer-heads": 4,
        "transformer-dim-ffn": 48, "transformer-ffn-activation": "relu", "transformer-postprocess": "dan",
        "transformer-postprocess-emb": "d", "transformer-preprocess": "", "tied-embeddings-all": True,
        "tied-embeddings": False, "tied-embeddings-src": False, "layer-normalization": False, "dec-cell": "ssru",
        "transformer-decoder-autoreg": "rnn", "version": "v1.9.56", "input-types": [], "enc-cell": "gru"}


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


class Marian:
    """The model that `options` describe, with random parameters of the names that Marian gives them."""

    def __init__(self, options, sizes, seed):
        self.options = {**BASE, **options, "dim-vocabs": list(sizes)}
        self.random = numpy.random.default_rng(seed)
        self.parameters = {}
        width, inner = self.options["dim-emb"], self.options["transformer-dim-ffn"]
        for side, depth in (("encoder", self.options["enc-depth"]), ("decoder", self.options["dec-depth"])):
            for layer in range(1, depth + 1):
                prefix = f"{side}_l{layer}"
                if side == "decoder" and self.is_recurrent():
                    for name, shape in (("W", (width, width)), ("Wf", (width, width)), ("bf", (1, width))):
                        self.add(f"{prefix}_rnn_{name}", shape)
                    self.add_gains(f"{prefix}_rnn_ffn_ln")
                else:
                    self.add_attention(f"{prefix}_self", width)
                if side == "decoder":
                    self.add_attention(f"{prefix}_context", width)
                for name, shape in (("W1", (width, inner)), ("b1", (1, inner)), ("W2", (inner, width)),
                                    ("b2", (1, width))):
                    self.add(f"{prefix}_ffn_{name}", shape)
                self.add_gains(f"{prefix}_ffn_ffn_ln")
            if "n" in self.options.get("transformer-postprocess-top", ""):
                self.add_gains(f"{side}_top_ln")
        self.add_embeddings(sizes, width)

    def is_recurrent(self):
        return self.options["transformer-decoder-autoreg"] == "rnn"

    def add(self, name, shape, scale=0.25):
        self.parameters[name] = (scale * self.random.standard_normal(shape)).astype(numpy.float32)

    def add_gains(self, name):
        width = self.options["dim-emb"]
        self.parameters[name + "_scale"] = (1 + 0.3 * self.random.standard_normal((1, width))).astype(numpy.float32)
        self.add(name + "_bias", (1, width))

    def add_attention(self, prefix, width):
        for part in "qkvo":
            self.add(f"{prefix}_W{part}", (width, width))
            self.add(f"{prefix}_b{part}", (1, width))
        self.add_gains(f"{prefix}_Wo_ln")

    def add_embeddings(self, sizes, width):
        options = self.options
        is_one = options["tied-embeddings-all"] or options["tied-embeddings-src"]
        self.tables = ("Wemb", "Wemb") if is_one else ("encoder_Wemb", "decoder_Wemb")
        for name, size in zip(self.tables, sizes):
            self.add(name, (size, width))
        self.head = None
        if not (options["tied-embeddings-all"] or options["tied-embeddings"]):
            self.head = options.pop("head", "decoder_ff_logit_out_Wt")
            self.add(self.head, (sizes[1], width) if self.head.endswith("Wt") else (width, sizes[1]))
        self.add("decoder_ff_logit_out_b", (1, sizes[1]), 1.0)

    # The formulas.

    def at(self, name):
        return self.parameters[name].astype(numpy.float64)

    def norm(self, x, name):
        centered = x - x.mean(-1, keepdims=True)
        scaled = centered / numpy.sqrt((centered**2).mean(-1, keepdims=True) + 1e-6)
        return scaled * self.at(f"{name}_ln_scale") + self.at(f"{name}_ln_bias")

    def attention(self, prefix, x, memory, is_causal):
        heads = self.options["transformer-heads"]

        def split(y, part):
            y = y @ self.at(f"{prefix}_W{part}") + self.at(f"{prefix}_b{part}")
            return y.reshape(len(y), heads, -1).transpose(1, 0, 2)

        query, key, value = split(x, "q"), split(memory, "k"), split(memory, "v")
        scores = query @ key.transpose(0, 2, 1) / numpy.sqrt(query.shape[-1])
        if is_causal:
            scores = scores + numpy.triu(numpy.full((len(x), len(x)), -numpy.inf), 1)
        weights = numpy.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        mixed = (weights @ value).transpose(1, 0, 2).reshape(len(x), -1)
        return mixed @ self.at(f"{prefix}_Wo") + self.at(f"{prefix}_bo")

    def recurrence(self, prefix, x):
        values = x @ self.at(f"{prefix}_W")
        gates = sigmoid(x @ self.at(f"{prefix}_Wf") + self.at(f"{prefix}_bf"))
        state, states = numpy.zeros(x.shape[1]), []
        for gate, value in zip(gates, values):
            state = gate * state + (1 - gate) * value
            states.append(numpy.maximum(state, 0))
        return numpy.array(states)

    def feed_forward(self, prefix, x):
        hidden = x @ self.at(f"{prefix}_W1") + self.at(f"{prefix}_b1")
        is_relu = self.options["transformer-ffn-activation"] == "relu"
        hidden = numpy.maximum(hidden, 0) if is_relu else hidden * sigmoid(hidden)
        return hidden @ self.at(f"{prefix}_W2") + self.at(f"{prefix}_b2")

    def signal(self, length):
        half = self.options["dim-emb"] // 2
        angles = numpy.arange(length)[:, None] * 10000.0 ** (-numpy.arange(half) / (half - 1))
        return numpy.concatenate([numpy.sin(angles), numpy.cos(angles)], -1)

    def layers(self, side, depth, x, memory=None):
        for layer in range(1, depth + 1):
            prefix = f"{side}_l{layer}"
            if memory is not None and self.is_recurrent():
                x = self.norm(x + self.recurrence(f"{prefix}_rnn", x), f"{prefix}_rnn_ffn")
            else:
                own = f"{prefix}_self"
                x = self.norm(x + self.attention(own, x, x, memory is not None), f"{own}_Wo")
            if memory is not None:
                context = f"{prefix}_context"
                x = self.norm(x + self.attention(context, x, memory, False), f"{context}_Wo")
            x = self.norm(x + self.feed_forward(f"{prefix}_ffn", x), f"{prefix}_ffn_ffn")
        return self.norm(x, f"{side}_top") if f"{side}_top_ln_scale" in self.parameters else x

    def encode(self, ids):
        scale = numpy.sqrt(self.options["dim-emb"])
        x = scale * self.at(self.tables[0])[ids] + self.signal(len(ids))
        return self.layers("encoder", self.options["enc-depth"], x)

    def logits(self, memory, ids):
        embedded = self.at(self.tables[1])[ids]
        embedded[0] = 0
        x = numpy.sqrt(self.options["dim-emb"]) * embedded + self.signal(len(ids))
        x = self.layers("decoder", self.options["dec-depth"], x, memory)
        if self.head is None:
            head = self.at(self.tables[1]).T
        else:
            head = self.at(self.head) if self.head.endswith("_W") else self.at(self.head).T
        return x @ head + self.at("decoder_ff_logit_out_b")

    # The files.

    def yaml(self):
        lines = []
        for key, value in sorted(self.options.items()):
            if isinstance(value, list) and value:
                lines += [f"{key}:"] + [f"  - {item}" for item in value]
            else:
                text = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
                lines.append(f"{key}: {json.dumps(text) if text == '' or text == [] else text}")
        return ("\n".join(lines) + "\n\0").encode()

    def write_npz(self, path):
        arrays = {**self.parameters, "special:model.yml": numpy.frombuffer(self.yaml(), numpy.int8)}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for name, array in sorted(arrays.items()):
                with archive.open(zipfile.ZipInfo(name + ".npy"), "w") as member:
                    numpy.lib.format.write_array(member, array, version=(1, 0))

    def write_bin(self, path, quantizes):
        """Version 1 of the format; with `quantizes`, matrices of products and embeddings as bytes, which then are
        the parameters, too."""
        items = [("special:model.yml", 0x0101, (len(self.yaml()),), self.yaml())]
        for name, array in sorted(self.parameters.items()):
            is_matrix = name.endswith("Wemb") or name.rfind("_W") >= len(name) - 3
            if not (quantizes and is_matrix and "_ln_" not in name):
                items.append((name, 0x0404, array.shape, array.tobytes()))
                continue
            multiplier = numpy.float32(127 / numpy.abs(array).max())
            numbers = numpy.clip(numpy.rint(array * multiplier), -127, 127).astype(numpy.int8)
            self.parameters[name] = numbers.astype(numpy.float32) * (numpy.float32(1) / multiplier)
            stored = numbers if "Wemb" in name else numpy.ascontiguousarray(numbers.T)
            items.append((name, 0x4101, array.shape, stored.tobytes() + multiplier.tobytes()))
            items.append((name + "_QuantMultA", 0x0404, (1, 1), numpy.float32(20).tobytes()))
        write_items(path, items)


def write_items(path, items):
    def aligned(size):
        return (size + 255) // 256 * 256

    data = struct.pack("<QQ", 1, len(items))
    for name, kind, shape, content in items:
        data += struct.pack("<QQQQ", len(name) + 1, kind, len(shape), aligned(len(content)))
    data += b"".join(name.encode() + b"\0" for name, *_ in items)
    data += b"".join(struct.pack(f"<{len(shape)}i", *shape) for _, _, shape, _ in items)
    gap = (-(len(data) + 8)) % 256
    data += struct.pack("<Q", gap) + bytes(gap)
    for *_, content in items:
        data += content + bytes(aligned(len(content)) - len(content))
    path.write_bytes(data)


class Encoder(torch.nn.Module):
    main_input_name = "input_ids"

    def __init__(self, marian):
        super().__init__()
        self.marian = marian

    def forward(self, input_ids, attention_mask, **kwargs):
        memories = [self.marian.encode(ids[mask.bool()].numpy()) for ids, mask in zip(input_ids, attention_mask)]
        padded = numpy.zeros((*input_ids.shape, memories[0].shape[1]))
        for row, memory in enumerate(memories):
            padded[row, :len(memory)] = memory
        return BaseModelOutput(last_hidden_state=torch.tensor(padded))


class Searched(transformers.PreTrainedModel):
    """The formulas as a model that transformers' searches run."""
    config_class = transformers.MarianConfig
    main_input_name = "input_ids"

    def __init__(self, marian):
        size = marian.options["dim-vocabs"][1]
        super().__init__(transformers.MarianConfig(vocab_size=size, pad_token_id=0, eos_token_id=0,
                                                   decoder_start_token_id=0, forced_eos_token_id=None,
                                                   is_encoder_decoder=True))
        self.marian, self.encoder, self.anchor = marian, Encoder(marian), torch.nn.Parameter(torch.zeros(1))

    def get_encoder(self):
        return self.encoder

    def forward(self, input_ids=None, attention_mask=None, decoder_input_ids=None, encoder_outputs=None, **kwargs):
        logits = [self.marian.logits(memory[mask.bool()].numpy(), ids.numpy()) for memory, mask, ids in
                  zip(encoder_outputs.last_hidden_state, attention_mask, decoder_input_ids)]
        return Seq2SeqLMOutput(logits=torch.tensor(numpy.array(logits)))

    def prepare_inputs_for_generation(self, decoder_input_ids, attention_mask=None, encoder_outputs=None, **kwargs):
        return {"decoder_input_ids": decoder_input_ids, "attention_mask": attention_mask,
                "encoder_outputs": encoder_outputs}


def compare_with_transformers(marian):
    """Where there is self-attention: MarianMTModel with these weights gives the same."""
    options, parameters = marian.options, marian.parameters
    source, target = options["dim-vocabs"]
    config = transformers.MarianConfig(
        vocab_size=source + 1, decoder_vocab_size=target + 1, d_model=options["dim-emb"],
        encoder_layers=options["enc-depth"], decoder_layers=options["dec-depth"], max_position_embeddings=64,
        encoder_attention_heads=options["transformer-heads"], decoder_attention_heads=options["transformer-heads"],
        encoder_ffn_dim=options["transformer-dim-ffn"], decoder_ffn_dim=options["transformer-dim-ffn"],
        activation_function={"relu": "relu", "swish": "swish"}[options["transformer-ffn-activation"]],
        scale_embedding=True, share_encoder_decoder_embeddings=False, tie_word_embeddings=True,
        pad_token_id=target, decoder_start_token_id=target, eos_token_id=0, is_encoder_decoder=True)
    model = transformers.MarianMTModel(config).eval()  # in f32, as torch 1.13 has no masks of f64
    names = {"self_attn": "self", "encoder_attn": "context"}
    state = {}
    for name in model.state_dict():
        _, side, *rest = [*name.split("."), ""]
        rest = rest[:-1]
        if rest[:1] == ["layers"]:
            prefix, part, kind = f"{side}_l{int(rest[1]) + 1}", rest[2], rest[-1]
            for module, own in names.items():
                if part == module:
                    found = parameters[f"{prefix}_{own}_{'W' if kind == 'weight' else 'b'}{rest[3][0]}"]
                elif part == module + "_layer_norm":
                    found = parameters[f"{prefix}_{own}_Wo_ln_{'scale' if kind == 'weight' else 'bias'}"]
            if part in ("fc1", "fc2"):
                found = parameters[f"{prefix}_ffn_{'W' if kind == 'weight' else 'b'}{part[2]}"]
            elif part == "final_layer_norm":
                found = parameters[f"{prefix}_ffn_ffn_ln_{'scale' if kind == 'weight' else 'bias'}"]
            state[name] = torch.tensor(found.T if kind == "weight" and "norm" not in part else found.reshape(-1))
        elif "embed_positions" in name:
            state[name] = torch.tensor(marian.signal(64))
        elif name == "final_logits_bias":
            state[name] = torch.tensor(numpy.pad(parameters["decoder_ff_logit_out_b"], ((0, 0), (0, 1))))
        else:
            table = parameters[marian.tables[0 if "encoder" in name else 1]]
            state[name] = torch.tensor(numpy.pad(table, ((0, 1), (0, 0))))
    model.load_state_dict(state)
    for module in model.modules():
        if isinstance(module, torch.nn.LayerNorm):
            module.eps = 1e-6
    sources, targets = torch.tensor([[5, 7, 2, 9, 0]]), torch.tensor([[target, 3, 8, 4]])
    theirs = model(input_ids=sources, decoder_input_ids=targets).logits[0, :, :target].detach().numpy()
    ours = marian.logits(marian.encode(sources[0].numpy()), numpy.where(targets[0] == target, 0, targets[0]))
    difference = numpy.abs(theirs - ours).max()
    assert difference < 1e-5 * numpy.abs(ours).max(), difference
    return float(difference)


class Recorder:
    def __init__(self, marian, seed):
        self.marian, self.cases, self.tensors = marian, [], {}
        self.random = numpy.random.default_rng(seed)

    def case(self, name, kind, inputs, outputs, **more):
        case = {"name": name, "kind": kind}
        for group, tensors in (("inputs", inputs), ("outputs", outputs)):
            case[group] = {key: f"{name}.{key}" for key in tensors}
            self.tensors.update({f"{name}.{key}": numpy.ascontiguousarray(value) for key, value in tensors.items()})
        self.cases.append({**case, **more})

    def sources(self, lengths):
        ids = numpy.zeros((len(lengths), max(lengths)), numpy.int64)
        for row, length in enumerate(lengths):
            ids[row, :length - 1] = self.random.integers(2, self.marian.options["dim-vocabs"][0], length - 1)
        return ids, (numpy.arange(max(lengths))[None] < numpy.array(lengths)[:, None]).astype(numpy.int64)

    def record(self):
        for name, lengths in {"b1_s1": [1], "b1_s9": [9], "b4_pad": [5, 17, 3, 40]}.items():
            ids, mask = self.sources(lengths)
            inputs = {"input_ids": ids, "attention_mask": mask}
            self.forward(name, lengths, inputs)
            self.search(name, inputs)

    def forward(self, name, lengths, inputs):
        ids = inputs["input_ids"]
        targets = self.random.integers(2, self.marian.options["dim-vocabs"][1], (len(lengths), 21))
        targets[:, 0] = 0
        memories = [self.marian.encode(row[:length]) for row, length in zip(ids, lengths)]
        states = numpy.zeros((*ids.shape, self.marian.options["dim-emb"]), numpy.float32)
        for row, memory in enumerate(memories):
            states[row, :len(memory)] = memory
        logits = numpy.array([self.marian.logits(memory, row) for memory, row in zip(memories, targets)])
        self.case(f"fwd_{name}", "forward", {**inputs, "decoder_input_ids": targets},
                  {"logits": logits.astype(numpy.float32), "encoder_last_hidden_state": states})

    def search(self, name, inputs):
        options = dict(pad_token_id=0, eos_token_id=0, decoder_start_token_id=0, max_length=24)
        model = Searched(self.marian)
        given = {key: torch.tensor(value) for key, value in inputs.items()}
        for search, added in {"greedy": {"num_beams": 1}, "beam3": {"num_beams": 3, "length_penalty": 0.6}}.items():
            settings = transformers.GenerationConfig(**options, **added, use_cache=False)
            sequences = transformers.GenerationMixin.generate(model, **given, generation_config=settings)
            self.case(f"{search}_{name}", "generate", inputs, {"sequences": sequences.numpy()},
                      uses_generation_config_json=False, generation_args={**options, **added})

    def write(self, folder, difference):
        save_file(self.tensors, folder / "goldens.safetensors")
        made = {"numpy": numpy.__version__, "transformers": transformers.__version__,
                "sentencepiece": sentencepiece.__version__}
        about = {"family": folder.name, "model_class": "Marian", "model_type": "marian",
                 "made_with": made, "made_by": "tests/golden/record/marian.py",
                 "differs_from_transformers_by": difference, "cases": self.cases}
        (folder / "goldens.json").write_text(json.dumps(about, indent=1) + "\n")


def marian_ssru(folder):
    """As Firefox's translators are, from .npz."""
    marian = Marian({}, (96, 96), 1)
    marian.write_npz(folder / "model.npz")
    return marian, None


def marian_ssru_bytes(folder):
    """Of sizes that Firefox's engine takes, as bytes, with a vocabulary; bergamot.mjs records what that engine writes.
    The weights are those of a seed, and changed, so that results are not one word over and over."""
    pieces = io.BytesIO()
    license = pathlib.Path(__file__).parents[3] / "LICENSE"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(license.read_text().splitlines()), model_writer=pieces, vocab_size=256, bos_id=-1,
        eos_id=0, unk_id=1, normalization_rule_name="identity", minloglevel=2)
    (folder / "vocab.spm").write_bytes(pieces.getvalue())
    marian = Marian({"dim-emb": 64, "transformer-heads": 8, "transformer-dim-ffn": 64}, (256, 256), 49)
    for name in marian.parameters:
        if "context_W" in name:
            marian.parameters[name] *= 2
        if name.endswith("rnn_W"):
            marian.parameters[name] *= 4
        if name.endswith("rnn_bf"):
            marian.parameters[name] -= 2
    marian.parameters["decoder_ff_logit_out_b"] *= 0
    marian.parameters["decoder_ff_logit_out_b"][0, 0] = -1000  # ends at the longest length alone
    marian.write_bin(folder / "model.intgemm.bin", quantizes=True)
    return marian, None


def marian_npz(folder):
    """As OPUS-MT's are: self-attention, swish; two vocabularies and a head of its own."""
    marian = Marian({"transformer-decoder-autoreg": "self-attention", "transformer-ffn-activation": "swish",
                     "tied-embeddings-all": False, "tied-embeddings": True, "dec-depth": 1}, (96, 96), 3)
    marian.write_npz(folder / "opus.npz.best-perplexity.npz")
    return marian, compare_with_transformers(marian)


def marian_untied(folder):
    """A head that older versions stored the other way round, norms at the top, unequal depths."""
    marian = Marian({"tied-embeddings-all": False, "tied-embeddings-src": True, "head": "decoder_ff_logit_out_W",
                     "transformer-postprocess-top": "n", "dec-depth": 3}, (80, 80), 4)
    marian.write_npz(folder / "model.npz")
    return marian, None


RECORDERS = {each.__name__: each for each in (marian_ssru, marian_ssru_bytes, marian_npz, marian_untied)}


def main():
    print("numpy", numpy.__version__, "transformers", transformers.__version__, "torch", torch.__version__)
    target, *names = sys.argv[1:]
    for seed, name in enumerate(names or RECORDERS):
        folder = pathlib.Path(target) / name
        folder.mkdir(parents=True, exist_ok=True)
        marian, difference = RECORDERS[name](folder)
        recorder = Recorder(marian, 100 + seed)
        with torch.no_grad():
            recorder.record()
        recorder.write(folder, difference)


main()

"""ctranslate2.py CHECK TRANSEPT MODELS FOLDER: what holds of CTranslate2's models, which record/ctranslate2_models.py
wrote.

same_library: weights of f32 give the library of the same model of transformers, byte for byte, but for Marian's, whose
file has no <pad>: there the description is the same in all else.
hostile: what is cut short, contradicts itself or computes something else ends with one error that says so."""

import json
import pathlib
import shutil
import struct
import subprocess
import sys

check, transept, models, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])


def parse(data):
    """[kind, revision, [[name, shape, type, content]], [[alias, name]]]"""
    at = 0

    def number(form):
        nonlocal at
        at += struct.calcsize(form)
        return struct.unpack_from("<" + form, data, at - struct.calcsize(form))[0]

    def name():
        nonlocal at
        size = number("H")
        at += size
        return data[at - size:at - 1].decode()

    assert number("I") == 6
    kind, revision, variables = name(), number("I"), []
    for _ in range(number("I")):
        title = name()
        shape = [number("I") for _ in range(number("B"))]
        type_, size = number("B"), number("I")
        variables.append([title, shape, type_, data[at:at + size]])
        at += size
    return [kind, revision, variables, [[name(), name()] for _ in range(number("I"))]]


def written(kind, revision, variables, aliases, version=6, counts=(0, 0), sizes={}):
    def name(text):
        return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"

    data = struct.pack("<I", version) + name(kind) + struct.pack("<II", revision, len(variables) + counts[0])
    for title, shape, type_, content in variables:
        data += name(title) + struct.pack(f"<B{len(shape)}I", len(shape), *shape)
        data += struct.pack("<BI", type_, sizes.get(title, len(content))) + content
    data += struct.pack("<I", len(aliases) + counts[1])
    return data + b"".join(name(alias) + name(target) for alias, target in aliases)


def copied(name, *, into):
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(models / name, into, ignore=shutil.ignore_patterns("goldens.*"))
    return into


def run(*arguments):
    return subprocess.run([transept, *arguments], capture_output=True, text=True, timeout=300)


def compiled(name, result):
    """The path of the checkpoint and the file name of the library are part of it."""
    (folder / result).mkdir(parents=True)
    done = run("compile", copied(name, into=folder / "model"), "-o", folder / result / "libmodel.so")
    if done.returncode != 0:
        sys.exit(done.stderr)
    return (folder / result / "libmodel.so").read_bytes()


def described(name):
    done = run("describe", copied(name, into=folder / "model"))
    if done.returncode != 0 or any("there are no files of" not in line for line in done.stderr.splitlines()):
        sys.exit(f"{name}: {done.stderr}")
    return json.loads(done.stdout)


def same_library():
    for model in ("m2m_100", "whisper"):
        if compiled(f"{model}/float32", f"{model}.1") != compiled(f"{model}/transformers", f"{model}.2"):
            sys.exit(f"{model}: the library is another one")
        theirs, ours = described(f"{model}/transformers"), described(f"{model}/int8")
        if ours.pop("weights") != "model.bin" or ours | {"weights": ""} != theirs | {"weights": ""}:
            sys.exit(f"{model}: the description is another one")
    ours, theirs = described("marian/float32"), described("marian/transformers")
    ours.pop("weights")
    for side in ("source", "target"):
        if ours[side]["embedding"].pop("vocabularySize") + 1 != theirs[side]["embedding"].pop("vocabularySize"):
            sys.exit("there is more to leave out than <pad>")
    if not ours["target"]["embedding"].pop("isFirstZero") or theirs["target"]["embedding"].pop("isFirstZero", False):
        sys.exit("the target does not begin with zeros")
    ours.pop("generation"), theirs.pop("generation"), theirs.pop("weights", None)
    if ours != theirs:
        sys.exit("marian: the description is another one")


def damaged():
    """What a file or folder is made of, and what the error says."""
    whole = (models / "marian/int8/model.bin").read_bytes()
    for share in range(1, 16):
        yield "marian", whole[:len(whole) * share // 16], ["are expected, but only"]
    yield "marian", whole + b"more", ["4 bytes follow"]
    yield "marian", b"", ["model_type"]
    small = parse(whole)
    bytes_of = {name: content for name, _, _, content in small[2]}

    def changed(name, *, shape=None, type_=None, content=None, title=None):
        return [small[0], small[1], [[title or each[0], shape or each[1], each[2] if type_ is None else type_,
                                      each[3] if content is None else content] if each[0] == name else each
                                     for each in small[2]], small[3]]

    matrix, scale = "encoder/layer_0/ffn/linear_0/weight", "encoder/layer_0/ffn/linear_0/weight_scale"
    joined = "decoder/layer_0/self_attention/linear_0/weight"
    yield "marian", written(*small, version=5), ["found version 5", "allowed is 6"]
    yield "marian", written("Kind" * 300, *small[1:]), ["1201 bytes, allowed are 2 to 1000"]
    yield "marian", written("TransformerDecoderModelSpec", *small[1:]), ["allowed are TransformerSpec of revision 7"]
    yield "marian", written(small[0], 6, *small[2:]), ["of revision 6, allowed are"]
    yield "marian", written(*small, counts=(2**32 - 1 - len(small[2]), 0)), ["model.bin: "]
    yield "marian", written(*small, counts=(0, 7)), ["are expected, but only"]
    yield "marian", written(*changed(matrix, shape=[1] * 9)), ["found rank 9, allowed are 0 to 8"]
    yield "marian", written(*changed(matrix, shape=[2**32 - 1] * 3)), [matrix, "overflows"]
    yield "marian", written(*changed(matrix, shape=[0, 16])), ["has no elements"]
    yield "marian", written(*changed(matrix, shape=[25, 16])), ["takes 400 bytes, but has 384"]
    yield "marian", written(*small, sizes={matrix: 2**32 - 1}), ["takes 384 bytes, but has 4294967295"]
    yield "marian", written(*changed(matrix, type_=6)), ["found type 6", "allowed are 0 (f32)"]
    yield "marian", written(*changed(matrix, type_=2, content=bytes(768))), ["found type 2 of rank 2"]
    yield "marian", written(*changed(matrix, title=joined)), ["it is there twice"]
    yield "marian", written(*changed(matrix, title="encoder/layer_0/ffn/linear_0_noact/weight")), ["_scale", "absent"]
    yield "marian", written(*changed(scale, title="encoder/layer_0/ffn/linear_1/scale")), ["one for each row"]
    yield "marian", written(*changed(scale, shape=[12, 2])), ["f32 of shape [24]"]
    for wrong in (0, -1, float("nan"), float("inf")):
        content = struct.pack("<f", wrong) + bytes_of[scale][4:]
        yield "marian", written(*changed(scale, content=content)), ["allowed are finite numbers above 0"]
    yield "marian", written(*changed(joined, title="decoder/layer_0/gate/weight",
                                     type_=0, content=bytes(4 * 48 * 16))), ["no such variable"]
    yield "marian", written(*small[:2], small[2][1:] + [["decoder/layer_9/attention/linear_1/bias", [3], 0, bytes(12)]],
                            small[3]), ["allowed are 2 parts of one size"]
    yield "marian", written(*small[:3], [["decoder/alibi", "decoder/alibi"]]), ["it is there twice"]
    yield "marian", written(*small[:3], [["decoder/other", "decoder/another"]]), ['"decoder/another", which is not there']
    yield "marian", written(*small[:2], [each for each in small[2] if each[0] not in (matrix, scale)], small[3]), \
        ["model.encoder.layers.0.fc1.weight"]
    for attribute, type_, content, said in (
            ("decoder/alibi", 1, b"\1", ["decoder/alibi: found 1, allowed is 0"]),
            ("decoder/activation", 1, b"\4", ["activation: found 2 of the encoder and 4 of"]),
            ("decoder/pre_norm", 1, b"\1", ["pre_norm"]),
            ("encoder/num_heads", 2, b"\0\0", ["encoder_attention_heads"]),
            ("encoder/num_heads", 2, b"\3\0", ["a divisor of d_model"]),
            ("encoder/num_heads", 0, struct.pack("<f", 1e30), ["a divisor of d_model"]),
            ("encoder/num_heads", 0, struct.pack("<f", float("nan")), ["NaN"]),
            ("decoder/scale_embeddings", 0, struct.pack("<f", 3), ["scale_embeddings"])):
        yield "marian", written(*changed(attribute, type_=type_, content=content)), said
    biased = parse((models / "m2m_100/float32/model.bin").read_bytes())
    biased[2].append(["decoder/projection/bias", [72], 0, bytes(288)])
    yield "m2m_100", written(*biased), ["'final_logits_bias'", "another model"]
    keyed = parse((models / "whisper/float32/model.bin").read_bytes())
    for each in keyed[2]:
        if each[0] == "decoder/layer_0/self_attention/linear_0/bias":
            each[3] = each[3][:64] + struct.pack("<f", 1) + each[3][68:]
    yield "whisper", written(*keyed), ["self_attn.k_proj.bias"]


FILES = (("shared_vocabulary.json", None, "there is none of shared_vocabulary"),
         ("shared_vocabulary.json", "[\"</s>\"]", "found 1 tokens, but"),
         ("shared_vocabulary.json", "{}", "an array of tokens"),
         ("shared_vocabulary.json", "[7]", "shared_vocabulary.json"),
         ("config.json", "{\"layer_norm_epsilon\": 1e-6}", "allowed is 1e-5, or null"),
         ("config.json", "{\"eos_token\": \"<eot>\"}", "eos_token"),
         ("config.json", "[]", "config.json"),
         ("generation_config.json", "{\"decoder_start_token_id\": 5, \"eos_token_id\": -2}", "eos_token_id"))


def refused(what, expected):
    done = run("describe", folder / "model")
    errors = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
    if done.returncode != 1 or len(errors) != 1 or not errors[0].startswith(f"error: {folder}/model"):
        sys.exit(f"{what}: status {done.returncode}, {done.stderr!r}")
    if missing := [part for part in expected if part not in errors[0]]:
        sys.exit(f"{what}: {errors[0]!r} does not say {missing}")


def hostile():
    count = 0
    for model, content, expected in damaged():
        copied(f"{model}/float32", into=folder / "model")
        (folder / "model/model.bin").write_bytes(content)
        refused(f"file {count}", expected)
        count += 1
    for name, content, expected in FILES:
        path = copied("marian/float32", into=folder / "model") / name
        path.unlink() if content is None else path.write_text(content)
        refused(f"{name} as {content}", [expected])
        count += 1
    print(f"{count} models end as they should")


shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
{"same_library": same_library, "hostile": hostile}[check]()

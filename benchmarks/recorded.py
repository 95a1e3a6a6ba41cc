# SPDX-License-Identifier: Apache-2.0
"""Models of other architectures than those of peers, measured alone: checkpoints with random weights in the shapes of
published ones (shapes/, which shapes/record.py wrote), and a student of Firefox in Marian's own format."""

import json
import math
import pathlib
import zipfile
from dataclasses import dataclass

import numpy

SHAPES_FOLDER = pathlib.Path(__file__).resolve().parent / "shapes"


@dataclass(frozen=True)
class Recorded:
    """config.json and model.safetensors."""

    name: str

    def source(self, directory):
        """What is compiled."""
        return directory

    def tensors(self):
        """Name -> shape."""
        content = json.loads((SHAPES_FOLDER / f"{self.name}.json").read_text())
        return {name.format(number): shape for name, count, shape in content["tensors"]
                for number in range(1 if count is None else count)}

    def write(self, directory):
        import checkpoints
        weights = directory / "model.safetensors"
        if weights.exists():
            return
        directory.mkdir(parents=True, exist_ok=True)
        content = json.loads((SHAPES_FOLDER / f"{self.name}.json").read_text())
        (directory / "config.json").write_text(json.dumps(content["config"], indent=2))
        checkpoints.write_safetensors(weights, self.tensors(), random_tensors(self.tensors()))


@dataclass(frozen=True)
class Student:
    """A simple recurrent unit (SSRU) in place of the decoder's attention to itself, as the models of Firefox have it."""

    name: str
    width: int
    inner: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    vocabulary: int

    def source(self, directory):
        return directory / "model.npz"

    def tensors(self):
        width, shapes = self.width, {"Wemb": (self.vocabulary, self.width), "decoder_ff_logit_out_b": (1, self.vocabulary)}

        def gains(name):
            shapes[f"{name}_ln_scale"] = shapes[f"{name}_ln_bias"] = (1, width)

        def attention(name):
            for part in "qkvo":
                shapes[f"{name}_W{part}"], shapes[f"{name}_b{part}"] = (width, width), (1, width)
            gains(f"{name}_Wo")

        for side, layers in (("encoder", self.encoder_layers), ("decoder", self.decoder_layers)):
            for layer in range(1, layers + 1):
                block = f"{side}_l{layer}"
                if side == "encoder":
                    attention(f"{block}_self")
                else:
                    shapes |= {f"{block}_rnn_W": (width, width), f"{block}_rnn_Wf": (width, width),
                               f"{block}_rnn_bf": (1, width)}
                    gains(f"{block}_rnn_ffn")
                    attention(f"{block}_context")
                shapes |= {f"{block}_ffn_W1": (width, self.inner), f"{block}_ffn_b1": (1, self.inner),
                           f"{block}_ffn_W2": (self.inner, width), f"{block}_ffn_b2": (1, width)}
                gains(f"{block}_ffn_ffn")
        return shapes

    def options(self):
        """Marian's own description of itself, in YAML."""
        options = {"dec-cell": "ssru", "dec-depth": self.decoder_layers, "dim-emb": self.width,
                   "enc-depth": self.encoder_layers, "layer-normalization": "false", "tied-embeddings": "false",
                   "tied-embeddings-all": "true", "tied-embeddings-src": "false",
                   "transformer-decoder-autoreg": "rnn", "transformer-dim-ffn": self.inner,
                   "transformer-ffn-activation": "relu", "transformer-heads": self.heads,
                   "transformer-postprocess": "dan", "transformer-postprocess-emb": "d",
                   "transformer-preprocess": '""', "type": "transformer", "version": "v1.9.56"}
        lines = [f"{key}: {value}" for key, value in options.items()]
        lines += ["dim-vocabs:"] + 2 * [f"  - {self.vocabulary}"]
        return numpy.frombuffer(("\n".join(lines) + "\n\0").encode(), numpy.int8)

    def write(self, directory):
        path = directory / "model.npz"
        if path.exists():
            return
        directory.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for name, array in [("special:model.yml", self.options()), *random_tensors(self.tensors())]:
                with archive.open(name + ".npy", "w", force_zip64=True) as member:
                    numpy.lib.format.write_array(member, array, version=(1, 0))


def random_tensors(shapes):
    """Pairs of a name and an array of f32; norms do nothing, and products keep the size of their inputs."""
    random = numpy.random.default_rng(1)
    for name, shape in shapes.items():
        if "norm" in name and name.endswith(".weight") or name.endswith(("ln_scale", "running_var")):
            yield name, numpy.ones(shape, numpy.float32)
        elif len(shape) < 2 or shape[0] == 1:
            yield name, random.standard_normal(shape, numpy.float32) * numpy.float32(0.01)
        else:
            inputs = math.prod(shape[1:])
            yield name, random.standard_normal(shape, numpy.float32) * numpy.float32(inputs**-0.5)


SHAPES = {shape.name: shape for shape in (
    Recorded("t5gemma-270m"), Recorded("moonshine-base"), Recorded("canary-180m"), Recorded("donut-base"),
    Recorded("led-base"), Student("firefox-tiny", 256, 1536, 8, 6, 2, 32000))}


def parameter_count(shape):
    return sum(math.prod(size) for size in shape.tensors().values())

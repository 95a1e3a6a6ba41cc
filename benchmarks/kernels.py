# SPDX-License-Identifier: Apache-2.0
"""Models of one kind of kernel each, for the kernel benchmark: textual IR with random weights for
products and attention, a checkpoint of one layer for the search over a vocabulary."""

import json
import pathlib
import subprocess

import numpy

import checkpoints

# Depth and outputs, heads and head size, hidden size and vocabulary: sizes that blockings divide,
# and sizes that they do not.
REGULAR = {"linear": ((512, 2048), (768, 768)), "attention": ((8, 64),),
           "vocabulary": ((512, 32128),)}
ODD = {"linear": ((384, 1536), (640, 2560), (1000, 1000), (512, 389)),
       "attention": ((8, 40), (4, 80), (4, 128)),
       "vocabulary": ((384, 389), (640, 32128), (512, 58101), (512, 250054))}
QUICK = {"linear": ((512, 389),), "attention": ((8, 40),), "vocabulary": ((384, 389),)}


def text(shape):
    return "x".join(map(str, shape))


def write_kernels(transept, directory, types, is_quick, skip):
    """Compiles all; returns the list of what can be measured. `skip` is told what cannot."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    kernels = []
    for family, write in (("linear", _linear), ("attention", _attention),
                          ("vocabulary", _vocabulary)):
        # Attention multiplies no weights, so their type says nothing about it.
        for kind in types[:1] if family == "attention" else types:
            for shape in QUICK[family] if is_quick else REGULAR[family] + ODD[family]:
                name = f"{family}_{text(shape)}"
                source = write(directory / name, *shape)
                library = directory / f"{name}_{kind}.so"
                done = subprocess.run(
                    [str(part) for part in (transept, "compile", *source, "-o", library,
                                            "--weights", kind, "--name", name)],
                    capture_output=True, text=True, check=False)
                if done.returncode:
                    message = (done.stderr.strip().splitlines() or ["no message"])[0]
                    skip(f"kernel {name} {kind}: {message}")
                    continue
                kernels.append({"name": f"{family} {text(shape)}", "family": family,
                                "type": kind, "library": str(library)})
    (directory / "kernels.json").write_text(json.dumps(kernels, indent=1))
    return directory / "kernels.json"


def _rows(side, width):
    return f"!transept.rows<{side} x {width} x f32>"


def _write_ir(directory, code, tensors):
    """Returns what `transept compile` is told."""
    weights = directory / "weights"
    weights.mkdir(parents=True, exist_ok=True)
    checkpoints.write_safetensors(weights / "model.safetensors", tensors)
    source = directory / "kernel.mlir"
    source.write_text(code)
    return [source, "--checkpoint", weights]


def _normal(*shape):
    random = numpy.random.default_rng(1)
    return random.standard_normal(shape, numpy.float32) * numpy.float32(shape[-1] ** -0.5)


def _linear(directory, depth, outputs):
    """Up and down again, so that reading the input and writing the result weigh little."""
    narrow, wide = _rows("target", depth), _rows("target", outputs)
    up, down = f"tensor<{outputs}x{depth}xf32>", f"tensor<{depth}x{outputs}xf32>"
    code = f"""func.func @kernel(%in: {narrow}, %none: {_rows("source", 8)}) -> {narrow} {{
  %up = transept.parameter "up" : {up}
  %down = transept.parameter "down" : {down}
  %wide = transept.linear %in, %up : ({narrow}, {up}) -> {wide}
  %out = transept.linear %wide, %down : ({wide}, {down}) -> {narrow}
  return %out : {narrow}
}}
"""
    return _write_ir(directory, code, {"up": _normal(outputs, depth),
                                       "down": _normal(depth, outputs)})


def _attention(directory, heads, size):
    """Over keys and values that encoding made and keeps."""
    width = heads * size
    target, source, matrix = _rows("target", width), _rows("source", width), \
        f"tensor<{width}x{width}xf32>"
    code = f"""func.func @kernel(%queries: {target}, %states: {source}) -> {target} {{
  %key = transept.parameter "key" : {matrix}
  %value = transept.parameter "value" : {matrix}
  %keys = transept.linear %states, %key : ({source}, {matrix}) -> {source}
  %values = transept.linear %states, %value : ({source}, {matrix}) -> {source}
  %out = transept.cross_attention %queries, %keys, %values heads {heads} {{scale = {size ** -0.5}}}
      : ({target}, {source}, {source}) -> {target}
  return %out : {target}
}}
"""
    return _write_ir(directory, code, {"key": _normal(width, width),
                                       "value": _normal(width, width)})


def _vocabulary(directory, hidden, vocabulary):
    """A step of a model that is nearly all vocabulary; what the rest costs is counted as well."""
    shape = checkpoints.Shape("vocabulary", "marian", hidden, hidden // 64, 64, 64, 1, vocabulary)
    checkpoints.write_checkpoint(shape, directory)
    return [directory]

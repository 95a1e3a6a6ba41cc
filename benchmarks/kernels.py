# SPDX-License-Identifier: Apache-2.0
"""Models of one kind of kernel each, for the kernel benchmark: textual IR with random weights for
products and attention, a checkpoint of one layer for the search over a vocabulary."""

import json
import pathlib
import subprocess

import numpy

import checkpoints

# Depth and outputs, shapes that blockings divide and shapes that they do not.
LINEARS = ((512, 2048), (768, 768), (384, 1536), (640, 2560), (1000, 1000), (512, 389))
# Heads and head size.
ATTENTIONS = ((8, 64), (8, 40), (4, 80), (4, 128))
# Hidden size and vocabulary.
VOCABULARIES = ((512, 58101), (384, 389), (640, 32128), (512, 250054))
QUICK = {"linear": LINEARS[5:], "attention": ATTENTIONS[1:2], "vocabulary": VOCABULARIES[1:2]}


def write_kernels(transept, directory, types, is_quick, skip):
    """Compiles all; returns the list of what can be measured. `skip` is told what cannot."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    shapes = QUICK if is_quick else {"linear": LINEARS, "attention": ATTENTIONS,
                                     "vocabulary": VOCABULARIES}
    kernels = []
    for family, write in (("linear", _linear), ("attention", _attention),
                          ("vocabulary", _vocabulary)):
        # Attention multiplies no weights, so their type says nothing about it.
        for kind in types[:1] if family == "attention" else types:
            for shape in shapes[family]:
                name = f"{family}_{shape[0]}x{shape[1]}"
                source, item = write(directory / name, *shape)
                library = directory / f"{name}_{kind}.so"
                done = subprocess.run(
                    [str(part) for part in (transept, "compile", *source, "-o", library,
                                            "--weights", kind, "--name", name)],
                    capture_output=True, text=True, check=False)
                if done.returncode:
                    message = (done.stderr.strip().splitlines() or ["no message"])[0]
                    skip(f"kernel {name} {kind}: {message}")
                    continue
                kernels.append({"name": f"{family} {shape[0]}x{shape[1]}", "family": family,
                                "type": kind, "library": str(library), **item})
    (directory / "kernels.json").write_text(json.dumps(kernels, indent=1))
    return directory / "kernels.json"


def _rows(side, width):
    return f"!transept.rows<{side} x {width} x f32>"


def _write_ir(directory, text, tensors):
    """Returns what `transept compile` is told."""
    weights = directory / "weights"
    weights.mkdir(parents=True, exist_ok=True)
    checkpoints.write_safetensors(weights / "model.safetensors", tensors)
    source = directory / "kernel.mlir"
    source.write_text(text)
    return [source, "--checkpoint", weights]


def _normal(*shape):
    random = numpy.random.default_rng(1)
    return random.standard_normal(shape, numpy.float32) * numpy.float32(shape[-1] ** -0.5)


def _linear(directory, depth, outputs):
    """Up and down again, so that reading the input and writing the result weigh little."""
    narrow, wide = _rows("target", depth), _rows("target", outputs)
    up, down = f"tensor<{outputs}x{depth}xf32>", f"tensor<{depth}x{outputs}xf32>"
    text = f"""func.func @kernel(%in: {narrow}, %none: {_rows("source", 8)}) -> {narrow} {{
  %up = transept.parameter "up" : {up}
  %down = transept.parameter "down" : {down}
  %wide = transept.linear %in, %up : ({narrow}, {up}) -> {wide}
  %out = transept.linear %wide, %down : ({wide}, {down}) -> {narrow}
  return %out : {narrow}
}}
"""
    source = _write_ir(directory, text, {"up": _normal(outputs, depth),
                                         "down": _normal(depth, outputs)})
    return source, {"weights": 2 * depth * outputs, "operationsPerRow": 4 * depth * outputs}


def _attention(directory, heads, size):
    """Over keys and values that encoding made and keeps."""
    width = heads * size
    target, source, matrix = _rows("target", width), _rows("source", width), \
        f"tensor<{width}x{width}xf32>"
    text = f"""func.func @kernel(%queries: {target}, %states: {source}) -> {target} {{
  %key = transept.parameter "key" : {matrix}
  %value = transept.parameter "value" : {matrix}
  %keys = transept.linear %states, %key : ({source}, {matrix}) -> {source}
  %values = transept.linear %states, %value : ({source}, {matrix}) -> {source}
  %out = transept.cross_attention %queries, %keys, %values heads {heads} {{scale = {size ** -0.5}}}
      : ({target}, {source}, {source}) -> {target}
  return %out : {target}
}}
"""
    arguments = _write_ir(directory, text, {"key": _normal(width, width),
                                            "value": _normal(width, width)})
    return arguments, {"weights": 0, "operationsPerRowAndKey": 4 * width, "bytesPerKey": 8 * width}


def _vocabulary(directory, hidden, vocabulary):
    """A step of a model that is nearly all vocabulary; what the rest costs is counted as well."""
    shape = checkpoints.Shape("vocabulary", "marian", hidden, hidden // 64, 64, 64, 1, vocabulary)
    checkpoints.write_checkpoint(shape, directory)
    weights = hidden * vocabulary + 6 * hidden * hidden + 2 * 64 * hidden
    return [directory], {"weights": weights, "operationsPerRow": 2 * weights}

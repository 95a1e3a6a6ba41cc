# SPDX-License-Identifier: Apache-2.0
"""Runs in an environment with ONNX Runtime and the package moonshine-voice: brings its model into a
checkpoint of Hugging Face's names, its recordings to 16 kHz in parts of at most 8 s, and prints what
its graphs make of them, as JSON. `published` are the graphs as they are: weights in int8, and
activations rounded to it at run time. `exact` are the same graphs with the same weights, without
that rounding."""

import json
import pathlib
import shutil
import sys
import wave

import numpy
import onnx
import onnxruntime
import safetensors.numpy
from onnx import helper, numpy_helper

RECORDINGS = ("beckett", "clone-test", "endgame_nagg_nell", "two_cities")
RATE, SECONDS, MOST_TOKENS = 16000, 8, 100
CONFIG = {
    "architectures": ["MoonshineForConditionalGeneration"], "model_type": "moonshine",
    "hidden_size": 288, "intermediate_size": 1152, "encoder_num_hidden_layers": 6,
    "decoder_num_hidden_layers": 6, "encoder_num_attention_heads": 8,
    "decoder_num_attention_heads": 8, "partial_rotary_factor": 0.9, "vocab_size": 32768,
    "max_position_embeddings": 194, "attention_bias": False, "bos_token_id": 1,
    "decoder_start_token_id": 1, "eos_token_id": 2,
    # The embedding and the head were rounded separately.
    "tie_word_embeddings": False}


def read_model(path, folder):
    """ONNX of a file in ONNX Runtime's own format, which has the names of the weights still."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.optimized_model_filepath = str(folder / (path.stem + ".onnx"))
    options.add_session_config_entry("session.save_model_format", "ONNX")
    onnxruntime.InferenceSession(str(path), options)
    return onnx.load(options.optimized_model_filepath)


def graphs_of(graph):
    """The graph and those of its branches."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from graphs_of(attribute.g)


def constants_of(model):
    return {tensor.name: numpy_helper.to_array(tensor)
            for graph in graphs_of(model.graph) for tensor in graph.initializer}


def dequantize(constants, name):
    """name_quantized as numbers: a zero point and a scale for all, or for each column."""
    base = name.removesuffix("_quantized")
    zero = constants[base + "_zero_point"].astype(numpy.float32)
    return (constants[name].astype(numpy.float32) - zero) * constants[base + "_scale"]


def make_exact(model):
    """The products over f32, of the same weights: nothing is rounded at run time."""
    constants = constants_of(model)
    unrounded = {}
    for graph in graphs_of(model.graph):
        for node in graph.node:
            if node.op_type == "DynamicQuantizeLinear":
                unrounded[node.output[0]] = node.input[0]
    for graph in graphs_of(model.graph):
        graph.name = graph.name or "branch"
        nodes = []
        for node in graph.node:
            if node.op_type not in ("DynamicQuantizeMatMul", "MatMulIntegerToFloat"):
                nodes.append(node)
                continue
            rows, weight = node.input[:2]
            bias = node.input[4 if node.op_type == "DynamicQuantizeMatMul" else 6:][:1]
            name = weight + "_exact"
            if name not in (tensor.name for tensor in graph.initializer):
                graph.initializer.append(numpy_helper.from_array(dequantize(constants, weight), name))
            hasBias = bool(bias and bias[0])
            product = node.output[0] + ("_product" if hasBias else "")
            nodes.append(helper.make_node("MatMul", [unrounded.get(rows, rows), name], [product],
                                          name=node.name))
            if hasBias:
                nodes.append(helper.make_node("Add", [product, bias[0]], [node.output[0]],
                                              name=node.name + "_bias"))
        del graph.node[:]
        graph.node.extend(nodes)
    return model


def tensors_of(encoder, decoder):
    """Hugging Face's names: those of the nodes, of which each is a module's."""
    tensors = {}
    for side, model in (("model.encoder.", encoder), ("", decoder)):
        constants = constants_of(model)
        for graph in graphs_of(model.graph):
            for node in graph.node:
                module = side + node.name.strip("/").rsplit("/", 1)[0].replace("/", ".")
                if node.op_type in ("DynamicQuantizeMatMul", "MatMulIntegerToFloat"):
                    tensors[module + ".weight"] = dequantize(constants, node.input[1]).T
                elif node.name.endswith("/embed_tokens/Gather"):
                    tensors[module + ".weight"] = dequantize(constants, node.input[0])
                elif "/groupnorm/" in node.name and node.op_type in ("Mul", "Add"):
                    field = {"Mul": "weight", "Add": "bias"}[node.op_type]
                    tensors[f"{module}.{field}"] = next(
                        constants[name] for name in node.input if name in constants).reshape(-1)
        for name, value in constants.items():
            name = side + name.split("_merged_")[0].removesuffix("_add_tensor")
            if name.startswith("model.") and name.endswith((".weight", ".bias")):
                tensors.setdefault(name, value)
    return {name: numpy.ascontiguousarray(value, numpy.float32) for name, value in tensors.items()}


def write_checkpoint(tensors, tokenizer, folder):
    folder.mkdir(exist_ok=True)
    safetensors.numpy.save_file(tensors, str(folder / "model.safetensors"))
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "feature_extractor_type": "Wav2Vec2FeatureExtractor", "feature_size": 1,
        "sampling_rate": RATE, "do_normalize": False}))
    shutil.copy(tokenizer, folder)


def resample(samples, rate):
    """By a windowed sinc, at 16,000 / rate as a fraction."""
    divisor = numpy.gcd(RATE, rate)
    up, down = RATE // divisor, rate // divisor
    if up == down:
        return samples
    places = numpy.arange(-32 * down, 32 * down + 1)
    low = numpy.sinc(places / max(up, down)) * numpy.hanning(len(places)) * up / max(up, down)
    spread = numpy.zeros(len(samples) * up)
    spread[::up] = samples
    return numpy.convolve(spread, low, "same")[::down]


def write_parts(recording, folder):
    with wave.open(str(recording)) as file:
        samples = numpy.frombuffer(file.readframes(file.getnframes()), "<i2")
        samples = resample(samples.astype(numpy.float64), file.getframerate())
    samples = numpy.clip(numpy.round(samples), -32768, 32767).astype("<i2")
    size = -(-len(samples) // -(-len(samples) // (SECONDS * RATE)))
    for first in range(0, len(samples), size):
        path = folder / f"{recording.stem}_{first // RATE:02}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples[first:first + size].tobytes())
        yield path, samples[first:first + size].astype(numpy.float32) / 32768


class Model:
    def __init__(self, encoder, decoder):
        self.encoder, self.decoder = map(onnxruntime.InferenceSession, (encoder, decoder))
        self.past = [value for value in self.decoder.get_inputs()
                     if value.name.startswith("past_key_values")]

    def generate(self, samples):
        mask = numpy.ones((1, len(samples)), numpy.int64)
        states, = self.encoder.run(None, {"input_values": samples[None], "attention_mask": mask})
        feeds = {"encoder_hidden_states": states,
                 "encoder_attention_mask": numpy.ones((1, states.shape[1]), numpy.int64)}
        past = {value.name: numpy.zeros((1, value.shape[1], 0, value.shape[3]), numpy.float32)
                for value in self.past}
        ids = [1]
        while ids[-1] != 2 and len(ids) < MOST_TOKENS:
            is_first = len(ids) == 1
            results = self.decoder.run(None, {
                **feeds, **past, "input_ids": numpy.array([ids[-1:]]),
                "use_cache_branch": numpy.array([not is_first])})
            ids.append(int(results[0][0, -1].argmax()))
            # Those of the source come only from the first step.
            past.update({value.name: result for value, result in zip(self.past, results[1:])
                         if is_first or ".decoder." in value.name})
        return ids


def main():
    package, folder = map(pathlib.Path, sys.argv[1:])
    onnxruntime.set_default_logger_severity(3)  # of weights that nothing uses any more it warns
    assets = package / "moonshine_voice/assets"
    paths = [assets / f"tiny-en/{name}.ort" for name in ("encoder_model", "decoder_model_merged")]
    models = [read_model(path, folder) for path in paths]
    write_checkpoint(tensors_of(*models), package / "moonshine_onnx/assets/tokenizer.json",
                     folder / "tiny_en")
    published = Model(*map(str, paths))
    exact = Model(*(make_exact(model).SerializeToString() for model in models))
    results = []
    (folder / "sounds").mkdir(exist_ok=True)
    for recording in (assets / f"{name}.wav" for name in RECORDINGS):
        for path, samples in write_parts(recording, folder / "sounds"):
            results.append({"sound": str(path), "published": published.generate(samples),
                            "exact": exact.generate(samples)})
    print(json.dumps({"results": results, "version": f"onnxruntime {onnxruntime.__version__}"}))


main()

# SPDX-License-Identifier: Apache-2.0
"""OpenVINO's Python module over the plain ONNX files. Self caches are states of the model, as its
own exports have them, so that they stay inside."""

import argparse
import pathlib
import time

import numpy
import openvino
import protocol
from openvino import properties
from openvino._offline_transformations import apply_make_stateful_transformation
from search import BeamSearch, cache_names


def compile_model(core, model, options):
    settings = {properties.hint.performance_mode(): properties.hint.PerformanceMode.LATENCY,
                properties.inference_num_threads(): options.threads,
                properties.num_streams(): 1,
                properties.hint.inference_precision():
                    openvino.Type.bf16 if options.type == "bf16" else openvino.Type.f32}
    if options.type == "int8":
        settings[properties.hint.dynamic_quantization_group_size()] = 1 << 30  # a scale a row
    return core.compile_model(model, "CPU", settings)


class Step:
    def __init__(self, core, path, options):
        model = core.read_model(path)
        names = {name for each in model.inputs for name in each.get_names()}
        self.layers = sum(name.startswith("self_key_") for name in names)
        self.pairs = dict(zip(cache_names("self_", self.layers),
                              cache_names("new_self_", self.layers)))
        shape = model.input("self_key_0").get_partial_shape()
        self.heads, self.head_size = shape[1].get_length(), shape[3].get_length()
        apply_make_stateful_transformation(model, self.pairs)
        self.request = compile_model(core, model, options).create_infer_request()

    def begin(self, cross, rows):
        for name, tensor in zip(cache_names("cross_", self.layers), cross):
            self.request.set_tensor(name, tensor)
        empty = numpy.zeros((rows, self.heads, 0, self.head_size), numpy.float32)
        for state in self.request.query_state():
            state.state = openvino.Tensor(empty)
        self.ids, self.position = numpy.zeros(rows, numpy.int64), numpy.zeros(1, numpy.int64)
        self.request.set_tensor("ids", openvino.Tensor(self.ids, shared_memory=True))
        self.request.set_tensor("position", openvino.Tensor(self.position, shared_memory=True))

    def run(self, at):
        self.position[0] = at
        self.request.infer()

    def output(self, name):
        return self.request.get_tensor(name).data


class OpenVinoPeer:
    def __init__(self, options):
        core = openvino.Core()
        self.start = int((options.model / "decoder_start").read_text())
        encoder = core.read_model(options.model / "encoder.onnx")
        self.input_name = encoder.inputs[0].get_any_name()
        self.width = None
        if self.input_name == "features":
            self.width = encoder.inputs[0].get_partial_shape()[2].get_length()
        self.encoder = compile_model(core, encoder, options).create_infer_request()
        self.greedy = Step(core, options.model / "greedy.onnx", options)
        self.beam = Step(core, options.model / "beam.onnx", options)

    def encode(self, sources):
        if self.width:
            sources = sources.reshape(len(sources), -1, self.width)
        array = sources.astype(numpy.float32 if self.width else numpy.int64)
        self.source_count = len(sources)
        start = time.perf_counter()
        self.encoder.set_tensor(self.input_name, openvino.Tensor(array, shared_memory=True))
        self.encoder.infer()
        seconds = time.perf_counter() - start
        self.cross = [self.encoder.get_tensor(name)
                      for name in cache_names("cross_", self.greedy.layers)]
        return seconds

    def generate(self, beams, steps):
        start = time.perf_counter()
        ids = self._greedy(steps) if beams == 1 else self._beams(beams, steps)
        return time.perf_counter() - start, ids

    def _greedy(self, steps):
        step, found = self.greedy, []
        step.begin(self.cross, self.source_count)
        step.ids.fill(self.start)
        for at in range(steps):
            step.run(at)
            step.ids[:] = step.output("next_ids")
            found.append(step.ids.copy())
        return numpy.stack(found, 1)

    def _beams(self, beams, steps):
        step, rows = self.beam, self.source_count * beams
        search = BeamSearch(self.source_count, beams)
        step.begin(self.cross, rows)
        parents = numpy.arange(rows)
        step.request.set_tensor("parents", openvino.Tensor(parents, shared_memory=True))
        step.ids.fill(self.start)
        for at in range(steps):
            step.run(at)
            step.ids[:], parents[:] = search.advance(step.output("best_ids"),
                                                     step.output("best_logits"),
                                                     step.output("log_sum"))
        return search.best()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=pathlib.Path, required=True, help="directory of ONNX files")
    parser.add_argument("--type", choices=("f32", "bf16", "int8"), required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    protocol.serve(openvino.__version__.split("-")[0], lambda: OpenVinoPeer(options))

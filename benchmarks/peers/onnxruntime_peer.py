# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime's Python module over the files that onnx_models writes. Whatever a session reads or
writes is bound to memory that stays, as through its C API, so that Python adds some microseconds a
step."""

import argparse
import pathlib
import time

import numpy
import onnxruntime
import protocol
from search import BeamSearch, cache_names

CANDIDATES = 8


def open_session(path):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # The spinning threads of several pools would disturb each other.
    options.use_per_session_threads = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def bind_input(binding, name, array):
    binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)


def bind_output(binding, name, array):
    binding.bind_output(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)


class Step:
    """The session of one kind of step and the memory of the request it works on."""

    def __init__(self, path, is_beam):
        self.session, self.is_beam = open_session(path), is_beam
        inputs = {each.name: each.shape for each in self.session.get_inputs()}
        self.is_in_place = "last_keys" in inputs
        self.layers = sum(name.startswith("self_key_") for name in inputs)
        self.heads, self.head_size = inputs["self_key_0"][1], inputs["self_key_0"][3]
        self.source_length = inputs["cross_key_0"][2]
        self.key = None

    def prepare(self, cross, beams, capacity):
        """Binds the encoder's results and, unless it is there, memory of the right size."""
        key = (cross[0].shape, beams, capacity)
        if key != self.key:
            self.key = key
            self._allocate(len(cross[0]) * beams, capacity)
        self.binding = self.session.io_binding()
        for name, array in zip(cache_names("cross_", self.layers), cross):
            bind_input(self.binding, name, array)
        for name, array in self.inputs.items():
            bind_input(self.binding, name, array)
        for name, array in self.outputs.items():
            bind_output(self.binding, name, array)
        if "parents" in self.inputs:
            self.inputs["parents"][:] = numpy.arange(self.rows)
        self._bind_caches(self.caches[0])

    def _allocate(self, rows, capacity):
        self.rows = rows
        self.inputs = {"ids": numpy.zeros(rows, numpy.int64),
                       "position": numpy.zeros(1, numpy.int64)}
        if self.is_in_place:
            self.inputs["last_keys"] = numpy.zeros(rows, numpy.int32)
            self.inputs["key_count"] = numpy.zeros(1, numpy.int32)
        elif self.is_beam:
            self.inputs["parents"] = numpy.arange(rows)
        if self.is_beam:
            self.outputs = {"best_ids": numpy.zeros((rows, CANDIDATES), numpy.int64),
                            "best_logits": numpy.zeros((rows, CANDIDATES), numpy.float32),
                            "log_sum": numpy.zeros(rows, numpy.float32)}
        else:
            # What a step chooses is what the next one reads.
            self.outputs = {"next_ids": self.inputs["ids"]}
        size = (rows, self.heads, capacity if self.is_in_place else 0, self.head_size)
        self.caches = [[numpy.zeros(size, numpy.float32) for _ in range(2 * self.layers)]
                       for _ in range(2 if self.is_in_place and self.is_beam else 1)]

    def _bind_caches(self, caches):
        results = cache_names("new_self_", self.layers)
        for name, result, cache in zip(cache_names("self_", self.layers), results, caches):
            bind_input(self.binding, name, cache)
            if self.is_in_place:
                bind_output(self.binding, result, cache)
            else:
                self.binding.bind_output(result, "cpu")  # ONNX Runtime's own memory, which grows

    def run(self, at):
        self.inputs["position"][0] = at
        if self.is_in_place:
            self.inputs["last_keys"].fill(at)
            self.inputs["key_count"][0] = at + 1
        self.session.run_with_iobinding(self.binding)
        if not self.is_in_place:
            grown = self.binding.get_outputs()[-2 * self.layers:]
            names = zip(cache_names("self_", self.layers), cache_names("new_self_", self.layers))
            for (name, result), value in zip(names, grown):
                self.binding.bind_ortvalue_input(name, value)
                self.binding.bind_output(result, "cpu")

    def reorder(self, parents, filled):
        """Lets each row go on from another, of which the first positions count."""
        if not self.is_in_place:
            self.inputs["parents"][:] = parents
        elif not numpy.array_equal(parents, numpy.arange(self.rows)):
            for old, new in zip(*self.caches):
                new[:, :, :filled] = old[parents, :, :filled]
            self.caches.reverse()
            self._bind_caches(self.caches[0])


class OnnxRuntimePeer:
    def __init__(self, encoder, steps):
        self.encoder = open_session(encoder / "encoder.onnx")
        self.greedy = Step(steps / "greedy.onnx", is_beam=False)
        self.beam = Step(steps / "beam.onnx", is_beam=True)
        self.start = int((steps / "decoder_start").read_text())
        self.cross, self.source_shape = None, None

    def encode(self, sources):
        self._prepare(sources)
        start = time.perf_counter()
        self.encoder.run_with_iobinding(self.binding)
        return time.perf_counter() - start

    def _prepare(self, sources):
        name, *sizes = self.encoder.get_inputs()[0].name, *self.encoder.get_inputs()[0].shape
        is_text = name == "ids"
        if sources.shape != self.source_shape:
            self.source_shape = sources.shape
            shape = sources.shape if is_text else (len(sources), *sizes[1:])
            self.input = numpy.zeros(shape, numpy.int64 if is_text else numpy.float32)
            length = shape[1] if is_text else self.greedy.source_length
            size = (len(sources), self.greedy.heads, length, self.greedy.head_size)
            self.cross = [numpy.zeros(size, numpy.float32) for _ in range(2 * self.greedy.layers)]
            self.binding = self.encoder.io_binding()
            bind_input(self.binding, name, self.input)
            for output, array in zip(cache_names("cross_", self.greedy.layers), self.cross):
                bind_output(self.binding, output, array)
        self.input[:] = sources.reshape(self.input.shape)

    def generate(self, beams, steps):
        start = time.perf_counter()
        ids = self._greedy(steps) if beams == 1 else self._beams(beams, steps)
        return time.perf_counter() - start, ids

    def _greedy(self, steps):
        step, found = self.greedy, []
        step.prepare(self.cross, 1, steps)
        step.inputs["ids"].fill(self.start)
        for at in range(steps):
            step.run(at)
            found.append(step.inputs["ids"].copy())
        return numpy.stack(found, 1)

    def _beams(self, beams, steps):
        step, search = self.beam, BeamSearch(len(self.cross[0]), beams)
        step.prepare(self.cross, beams, steps)
        step.inputs["ids"].fill(self.start)
        for at in range(steps):
            step.run(at)
            step.inputs["ids"][:], parents = search.advance(
                step.outputs["best_ids"], step.outputs["best_logits"], step.outputs["log_sum"])
            if at + 1 != steps:
                step.reorder(parents, at + 1)
        return search.best()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=pathlib.Path, required=True, help="directory of a form")
    parser.add_argument("--steps", type=pathlib.Path, required=True, help="directory of a form")
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    onnxruntime.set_global_thread_pool_sizes(options.threads, 1)
    protocol.serve(onnxruntime.__version__,
                   lambda: OnnxRuntimePeer(options.encoder, options.steps))

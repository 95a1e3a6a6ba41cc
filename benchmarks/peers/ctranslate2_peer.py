# SPDX-License-Identifier: Apache-2.0
"""CTranslate2's Python module. It generates and does not encode alone, so the time of encoding is
that of one step less the measured time of a step, and the time of decoding is that of everything
less encoding."""

import argparse
import functools
import time

import ctranslate2
import protocol

# What a step takes is the difference between one step and so many more.
MORE_STEPS = 8


class Text:
    def __init__(self, model, threads, workers):
        self.translator = ctranslate2.Translator(model, device="cpu", compute_type="default",
                                                 inter_threads=workers, intra_threads=threads)
        # Workers divide batches among them.
        self.workers = workers

    def read(self, ids):
        return [[str(number) for number in row] for row in ids.tolist()]

    def run(self, sources, beams, steps):
        results = self.translator.translate_batch(
            sources, beam_size=beams, min_decoding_length=steps, max_decoding_length=steps,
            max_batch_size=-(-len(sources) // self.workers), max_input_length=0)
        return [result.hypotheses[0] for result in results]


class Sound:
    def __init__(self, model, threads, workers, start):
        self.whisper = ctranslate2.models.Whisper(model, device="cpu", compute_type="default",
                                                  inter_threads=workers, intra_threads=threads)
        self.bands, self.start = self.whisper.n_mels, start

    def read(self, features):
        frames = features.reshape(len(features), -1, self.bands).transpose(0, 2, 1)
        return ctranslate2.StorageView.from_array(frames.copy())

    def run(self, sources, beams, steps):
        prompts = [[self.start]] * sources.shape[0]
        # Nothing ends early, as the end is not to be chosen.
        results = self.whisper.generate(sources, prompts, beam_size=beams, max_length=steps + 1,
                                        suppress_blank=False, suppress_tokens=[self.start])
        return [result.sequences_ids[0] for result in results]


class CTranslate2Peer:
    def __init__(self, program):
        self.program = program
        self.step_seconds = {}

    def encode(self, sources):
        self.sources = self.program.read(sources)
        # Steps take longer over more sources or longer ones.
        if sources.shape not in self.step_seconds:
            self._time(steps=1)  # warms up
            few = min(self._time(steps=1) for _ in range(3))
            many = min(self._time(steps=1 + MORE_STEPS) for _ in range(3))
            self.step_seconds[sources.shape] = (many - few) / MORE_STEPS
        one_step = min(self._time(steps=1) for _ in range(2))
        self.encode_seconds = max(one_step - self.step_seconds[sources.shape], 0)
        return self.encode_seconds

    def _time(self, steps):
        start = time.perf_counter()
        self.program.run(self.sources, beams=1, steps=steps)
        return time.perf_counter() - start

    def generate(self, beams, steps):
        start = time.perf_counter()
        ids = self.program.run(self.sources, beams, steps)
        return max(time.perf_counter() - start - self.encode_seconds, 0), ids


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True, help="of all workers together")
    parser.add_argument("--workers", type=int, default=1, help="that share a batch [1]")
    parser.add_argument("--sound", type=int, metavar="ID",
                        help="the model reads sounds, and this id begins what it writes")
    options = parser.parse_args()
    sizes = options.model, options.threads // options.workers, options.workers
    program = Text if options.sound is None else functools.partial(Sound, start=options.sound)
    protocol.serve(ctranslate2.__version__, lambda: CTranslate2Peer(program(*sizes)))

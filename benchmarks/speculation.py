#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What guessing tokens (lookup_length) gains, by the share of guesses that are right.

speculation.py LIBRARY [--tokens 128] [--threads 1] [--lengths 4,8] [--batches 1,8]

Biases make the model write a chain of ids that is given beforehand; its source is the same chain, of which a share of
the ids is replaced by others: guesses are right up to the next of those. PYTHONPATH has to name build/release's
bindings/python. Each figure is the best of three runs, all of the same ids."""
import argparse
import random
import time

import transept

SHARES = (0, 0.3, 0.6, 0.9, 1)


def parse_arguments():
    def numbers(text):
        return [int(each) for each in text.split(",")]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--lengths", type=numbers, default=[4, 8])
    parser.add_argument("--batches", type=numbers, default=[1, 8])
    return parser.parse_args()


class Chain:
    """Ids that follow each other, and how to make a model write them."""

    def __init__(self, model, tokens, number):
        self.draw = random.Random(number)
        self.vocabulary = model.target_vocabulary_size
        self.ids = self.draw.sample(range(10, self.vocabulary), tokens)
        pairs = zip(self.ids, self.ids[1:])
        self.biases = {(self.ids[0],): 1e4, **{pair: 1e6 for pair in pairs}}

    def source(self, share):
        return [id if self.draw.random() < share else self.draw.randrange(10, self.vocabulary) for id in self.ids]


def measure(model, chain, share, batch, **options):
    """Seconds, and runs of the decoder."""
    best, steps = None, 0
    for _ in range(3):
        sources = [model.encode(chain.source(share)) for _ in range(batch)]
        before, begin = model.statistics()["invocations"], time.perf_counter()
        results = model.generate(sources, beams=1, maximum_new_tokens=len(chain.ids), end_ids=[], forced_end_id=-1,
                                 bad_words=[], suppressed_ids=[], sequence_bias=chain.biases, **options)
        seconds = time.perf_counter() - begin
        assert all(each[0].ids[-len(chain.ids):] == chain.ids for each in results)
        if best is None or seconds < best:
            best, steps = seconds, model.statistics()["invocations"] - before
    return best, steps


def main():
    arguments = parse_arguments()
    model = transept.load(arguments.library, threads=arguments.threads, encoder_cache_bytes=0)
    chain = Chain(model, arguments.tokens, number=1)
    print("| sources | guessed | right | tokens a step | ms a token | times as fast |\n|---|---|---|---|---|---|")
    for batch in arguments.batches:
        plain, steps = measure(model, chain, 0, batch)
        print(f"| {batch} | none | | {arguments.tokens / steps:.2f} | {plain / arguments.tokens * 1e3:.2f} | 1.00 |")
        for length in arguments.lengths:
            for share in SHARES:
                seconds, steps = measure(model, chain, share, batch, lookup_length=length, lookup_ngram_size=1)
                print(f"| {batch} | {length} | {share:.0%} | {arguments.tokens / steps:.2f} | "
                      f"{seconds / arguments.tokens * 1e3:.2f} | {plain / seconds:.2f} |")


if __name__ == "__main__":
    main()

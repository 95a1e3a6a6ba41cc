#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a step costs that chooses from a part of the vocabulary (vocabulary_ids), by the ids in it.

vocabulary.py LIBRARY [--counts 500,1000,4000] [--batches 1,4,8,32] [--threads 1]

PYTHONPATH has to name build/release's bindings/python. Parts of random ids and the whole vocabulary take turns; each
figure is the best of the rounds, of a step, from two generations of different lengths, in which encoding and gathering
cancel out."""
import argparse
import random
import time

import transept

SHORT, LONG = 8, 40


def parse_arguments():
    def numbers(text):
        return [int(each) for each in text.split(",")]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--counts", type=numbers, default=[500, 1000, 4000])
    parser.add_argument("--batches", type=numbers, default=[1, 4, 8, 32])
    parser.add_argument("--beams", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def seconds(model, sources, tokens, beams, ids):
    begin = time.perf_counter()
    model.generate(sources, beams=beams, maximum_new_tokens=tokens, minimum_new_tokens=tokens, vocabulary_ids=ids)
    return time.perf_counter() - begin


def main():
    arguments = parse_arguments()
    model = transept.load(arguments.library, threads=arguments.threads)
    draw = random.Random(1)
    size = model.target_vocabulary_size
    parts = {size: []} | {count: draw.sample(range(size), count) for count in arguments.counts}
    print(f"| sequences | {' | '.join(f'{count} ids' for count in parts)} |")
    print("| ---: " * (1 + len(parts)) + "|")
    for batch in arguments.batches:
        sources = [model.encode([draw.randrange(10, size) for _ in range(30)]) for _ in range(batch)]
        best = dict.fromkeys(parts, (float("inf"), float("inf")))
        for _ in range(arguments.rounds):
            for count, ids in parts.items():
                best[count] = tuple(min(known, seconds(model, sources, tokens, arguments.beams, ids))
                                    for known, tokens in zip(best[count], (SHORT, LONG)))
        steps = {count: (long - short) / (LONG - SHORT) * 1e3 for count, (short, long) in best.items()}
        print(f"| {batch} | " + " | ".join(
            f"{step:.2f} ms" + ("" if count == size else f" ({1 - step / steps[size]:.0%} less)")
            for count, step in steps.items()) + " |", flush=True)


if __name__ == "__main__":
    main()

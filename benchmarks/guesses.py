#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What guessed tokens save, by how many of them are right.

guesses.py LIBRARY [--rates 0,0.3,0.6,0.9] [--lengths 1,3,5,8] [--batches 1,4] [--threads 1]

PYTHONPATH has to name build/release's bindings/python. The guesses come from the result itself, and each is wrong with
the rate's rest, so that rates are what they are said to be; guessing costs next to nothing here, a draft model's own
time comes on top. Runs with and without guesses take turns; a figure is the ratio of their best times, the encoding of
sources left out."""
import argparse
import random
import time

import transept

TOKENS = 64


def parse_arguments():
    def numbers(kind):
        return lambda text: [kind(each) for each in text.split(",")]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--rates", type=numbers(float), default=[0, 0.3, 0.6, 0.9])
    parser.add_argument("--lengths", type=numbers(int), default=[1, 3, 5, 8])
    parser.add_argument("--batches", type=numbers(int), default=[1, 4])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


class Oracle:
    """Goes on as the results do, rightly at a rate."""

    def __init__(self, results, rate, vocabulary):
        self.results, self.rate, self.vocabulary = results, rate, vocabulary
        self.draw = random.Random(7)

    def __call__(self, source, ids, _generated_from, limit):
        following = self.results[source][len(ids):len(ids) + limit]
        return [id if self.draw.random() < self.rate else (id + 1) % self.vocabulary for id in following]


def seconds(model, sources, **options):
    begin = time.perf_counter()
    results = model.generate(sources, beams=1, maximum_new_tokens=TOKENS, minimum_new_tokens=TOKENS, **options)
    return time.perf_counter() - begin, [each[0].ids for each in results]


def main():
    arguments = parse_arguments()
    model = transept.load(arguments.library, threads=arguments.threads)
    draw = random.Random(1)
    size = model.target_vocabulary_size
    print(f"| sequences, guesses a step | {' | '.join(f'{rate:.0%} right' for rate in arguments.rates)} |")
    print("| --- " + "| ---: " * len(arguments.rates) + "|")
    for batch in arguments.batches:
        sources = [model.encode([draw.randrange(10, size) for _ in range(30)]) for _ in range(batch)]
        _, wanted = seconds(model, sources)
        for length in arguments.lengths:
            ratios = []
            for rate in arguments.rates:
                plain = guessed = float("inf")
                for _ in range(arguments.rounds):
                    plain = min(plain, seconds(model, sources)[0])
                    elapsed, found = seconds(model, sources, guess=Oracle(wanted, rate, size), guess_length=length)
                    guessed = min(guessed, elapsed)
                    if found != wanted:
                        raise SystemExit("guesses changed a result")
                ratios.append(plain / guessed)
            print(f"| {batch}, {length} | " + " | ".join(f"{ratio:.2f}x" for ratio in ratios) + " |", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many requests a process serves: the policy of docs/scheduling.md, run with the measured costs of
encodes and steps (transept-benchmark-costs) instead of a model. Seconds of simulated time cost
milliseconds, so that any load, model and number of cores can be asked for."""
import argparse
import bisect
import collections
import dataclasses
import heapq
import json
import math
import pathlib
import random

ENCODE_ROWS = 256  # of one encode, for each worker
STEP_SEQUENCES = 256  # of one step


@dataclasses.dataclass(frozen=True)
class Costs:
    """Of one core: [amount, seconds], by rising amounts."""

    encode: list
    step: list
    # What a second core adds: of two, each does this part of its work alone. Barriers take the rest.
    efficiency: float = 0.9

    def seconds(self, table, amount, cores):
        return interpolated(table, amount) / (1 if cores == 1 else cores * self.efficiency)


def interpolated(table, amount):
    """Between two points in proportion; beyond the last one by the slope there."""
    if len(table) == 1:
        return table[0][1] * amount / table[0][0]
    place = min(max(bisect.bisect([point[0] for point in table], amount), 1), len(table) - 1)
    (low, low_cost), (high, high_cost) = table[place - 1], table[place]
    return max(low_cost + (high_cost - low_cost) * (amount - low) / (high - low), table[0][1])


@dataclasses.dataclass(frozen=True)
class Workload:
    """Lengths of sources and results: log-normal, as those of texts are."""

    middle: float
    spread: float
    least: int
    most: int
    rows: int = 0  # of a source, where all have as many; 0: as long as its result

    def draw(self, numbers):
        length = round(min(max(numbers.lognormvariate(math.log(self.middle), self.spread), self.least), self.most))
        return self.rows or length, length


# Sentences as in benchmarks/serving; 30 seconds of speech are some 75 words.
SENTENCES = Workload(26, 0.55, 4, 120)
SOUNDS = Workload(100, 0.3, 10, 220, rows=3000)


@dataclasses.dataclass
class Request:
    arrival: float
    rows: int
    tokens: int
    first: float = 0
    end: float = 0


def poisson(workload, rate, count, seed=1):
    numbers = random.Random(seed)
    time, requests = 0.0, []
    for _ in range(count):
        time += numbers.expovariate(rate)
        requests.append(Request(time, *workload.draw(numbers)))
    return requests


class Process:
    """One process: sources that wait, an encode on its way, sequences that wait for room in steps, and those
    that share them."""

    def __init__(self, costs, cores):
        self.costs, self.cores = costs, cores
        self.waiting, self.ready = collections.deque(), collections.deque()
        self.encoding, self.encode_left = [], 0.0
        self.running = []  # a heap: number of the last step, ..., request
        self.time, self.steps, self.advanced = 0.0, 0, 0

    def begin_encode(self):
        rows = 0
        while self.waiting and (not self.encoding or rows + self.waiting[0].rows <= ENCODE_ROWS * self.cores):
            request = self.waiting.popleft()
            rows += request.rows
            self.encoding.append(request)
        self.encode_left = self.costs.seconds(self.costs.encode, rows, self.cores)

    def encode_for(self, seconds):
        taken = min(seconds, self.encode_left)
        self.time += taken
        self.encode_left -= taken
        if self.encode_left <= 0:
            self.ready.extend(self.encoding)
            self.encoding = []

    def step(self):
        """Returns what it took."""
        joined = []
        while self.ready and len(self.running) < STEP_SEQUENCES:
            request = self.ready.popleft()
            joined.append(request)
            heapq.heappush(self.running, (self.steps + request.tokens, request.arrival, id(request), request))
        taken = self.costs.seconds(self.costs.step, len(self.running), self.cores)
        self.time += taken
        self.steps += 1
        self.advanced += len(self.running)
        for request in joined:
            request.first = self.time
        while self.running and self.running[0][0] <= self.steps:
            heapq.heappop(self.running)[-1].end = self.time
        return taken

    def serve(self, requests):
        """Until all have ended; sets their times."""
        coming = collections.deque(requests)
        while coming or self.waiting or self.encoding or self.ready or self.running:
            if not (self.waiting or self.encoding or self.ready or self.running):
                self.time = max(self.time, coming[0].arrival)
            while coming and coming[0].arrival <= self.time:
                self.waiting.append(coming.popleft())
            if not self.encoding and self.waiting:
                self.begin_encode()
            # After a step, an encode goes on for as long as that took.
            if self.ready or self.running:
                share = self.step()
                if self.encoding:
                    self.encode_for(share)
            else:
                self.encode_for(math.inf)


def serve_in_batches(costs, requests, size, patience, cores):
    """A static batcher: what has come by the time that it is free, or has waited long enough, is encoded together
    and leaves as it is done; nothing joins. Sets the requests' ends."""
    time, begin = 0.0, 0
    while begin < len(requests):
        end = begin + 1
        time, limit = max(time, requests[begin].arrival), requests[begin].arrival + patience
        while end < len(requests) and end - begin < size and requests[end].arrival <= max(time, limit):
            time = max(time, requests[end].arrival)
            end += 1
        if end < len(requests) and end - begin < size:
            time = max(time, limit)
        batch = sorted(requests[begin:end], key=lambda request: request.tokens)
        time += costs.seconds(costs.encode, sum(request.rows for request in batch), cores)
        done = 0
        for place, request in enumerate(batch):
            time += (request.tokens - done) * costs.seconds(costs.step, len(batch) - place, cores)
            request.end, done = time, request.tokens
        begin = end


def quantile(values, part):
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def served_in_batches(costs, workload, rate, size, patience, cores=1, count=3000):
    requests = poisson(workload, rate, count)
    serve_in_batches(costs, requests, size, patience, cores)
    taken = [request.end - request.arrival for request in requests[count // 10:]]
    return {"p50": quantile(taken, 0.5), "p95": quantile(taken, 0.95), "p99": quantile(taken, 0.99)}


def served(costs, workload, rate, cores=1, count=3000):
    """What becomes of requests that come at this rate."""
    requests = poisson(workload, rate, count)
    process = Process(costs, cores)
    process.serve(requests)
    # The first ones find an empty process, which says little of a long day.
    taken = [request.end - request.arrival for request in requests[count // 10:]]
    return {"p50": quantile(taken, 0.5), "p95": quantile(taken, 0.95), "p99": quantile(taken, 0.99),
            "first_p95": quantile([request.first - request.arrival for request in requests[count // 10:]], 0.95),
            "sequences": process.advanced / process.steps}


def capacity(costs, workload, bound, cores=1, count=3000, batches=None):
    """The highest rate, in requests a second, at which 95 of 100 take at most `bound` seconds; 0 where an
    idle process takes longer. `batches`: of a static batcher, their size and its patience."""
    def keeps(rate):
        # They come for many times the bound: more than fits in is seen as such.
        enough = min(max(count, int(20 * bound * rate)), 100_000)
        facts = (served_in_batches(costs, workload, rate, *batches, cores, enough) if batches
                 else served(costs, workload, rate, cores, enough))
        return facts["p95"] <= bound

    low, high = 0.0, 1e-3
    while high < 1e5 and keeps(high):
        low, high = high, high * 4
    while low and high / low > 1.02:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if keeps(middle) else (low, middle)
    return low


def read_costs(path):
    """By the models' names."""
    lines = pathlib.Path(path).read_text().splitlines()
    models = [json.loads(line) for line in lines if line.startswith("{")]
    return {model["model"]: Costs(model["encode"], model["step"]) for model in models}


def main():
    parser = argparse.ArgumentParser(description="Simulates a process of transept-serve under a load.")
    parser.add_argument("costs", help="what transept-benchmark-costs has printed, a model a line")
    parser.add_argument("--model", help="one of them [all]")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--rates", type=lambda text: [float(part) for part in text.split(",")], default=[],
                        help="requests a second, for which latencies are printed")
    parser.add_argument("--batches", type=lambda text: [(int(size), float(wait) / 1e3) for size, wait in
                                                        (each.split(":") for each in text.split(","))],
                        default=[], help="SIZE:MILLISECONDS,... of static batchers to stand beside the policy")
    parser.add_argument("--bounds", type=lambda text: [float(part) for part in text.split(",")], default=[0.5, 2],
                        help="seconds at p95, for which rates are printed")
    options = parser.parse_args()
    for name, costs in read_costs(options.costs).items():
        if options.model not in (None, name):
            continue
        workload = SOUNDS if len(costs.encode) == 1 else SENTENCES
        for rate in options.rates:
            facts = {key: round(value, 4) for key, value in served(costs, workload, rate, options.cores).items()}
            print(json.dumps({"model": name, "cores": options.cores, "rate": rate, **facts}))
        for bound in options.bounds:
            print(json.dumps({"model": name, "cores": options.cores, "p95": bound,
                              "rate": round(capacity(costs, workload, bound, options.cores), 3)}))
            for batches in options.batches:
                rate = capacity(costs, workload, bound, options.cores, batches=batches)
                print(json.dumps({"model": name, "cores": options.cores, "p95": bound, "batches": batches,
                                  "rate": round(rate, 3)}))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A planned job (see ../corpus.py) on Ray Data: each worker opens the model once and takes shards as they
come; a worker that dies costs the shard that it was at."""
import argparse
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import corpus  # noqa: E402  beside this folder


class Translator:
    """A user-defined function of Ray Data, on numbers of shards."""

    def __init__(self, folder, threads):
        self.job = corpus.Job(folder)
        self.model = self.job.load(threads)

    def __call__(self, batch):
        for number in batch["shard"]:
            # Ray repeats what a worker that died had given back already.
            if not self.job.result(self.job.shards[number]).exists():
                self.job.run(int(number), self.model)
        return batch


def main():
    program = argparse.ArgumentParser(description="Translates a planned job on Ray Data, and merges it.")
    program.add_argument("folder", metavar="FOLDER")
    program.add_argument("output", metavar="OUTPUT")
    program.add_argument("--workers", type=int, default=2, help="processes that open the model [2]")
    program.add_argument("--threads", type=int, default=1, help="of each [1]")
    arguments = program.parse_args()
    import ray
    # Workers find the job's module and transept where this program does.
    ray.init(runtime_env={"env_vars": {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}})
    try:
        job = corpus.Job(arguments.folder)
        left = job.open_shards()
        if left:
            shards = ray.data.from_items([{"shard": number} for number in left], override_num_blocks=len(left))
            done = shards.map_batches(Translator, batch_size=1, concurrency=arguments.workers,
                                      num_cpus=arguments.threads,
                                      fn_constructor_args=(os.path.abspath(arguments.folder), arguments.threads))
            # Without a step behind: the workers have all processors, so it would wait for ever.
            count = sum(len(batch["shard"]) for batch in done.iter_batches())
            print(f"{count} shards were translated")
        job.merge(arguments.output)
    except (corpus.Problem, OSError) as problem:
        sys.exit(f"error: {problem}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Translates a file of lines in shards, on however many machines share a folder.

A result is named by what it was made from: the library, the options and the lines. So it does not
matter who makes it, how often it is begun, or what fails: one that is there is complete, and is never
made again, also where the corpus has changed elsewhere. Slurm, Ray or a shell only say who works."""
import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import socket
import sys
import zlib


class Problem(Exception):
    """What a person can mend; its text says what and where."""


@contextlib.contextmanager
def problems_of(library):
    """What the model refuses, and options that there are not, are problems too."""
    try:
        import transept
    except ImportError:
        raise Problem("Python does not find the module transept; PYTHONPATH says where it is") from None
    try:
        yield
    except (transept.Error, TypeError) as error:
        raise Problem(f"{library}: {error}") from None


def digest_of_file(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def maker(library, options):
    return json.dumps([digest_of_file(library), options], sort_keys=True).encode()


def name_of_result(made_by, digest):
    return hashlib.sha256(made_by + digest.digest()).hexdigest()


def write_whole(path, data):
    """The file appears with all of its bytes, or not at all, whoever else writes it."""
    part = path.with_name(f".{path.name}.{socket.gethostname()}.{os.getpid()}.part")
    with open(part, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def cut(lines, size):
    """Shards of about `size` lines, 2 * size at most, as (offset, bytes, lines). They end where their
    content says so: lines that come or go change the shards around them, and no others."""
    begin = end = count = 0
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
        end += len(line)
        count += 1
        may_end = 2 * count > size and zlib.crc32(line) % max(1, size // 2) == 0
        if may_end or count == 2 * size:
            yield begin, end, count, digest
            begin, count, digest = end, 0, hashlib.sha256()
    if count:
        yield begin, end, count, digest


def checked_lines(path):
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                raise Problem(f"{path}:{number}: expects UTF-8, but {error}") from None
            yield line


class Job:
    """A folder with a plan, and a result for each shard that is done."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        file = self.folder / "plan.json"
        if not file.exists():
            raise Problem(f"{file} is not there; `plan` makes it")
        plan = json.loads(file.read_text())
        self.corpus, self.library = plan["corpus"], plan["library"]
        self.options, self.shards = plan["options"], plan["shards"]
        self.made_by = None

    @classmethod
    def plan(cls, folder, corpus, library, options, size):
        """Cuts the corpus again; results that still belong to one of its shards stay of use."""
        made_by = maker(library, options)
        shards = []
        for begin, end, count, digest in cut(checked_lines(corpus), size):
            shards.append({"begin": begin, "end": end, "lines": count,
                           "result": name_of_result(made_by, digest)})
        folder = pathlib.Path(folder)
        (folder / "results").mkdir(parents=True, exist_ok=True)
        plan = {"corpus": os.path.abspath(corpus), "library": os.path.abspath(library),
                "options": options, "shards": shards}
        write_whole(folder / "plan.json", json.dumps(plan, indent=1).encode())
        return cls(folder)

    def result(self, shard):
        return self.folder / "results" / shard["result"]

    def open_shards(self):
        """Numbers of the shards without a result; of equal ones the first."""
        first = {}
        for number, shard in enumerate(self.shards):
            first.setdefault(shard["result"], number)
        return [number for number in first.values() if not self.result(self.shards[number]).exists()]

    def load(self, threads=0):
        """The model, for run()."""
        self.made_by = maker(self.library, self.options)
        with problems_of(self.library):
            import transept
            # Lines come once, so encoded ones are not kept beyond their use.
            return transept.load(self.library, threads=threads, encoder_cache_bytes=0)

    def lines_of(self, number):
        shard = self.shards[number]
        with open(self.corpus, "rb") as file:
            file.seek(shard["begin"])
            data = file.read(shard["end"] - shard["begin"])
        if name_of_result(self.made_by, hashlib.sha256(data)) != shard["result"]:
            raise Problem(f"{self.corpus}, bytes {shard['begin']} to {shard['end']}, or {self.library} "
                          "has changed since it was planned; plan again, what is done stays done")
        return data.decode().removesuffix("\n").split("\n")

    def run(self, number, model):
        """Makes the result of a shard: a line for each of its lines, an empty one where it is refused."""
        lines = self.lines_of(number)
        with problems_of(self.library):
            results = model.generate_texts(lines, skips_invalid=True, **self.options)
        for line, (best, *_) in enumerate(results, 1):
            if best.problem:
                print(f"shard {number}, line {line}: {best.problem}", file=sys.stderr)
        text = "".join(best.text.replace("\n", " ") + "\n" for best, *_ in results)
        write_whole(self.result(self.shards[number]), text.encode())

    def merge(self, output):
        """All results in the order of the corpus."""
        missing = [number for number, shard in enumerate(self.shards) if not self.result(shard).exists()]
        if missing:
            raise Problem(f"{len(missing)} of {len(self.shards)} shards have no result yet, the first is "
                          f"{missing[0]}; work again, what is done stays done")
        part = f"{output}.part"
        with open(part, "wb") as file:
            for shard in self.shards:
                data = self.result(shard).read_bytes()
                if data.count(b"\n") != shard["lines"]:
                    raise Problem(f"{self.result(shard)} has {data.count(10)} lines, but must have "
                                  f"{shard['lines']}; somebody else has written it: remove it, and work again")
                file.write(data)
        os.replace(part, output)
        for left in (self.folder / "results").glob(".*.part"):  # of workers that were killed
            left.unlink(missing_ok=True)


def run_plan(arguments):
    if arguments.lines < 1:
        raise Problem(f"--lines is {arguments.lines}, but must be 1 or more")
    try:
        options = dict(json.loads(arguments.options))
    except (ValueError, TypeError):
        raise Problem(f"--options is {arguments.options!r}, but must be a JSON object") from None
    job = Job.plan(arguments.folder, arguments.corpus, arguments.library, options, arguments.lines)
    print(f"{len(job.shards)} shards, {len(job.open_shards())} to do")


def run_work(arguments):
    job = Job(arguments.folder)
    if not 0 <= arguments.worker < arguments.of:
        raise Problem(f"--worker is {arguments.worker}, but must be 0 to {arguments.of - 1}, below --of")
    model = None
    for number in range(arguments.worker, len(job.shards), arguments.of):
        if not job.result(job.shards[number]).exists():
            model = model or job.load(arguments.threads)
            job.run(number, model)
            print(f"shard {number} is done", flush=True)


def run_merge(arguments):
    Job(arguments.folder).merge(arguments.output)


def run_open(arguments):
    print(*Job(arguments.folder).open_shards(), sep="\n")


def parser():
    program = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = program.add_subparsers(required=True, metavar="COMMAND")

    def command(name, run, text):
        result = commands.add_parser(name, help=text, description=text)
        result.set_defaults(run=run)
        result.add_argument("folder", metavar="FOLDER", help="of the job, which all machines see")
        return result

    plan = command("plan", run_plan, "cut a corpus into shards")
    plan.add_argument("--corpus", required=True, help="the lines, UTF-8, which all machines see")
    plan.add_argument("--library", required=True, help="the compiled model, which all machines see")
    plan.add_argument("--lines", type=int, default=10000, help="of a shard, about [10000]")
    plan.add_argument("--options", default="{}", help='of generate_texts, as JSON: {"beams": 4}')
    work = command("work", run_work, "translate every n-th shard that has no result")
    work.add_argument("--worker", type=int, default=0, help="which worker this is [0]")
    work.add_argument("--of", type=int, default=1, help="how many there are [1]")
    work.add_argument("--threads", type=int, default=0, help="0: all cores [0]")
    merge = command("merge", run_merge, "write all results in the order of the corpus")
    merge.add_argument("output", metavar="OUTPUT")
    command("open", run_open, "print the numbers of shards without a result")
    return program


def main():
    arguments = parser().parse_args()
    try:
        arguments.run(arguments)
    except (Problem, OSError) as problem:
        sys.exit(f"error: {problem}")


if __name__ == "__main__":
    main()

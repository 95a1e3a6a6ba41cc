# SPDX-License-Identifier: Apache-2.0
"""OpenAI's routes, beside the command line's transcripts of the same file."""
import json

import pytest
from conftest import BOUNDARY, SOUNDS, command, form


def post(server, sound, route="transcriptions", **fields):
    body, headers = form(file=("sweep.wav", sound.read_bytes()), model="sounds", **fields)
    return server.post(f"/v1/audio/{route}", body, headers)


def expected(sound, *flags):
    return command(SOUNDS, sound, *flags)


def test_models_are_listed(server):
    found = server.get("/v1/models").json
    assert found["object"] == "list" and [each["id"] for each in found["data"]] == ["demo", "ids", "sounds"]
    assert server.get("/v1/models/sounds").json["object"] == "model"
    answer = server.get("/v1/models/none")
    assert answer.status == 404 and answer.json["error"]["type"] == "not_found_error"


def test_a_sound_becomes_what_the_command_makes_of_it(server, sound):
    text = json.loads(expected(sound, "--format", "json", "--language", "de"))["text"].strip()
    assert post(server, sound, language="de").json["text"] == text
    assert post(server, sound, language="de").json["usage"] == {"type": "duration", "seconds": 5}
    assert post(server, sound, language="de", response_format="text").body.decode() == text + "\n"


@pytest.mark.parametrize("format", ["srt", "vtt"])
def test_subtitles(server, sound, format):
    answer = post(server, sound, language="de", response_format=format)
    assert answer.body.decode() == expected(sound, "--format", format, "--language", "de")


def test_segments_and_words(server, sound):
    plain = json.loads(expected(sound, "--format", "json"))
    found = post(server, sound, response_format="verbose_json").json
    assert found["segments"] == plain["segments"] and found["language"] == plain["language"]
    assert found["duration"] == 5 and found["task"] == "transcribe" and "words" not in found
    timed = json.loads(expected(sound, "--format", "json", "--word-timestamps"))
    words = [{"word": word["word"].strip(), "start": word["start"], "end": word["end"]}
             for segment in timed["segments"] for word in segment["words"] if word["word"].strip()]
    found = post(server, sound, response_format="verbose_json",
                 **{"timestamp_granularities[]": ["word", "segment"]}).json
    assert found["words"] == words and found["segments"] == plain["segments"]
    found = post(server, sound, response_format="verbose_json", **{"timestamp_granularities[]": "word"}).json
    assert found["words"] == words and "segments" not in found


@pytest.mark.parametrize("fields, flags", [
    ({"language": "de", "prompt": "Zipf"}, ["--language", "de", "--initial-prompt", "Zipf"]),
    ({"language": "de", "temperature": "0.5"}, ["--language", "de", "--temperatures", "0.5"]),
])
def test_prompt_and_temperature(server, sound, fields, flags):
    text = json.loads(expected(sound, "--format", "json", *flags))["text"].strip()
    assert post(server, sound, **fields).json["text"] == text


def test_a_translation(server, sound):
    text = json.loads(expected(sound, "--format", "json", "--task", "translate"))["text"].strip()
    assert post(server, sound, "translations").json["text"] == text


def test_a_transcript_is_streamed(server, sound):
    answer = post(server, sound, language="de", stream="true")
    assert answer.headers["Content-Type"] == "text/event-stream"
    *deltas, done = answer.events
    whole = post(server, sound, language="de").json["text"]
    assert done["type"] == "transcript.text.done" and done["text"] == whole
    assert len(deltas) > 1 and {each["type"] for each in deltas} == {"transcript.text.delta"}
    assert "".join(each["delta"] for each in deltas).strip() == whole


@pytest.mark.parametrize("fields, message, parameter", [
    ({"response_format": "xml"}, "json, text, srt, verbose_json or vtt", "response_format"),
    ({"temperature": "warm"}, "0 to 1", "temperature"),
    ({"language": "xx"}, "language is xx", None),
    ({"beams": "5"}, "allowed are file, model", "beams"),
    ({"timestamp_granularities[]": "word"}, "verbose_json", "timestamp_granularities[]"),
    ({"stream": "true", "response_format": "srt"}, "stream needs", "stream"),
])
def test_what_is_wrong_is_said(server, sound, fields, message, parameter):
    answer = post(server, sound, **fields)
    assert answer.status == 400, answer.body
    assert message in answer.json["error"]["message"] and answer.json["error"]["param"] == parameter


def test_files_that_are_no_sound_are_refused(server, sound):
    for content in (b"", b"abc", sound.read_bytes()[:5000]):
        body, headers = form(file=("a.wav", content), model="sounds")
        answer = server.post("/v1/audio/transcriptions", body, headers)
        assert answer.status == 400 and "a.wav" in answer.json["error"]["message"], answer.body
    body, headers = form(file=("a.wav", sound.read_bytes()), model="demo")
    assert server.post("/v1/audio/transcriptions", body, headers).json["error"]["param"] == "model"
    body, headers = form(model="sounds")
    assert server.post("/v1/audio/transcriptions", body, headers).json["error"]["param"] == "file"


@pytest.mark.parametrize("body", [
    b"", b"--", b"junk", f"--{BOUNDARY}".encode(), f"--{BOUNDARY}--".encode(),
    f"--{BOUNDARY}\r\n\r\nx\r\n--{BOUNDARY}--".encode(),
    f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--{BOUNDARY}--".encode(),
    f"--{BOUNDARY}\r\nX: y\r\n\r\nx\r\n--{BOUNDARY}--".encode(),
    form(model="sounds")[0][:-4], form(model="sounds")[0] + b"more", b"x" + form(model="sounds")[0],
])
def test_broken_forms_are_refused(server, body):
    answer = server.post("/v1/audio/transcriptions", body, form()[1])
    assert answer.status == 400 and answer.json["error"]["type"] == "invalid_request_error"
    assert server.post("/v1/audio/transcriptions", body, {"Content-Type": "text/plain"}).status == 415

# SPDX-License-Identifier: Apache-2.0
"""The Wyoming protocol of Home Assistant: sounds beside the command's transcripts, and clients that break it."""
import json
import os
import socket
import subprocess
import time

import pytest
from conftest import DEMO, PATIENCE, SOUNDS, command, serving


class Client:
    """One connection."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def send(self, kind, data=None, payload=b"", splits=False):
        """With `splits`, data follows the line, as the protocol's own library sends it."""
        text = json.dumps(data or {}).encode()
        header = {"type": kind, "version": "1.0"}
        header.update({"data_length": len(text)} if splits else {"data": data or {}})
        if payload:
            header["payload_length"] = len(payload)
        self.socket.sendall(json.dumps(header).encode() + b"\n" + (text if splits else b"") + payload)

    def receive(self):
        """Type and data of the next event; None at the end of the connection."""
        line = self.file.readline()
        if not line:
            return None
        header = json.loads(line)
        data = header.get("data", {})
        data.update(json.loads(self.file.read(header.get("data_length", 0)) or b"{}"))
        return header["type"], data

    def say(self, samples, rate=16000, channels=1, size=3200):
        form = {"rate": rate, "width": 2, "channels": channels}
        self.send("audio-start", form, splits=True)
        for at in range(0, len(samples), size):
            self.send("audio-chunk", form, samples[at:at + size], splits=at % 2 == 0)
        self.send("audio-stop")


@pytest.fixture(scope="module")
def wyoming():
    with serving(f"sounds={SOUNDS}", f"demo={DEMO}", "--wyoming-port", 0, "--sound-bytes", 1 << 20, "--threads", 1) as running:
        running.wyoming = running.wait_for("listening", protocol="wyoming")["port"]
        yield running


@pytest.fixture
def client(wyoming):
    with Client(wyoming.wyoming) as client:
        yield client


@pytest.fixture(scope="session")
def samples(sound):
    return sound.read_bytes()[44:]


def transcript(sound, *flags):
    return json.loads(command(SOUNDS, sound, "--format", "json", *flags))["text"].strip()


def test_models_of_speech_are_described(client):
    client.send("describe")
    kind, data = client.receive()
    (program,) = data["asr"]
    assert kind == "info" and [model["name"] for model in program["models"]] == ["sounds"]
    assert "de" in program["models"][0]["languages"] and data["tts"] == []
    client.send("ping", {"text": "x"})
    assert client.receive() == ("pong", {"text": "x"})


@pytest.mark.parametrize("request_data, flags", [({"language": "de", "name": "sounds"}, ["--language", "de"]), ({}, [])])
def test_a_sound_becomes_what_the_command_makes_of_it(client, sound, samples, request_data, flags):
    client.send("transcribe", request_data)
    client.say(samples)
    kind, data = client.receive()
    assert kind == "transcript" and data["text"] == transcript(sound, *flags) != ""
    assert len(data["language"]) == 2 and client.receive() is None


def test_transcribe_may_be_left_out_and_pieces_may_have_any_size(client, sound, samples):
    client.say(samples, size=101)
    assert client.receive()[1]["text"] == transcript(sound)


def test_channels_are_averaged(client, sound, samples):
    both = b"".join(samples[at:at + 2] * 2 for at in range(0, len(samples), 2))
    client.say(both, channels=2)
    assert client.receive()[1]["text"] == transcript(sound)


def test_silence_and_nothing_are_answered(wyoming):
    for samples in (b"", bytes(32000)):
        with Client(wyoming.wyoming) as client:
            client.say(samples)
            assert client.receive()[0] == "transcript"


@pytest.mark.parametrize("data, message", [
    (b"GET / HTTP/1.1\r\n\r\n", "event"),
    (b"\n", "event"),
    (b"[]\n", "event"),
    (b"{}\n", '"type"'),
    (b'{"type": 3}\n', "type"),
    (b'{"type": "describe", "data": []}\n', '"data"'),
    (b'{"type": "describe", "data_length": -1}\n', "data_length"),
    (b'{"type": "describe", "data_length": 99999999}\n', "data_length"),
    (b'{"type": "audio-chunk", "payload_length": 1e9}\n', "payload_length"),
    (b'{"type": "describe", "data_length": 3}\n[1]', "object"),
    (b"x" * 200000, "more than"),
    (b'{"type": "transcribe", "data": {"name": "none"}}\n', "there is no model"),
    (b'{"type": "transcribe", "data": {"name": "demo"}}\n', "does not transcribe"),
    (b'{"type": "transcribe", "data": {"language": 3}}\n', "language"),
    (b'{"type": "audio-start", "data": {"rate": 16000, "width": 4, "channels": 1}}\n', "width is 4"),
    (b'{"type": "audio-start", "data": {"rate": 1, "width": 2, "channels": 1}}\n', "rate"),
    (b'{"type": "audio-start", "data": {"rate": 16000, "width": 2, "channels": 1}}\n'
     b'{"type": "audio-chunk", "payload_length": 3}\nabc{"type": "audio-stop"}\n', "sound"),
    (b'{"type": "transcribe", "data": {"language": "xx"}}\n'
     b'{"type": "audio-start", "data": {"rate": 16000, "width": 2, "channels": 1}}\n'
     b'{"type": "audio-chunk", "payload_length": 4}\nabcd{"type": "audio-stop"}\n', "language"),
])
def test_what_is_wrong_is_said_and_ends_the_connection(wyoming, client, data, message):
    client.socket.sendall(data)
    kind, answer = client.receive()
    assert kind == "error" and message in answer["text"], answer
    assert client.receive() is None
    assert wyoming.get("/v2/health/live").status == 200


def test_sounds_are_bounded(wyoming, client):
    form = {"rate": 16000, "width": 2, "channels": 1}
    client.send("audio-start", form)
    for _ in range(9):
        client.send("audio-chunk", form, bytes(1 << 17))
    kind, answer = client.receive()
    assert kind == "error" and "more than 1048576 bytes" in answer["text"]
    wyoming.wait_for_metric("transept_body_bytes", 0)


def test_events_of_other_services_are_left_aside(client):
    client.send("synthesize", {"text": "hello"})
    client.send("audio-stop")
    client.send("describe")
    assert client.receive()[0] == "info"


def test_many_clients_at_once_get_their_own(wyoming, sound, samples):
    expected = transcript(sound)
    clients = [Client(wyoming.wyoming) for _ in range(8)]
    for each in clients:
        each.say(samples)
    assert {each.receive()[1]["text"] for each in clients} == {expected}
    for each in clients:
        each.__exit__()


def test_a_client_that_leaves_ends_its_transcription(wyoming, samples):
    before = wyoming.metric("transept_cancelled_total")
    with Client(wyoming.wyoming) as client:
        client.say(samples * 6)
    wyoming.wait_for_metric("transept_running", 0)
    wyoming.wait_for_metric("transept_cancelled_total", before + 1)


def test_a_client_that_says_nothing_is_given_up():
    with serving(f"sounds={SOUNDS}", "--wyoming-port", 0, "--idle-seconds", 1, "--body-seconds", 1) as impatient:
        port = impatient.wait_for("listening", protocol="wyoming")["port"]
        for begin in (b"", b'{"type": "audio-start", "data": {"rate": 16000, "width": 2, "channels": 1}}\n'):
            with Client(port) as client:
                client.socket.sendall(begin)
                began = time.monotonic()
                assert client.receive() is None and time.monotonic() - began < PATIENCE / 2


def test_draining_lets_a_transcription_end(samples):
    with serving(f"sounds={SOUNDS}", "--wyoming-port", 0, "--threads", 1) as ending:
        port = ending.wait_for("listening", protocol="wyoming")["port"]
        with Client(port) as idle, Client(port) as client:
            client.say(samples * 20)  # long enough to be seen
            ending.wait_for_metric("transept_running", 1)
            assert ending.stop() == 0
            assert client.receive()[0] == "transcript" and idle.receive() is None


def test_keys_and_wyoming_do_not_go_together(tmp_path):
    file = tmp_path / "serve.json"
    file.write_text(json.dumps({"models": {"sounds": str(SOUNDS)}, "keys": [{"key": "first-key"}], "wyomingPort": 0}))
    done = subprocess.run([os.environ["TRANSEPT_SERVE"], "--config", file], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1 and "knows none" in done.stderr

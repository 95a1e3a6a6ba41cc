# SPDX-License-Identifier: Apache-2.0
"""Clients that others wrote, from PyPI, unchanged: OpenAI's library and Home Assistant's of the Wyoming
protocol. Skipped by name where a package cannot be had."""
import asyncio
import json
import os
import pathlib
import subprocess
import sys

import pytest
from conftest import ROOT, SOUNDS, command, serving

sys.path.insert(0, str(ROOT / "tests/published"))
import packages  # noqa: E402


def client(name, requirement):
    folder = pathlib.Path(os.environ["TRANSEPT_PACKAGES"]) / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        return packages.install(folder, [requirement])["PYTHONPATH"]
    except packages.Skipped as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def running():
    with serving(f"sounds={SOUNDS}", "--wyoming-port", 0) as server:
        server.wyoming = server.wait_for("listening", protocol="wyoming")["port"]
        yield server


def transcript(sound, *flags):
    return json.loads(command(SOUNDS, sound, "--format", "json", *flags))["text"].strip()


OPENAI = """
import sys, openai
client = openai.OpenAI(base_url=sys.argv[1], api_key="none")
assert [model.id for model in client.models.list()] == ["sounds"]
with open(sys.argv[2], "rb") as file:
    print(client.audio.transcriptions.create(model="sounds", file=file, language="de").text)
    file.seek(0)
    words = client.audio.transcriptions.create(model="sounds", file=file, response_format="verbose_json",
                                               timestamp_granularities=["word"]).words
    assert words and all(word.end >= word.start for word in words)
    file.seek(0)
    events = list(client.audio.transcriptions.create(model="sounds", file=file, language="de", stream=True))
    print(events[-1].text)
try:
    client.audio.transcriptions.create(model="none", file=b"x")
except openai.NotFoundError as error:
    assert "there is no model" in str(error)
"""


def test_openai_s_library(running, sound):
    path = client("openai", "openai==1.109.1")
    done = subprocess.run([sys.executable, "-c", OPENAI, f"http://127.0.0.1:{running.port}/v1", sound], capture_output=True,
                          text=True, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [transcript(sound, "--language", "de")] * 2


def test_home_assistant_s_library(running, sound):
    sys.path.insert(0, client("wyoming", "wyoming==1.10.2"))
    from wyoming.asr import Transcribe, Transcript
    from wyoming.audio import AudioChunk, AudioStart, AudioStop
    from wyoming.client import AsyncTcpClient
    from wyoming.error import Error
    from wyoming.info import Describe, Info

    async def ask(*events):
        async with AsyncTcpClient("127.0.0.1", running.wyoming) as connection:
            for event in events:
                await connection.write_event(event.event())
            return await connection.read_event()

    info = Info.from_event(asyncio.run(ask(Describe())))
    assert [model.name for model in info.asr[0].models] == ["sounds"] and "de" in info.asr[0].models[0].languages
    samples, form = sound.read_bytes()[44:], {"rate": 16000, "width": 2, "channels": 1}
    chunks = [AudioChunk(audio=samples[at:at + 2048], **form) for at in range(0, len(samples), 2048)]
    answer = asyncio.run(ask(Transcribe(language="de"), AudioStart(**form), *chunks, AudioStop()))
    assert Transcript.from_event(answer).text == transcript(sound, "--language", "de")
    refused = asyncio.run(ask(Transcribe(language="xx"), AudioStart(**form), *chunks, AudioStop()))
    assert "language" in Error.from_event(refused).text

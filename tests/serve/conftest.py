# SPDX-License-Identifier: Apache-2.0
"""Servers for the tests, each on a port of its own, and what the command line says of the same."""
import array
import contextlib
import http.client
import json
import os
import pathlib
import queue
import signal
import subprocess
import threading
import time
import wave

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARIES = pathlib.Path(os.environ["TRANSEPT_LIBRARIES"])
DEMO = LIBRARIES / "libnumber_words.native.so"
LANGUAGES = LIBRARIES / "liblanguages.native.so"
SOUNDS = LIBRARIES / "libsounds.native.so"
MARIAN = LIBRARIES / "libmarian.native.so"
PATIENCE = 30  # seconds


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def events(self):
        """The data of server-sent events."""
        return [json.loads(event.removeprefix("data: "))
                for event in self.body.decode().split("\n\n") if event]


class Server:
    """A running transept-serve."""

    def __init__(self, arguments, port=0):
        self.process = subprocess.Popen([os.environ["TRANSEPT_SERVE"], "--port", str(port), *map(str, arguments)],
                                        stderr=subprocess.PIPE, text=True)
        self.log, self.lines = [], queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.port = self.wait_for("listening")["port"]

    def _read(self):
        for line in self.process.stderr:
            self.log.append(line)
            self.lines.put(line)
        self.lines.put(None)

    def wait_for(self, event, **facts):
        """The next line of the log about this event."""
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            line = self.lines.get(timeout=left)
            assert line is not None, "the server has ended:\n" + "".join(self.log)
            assert line.startswith("{"), line
            entry = json.loads(line)
            if entry["event"] == event and all(entry.get(key) == value for key, value in facts.items()):
                return entry
        raise AssertionError(f"no {event} in the log:\n" + "".join(self.log))

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def request(self, method, path, body=None, headers=None):
        connection = self.connect()
        if isinstance(body, (dict, list)):
            body, headers = json.dumps(body), {"Content-Type": "application/json", **(headers or {})}
        connection.request(method, path, body, headers or {})
        answer = Answer(connection.getresponse())
        connection.close()
        return answer

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def post(self, path, body, headers=None):
        return self.request("POST", path, body, headers)

    def metric(self, name):
        """The value of the one line that begins so, 0 where there is none."""
        lines = [line for line in self.get("/metrics").body.decode().splitlines() if line.startswith(name + " ")]
        return float(lines[0].rpartition(" ")[2]) if lines else 0.0

    def wait_for_metric(self, name, value):
        end = time.monotonic() + PATIENCE
        while self.metric(name) != value:
            assert time.monotonic() < end, f"{name} is {self.metric(name)}, not {value}"
            time.sleep(0.02)

    def stop(self):
        """Ends it as a supervisor does; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@contextlib.contextmanager
def serving(*arguments):
    server = Server(arguments)
    try:
        yield server
        assert server.stop() == 0, "".join(server.log)
    finally:
        server.process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """All models, with the languages of the demo."""
    file = tmp_path_factory.mktemp("serve") / "serve.json"
    file.write_text(json.dumps({"models": {
        "demo": {"library": str(DEMO), "sourceLanguages": ["en"], "targetLanguages": ["de", "fr"],
                 "targetPrefixes": {"de": ">>de<< ", "fr": ">>fr<< "}},
        "ids": str(MARIAN), "sounds": str(SOUNDS)}}))
    with serving("--config", file, "--threads", 2) as running:
        yield running


def command(library, *arguments, **options):
    """What `transept generate` prints."""
    return subprocess.run([os.environ["TRANSEPT_COMMAND"], "generate", str(library), *map(str, arguments)],
                          capture_output=True, text=True, check=True, **options).stdout


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    """Five seconds of a sweep."""
    path = tmp_path_factory.mktemp("sound") / "sweep.wav"
    samples = [(lambda value: value - 65536 if value > 32767 else value)(index * index // 50 % 4000)
               for index in range(80000)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(array.array("h", samples).tobytes())
    return path


BOUNDARY = "----boundary0123456789"


def form(**fields):
    """Body and headers of a form; a pair is a file with its name, a list several fields of a name."""
    body = b""
    for name, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            file, content = value if isinstance(value, tuple) else (None, str(value).encode())
            body += (f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\""
                     + (f"; filename=\"{file}\"\r\nContent-Type: audio/wav" if file else "") + "\r\n\r\n").encode()
            body += content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

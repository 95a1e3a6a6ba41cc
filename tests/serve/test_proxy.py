# SPDX-License-Identifier: Apache-2.0
"""Two replicas behind the proxies of examples/cluster/proxy: one dies or drains under load, and no request
is lost."""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import types

import pytest
from conftest import DEMO, PATIENCE, ROOT, SOUNDS, Answer, Server, command, form

PROXY = ROOT / "examples/cluster/proxy"
PATHS = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
WORDS = ["nine", "forty-eight", "half past seven", "the third of march", "five hundred and ninety"]


def program(name):
    found = shutil.which(name, path=PATHS)
    if not found:
        pytest.skip(f"there is no {name}; `tools/setup cluster` installs it")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Replicas:
    """Two servers, each at an address that it comes back to."""

    def __init__(self):
        self.ports = [free_port(), free_port()]
        self.servers = [self._start(port) for port in self.ports]

    def _start(self, port):
        return Server([f"demo={DEMO}", f"sounds={SOUNDS}", "--threads", 1], port)

    def end(self, index, signal_number):
        self.servers[index].process.send_signal(signal_number)
        self.servers[index].process.wait(PATIENCE)

    def bring_back(self, index):
        self.servers[index] = self._start(self.ports[index])

    def answered(self, index):
        """How many requests a replica has answered."""
        text = self.servers[index].get("/metrics").body.decode()
        return sum(float(value) for value in re.findall(r'requests_total\{route="/(?:translate|v2/models|v1/)[^ ]* (\d+)', text))


class Proxied:
    def __init__(self, port, tls_port=None):
        self.port, self.tls_port = port, tls_port

    connect, request, get, post = Server.connect, Server.request, Server.get, Server.post


@contextlib.contextmanager
def running(arguments, port, **options):
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, **options)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            assert process.poll() is None and time.monotonic() < end, "the proxy has not begun"
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    key, text = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", text], check=True, capture_output=True)
    both = folder / "site.pem"
    both.write_text(text.read_text() + key.read_text())
    return both


@contextlib.contextmanager
def haproxy(replicas, certificate):
    port, tls_port = free_port(), free_port()
    environment = {**os.environ, "ADDRESS": f"127.0.0.1:{port}", "TLS_ADDRESS": f"127.0.0.1:{tls_port}",
                   "CERTIFICATE": str(certificate)}
    for index, each in enumerate(replicas.ports, 1):
        environment[f"REPLICA_{index}"] = f"127.0.0.1:{each}"
    with running([program("haproxy"), "-db", "-q", "-f", PROXY / "haproxy.cfg"], port, env=environment):
        yield Proxied(port, tls_port)


@contextlib.contextmanager
def nginx(replicas, certificate):
    port, tls_port = free_port(), free_port()
    text = (PROXY / "nginx.conf").read_text()
    for old, new in ((8443, tls_port), (8080, port), (8081, replicas.ports[0]), (8082, replicas.ports[1])):
        text, count = re.subn(rf"127\.0\.0\.1:{old}\b", f"127.0.0.1:{new}", text)
        assert count == 1, old
    text = text.replace("site.pem", str(certificate))
    with tempfile.TemporaryDirectory() as folder:  # which nginx's workers reach, who are nobody
        os.chmod(folder, 0o755)
        file = os.path.join(folder, "nginx.conf")
        with open(file, "w") as output:
            output.write(text)
        arguments = [program("nginx"), "-p", folder, "-c", file, "-g", "daemon off;"]
        with running(arguments, port, stderr=subprocess.DEVNULL):
            yield Proxied(port, tls_port)


@pytest.fixture(params=[haproxy, nginx], ids=["haproxy", "nginx"])
def proxied(request, certificate):
    replicas = Replicas()
    try:
        with request.param(replicas, certificate) as proxy:
            end = time.monotonic() + PATIENCE
            while proxy.get("/v2/health/ready").status != 200:
                assert time.monotonic() < end
            yield replicas, proxy, request.param
    finally:
        for server in replicas.servers:
            server.process.kill()


class Load:
    """Clients that send one request after another, and what they got."""

    def __init__(self, send, clients=8):
        self.send, self.isEnding, self.problems, self.count = send, False, [], 0
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]
        for thread in self.threads:
            thread.start()

    def _run(self, number):
        while not self.isEnding:
            number += 1
            try:
                problem = self.send(number)
            except OSError as error:
                problem = repr(error)
            if problem:
                self.problems.append(problem)
            self.count += 1

    def end(self):
        self.isEnding = True
        for thread in self.threads:
            thread.join(PATIENCE)


def sender_of_texts(proxy):
    expected = command(DEMO, *[f">>de<< {word}" for word in WORDS]).splitlines()

    def send(number):
        index = number % len(WORDS)
        answer = proxy.post("/v2/models/demo/generate", {"text_input": f">>de<< {WORDS[index]}", "parameters": {"num_beams": 4}}
                            if number % 3 == 0 else {"text_input": f">>de<< {WORDS[index]}"})
        if answer.status != 200 or number % 3 and answer.json["text_output"] != expected[index]:
            return f"{answer.status} {answer.body}"
    return send


def sender_of_sounds(proxy, sound):
    body, headers = form(file=("sweep.wav", sound.read_bytes()), model="sounds", language="de")
    expected = proxy.post("/v1/audio/transcriptions", body, headers).json["text"]

    def send(_):
        answer = proxy.post("/v1/audio/transcriptions", body, headers)
        if answer.status != 200 or answer.json["text"] != expected:
            return f"{answer.status} {answer.body}"
    return send


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM], ids=["dies", "drains"])
def test_no_request_is_lost_where_a_replica_ends_under_load(proxied, signal_number):
    replicas, proxy, _ = proxied
    load = Load(sender_of_texts(proxy))
    wait_for(lambda: load.count > 100 and all(replicas.answered(index) for index in (0, 1)))
    replicas.end(0, signal_number)
    before = load.count
    wait_for(lambda: load.count > before + 100)
    replicas.bring_back(0)
    wait_for(lambda: replicas.answered(0) > 10)
    load.end()
    assert load.problems == []


class Resetting:
    """A replica that is well until its first request, and then resets every connection as a killed process does."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.hasDied = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):  # of the listener that has closed
            while True:
                threading.Thread(target=self._answer, args=(self.listener.accept()[0],), daemon=True).start()

    def _answer(self, connection):
        with connection, contextlib.suppress(OSError):
            while request := connection.recv(65536):
                if not request.startswith(b"GET /v2/health/ready"):
                    self.listener.shutdown(socket.SHUT_RDWR)
                    self.listener.close()
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.hasDied.set()
                    return
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("kind", [haproxy, nginx])
def test_a_request_whose_body_comes_late_is_asked_again_where_its_connection_is_reset(kind, certificate):
    dying, server = Resetting(), Server([f"demo={DEMO}", "--threads", 1])
    try:
        with kind(types.SimpleNamespace(ports=[dying.port, server.port]), certificate) as proxy:
            for _ in range(4):
                body = b'{"text_input": ">>de<< nine"}'
                connection = Server.connect(proxy)
                connection.putrequest("POST", "/v2/models/demo/generate")
                connection.putheader("Content-Type", "application/json")
                connection.putheader("Content-Length", str(len(body)))
                connection.endheaders()
                time.sleep(0.02)
                connection.send(body)
                answer = Answer(connection.getresponse())
                assert answer.status == 200 and answer.json["text_output"] == "neun"
        assert dying.hasDied.is_set()
    finally:
        server.process.kill()


def test_sounds_that_are_larger_than_a_buffer_are_not_lost_behind_nginx(proxied, sound):
    replicas, proxy, kind = proxied
    send = sender_of_sounds(proxy, sound)
    load = Load(send, clients=4)
    wait_for(lambda: load.count > 8 and all(replicas.answered(index) for index in (0, 1)))
    if kind is nginx:
        replicas.end(1, signal.SIGKILL)
        before = load.count
        wait_for(lambda: load.count > before + 8)
    load.end()
    assert load.problems == []


def test_streams_pass_word_by_word(proxied):
    _, proxy, _ = proxied
    answer = proxy.post("/v2/models/demo/generate_stream", {"text_input": ">>de<< the third of march"})
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert "".join(event["text_output"] for event in answer.events) == command(DEMO, ">>de<< the third of march").strip()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_tls_and_http_2_are_spoken_for_the_server(proxied, certificate):
    _, proxy, _ = proxied
    url = f"https://127.0.0.1:{proxy.tls_port}/v2/models/demo/generate"
    done = subprocess.run(["curl", "-sS", "--cacert", certificate, "--http2", "-w", "\n%{http_version}", url,
                           "-H", "Content-Type: application/json", "-d", json.dumps({"text_input": ">>de<< nine"})],
                          capture_output=True, text=True, check=True)
    body, version = done.stdout.rsplit("\n", 1)
    assert json.loads(body)["text_output"] == "neun" and version == "2"
    old = ssl.create_default_context(cafile=str(certificate))
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)):
        old.wrap_socket(socket.create_connection(("127.0.0.1", proxy.tls_port), PATIENCE), server_hostname="127.0.0.1")


def test_metrics_stay_inside(proxied):
    replicas, proxy, _ = proxied
    assert proxy.get("/metrics").status == 404 and replicas.servers[0].get("/metrics").status == 200

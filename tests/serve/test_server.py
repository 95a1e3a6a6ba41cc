# SPDX-License-Identifier: Apache-2.0
"""Limits, clients that are slow, broken or gone, keys, reloads, the end, and what is written about it."""
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest
from conftest import DEMO, MARIAN, PATIENCE, command, serving

# Takes seconds.
LONG = {"inputs": [{"name": "text", "datatype": "BYTES", "shape": [600],
                    "data": [f">>de<< the {n % 28 + 1}th of march nineteen hundred {n}" for n in range(600)]}],
        "parameters": {"num_beams": 16}}
SHORT = {"text_input": ">>de<< nine"}
PATH = "/v2/models/demo/generate"


def raw(server, data, ends=True):
    """What a server answers to bytes, up to the end of the connection."""
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(data)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


class Background(threading.Thread):
    """A request on a thread of its own."""

    def __init__(self, server, path, body, headers=None):
        super().__init__(daemon=True)
        self.work, self.answer = (server, path, body, headers), None
        self.start()

    def run(self):
        server, path, body, headers = self.work
        self.answer = server.post(path, body, headers)

    def wait(self):
        self.join(PATIENCE)
        return self.answer


def post_bytes(body, path="/v2/models/demo/infer", more=""):
    text = json.dumps(body)
    return (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{more}"
            f"Content-Length: {len(text)}\r\n\r\n{text}").encode()


def test_paths_and_methods_that_are_not_there(server):
    assert server.get("/none").status == 404
    answer = server.get("/translate")
    assert answer.status == 405 and "takes POST" in answer.json["error"]
    assert server.get("/v2/models/none").status == 404
    head = server.request("HEAD", "/v2")
    assert head.status == 200 and head.body == b""


def test_request_ids_are_echoed_and_logged(server):
    assert server.get("/v2/health/live", **{"X-Request-Id": "my-id.1"}).headers["X-Request-Id"] == "my-id.1"
    made = server.get("/v2/health/live", **{"X-Request-Id": "my id"}).headers["X-Request-Id"]
    assert len(made) == 16
    entry = server.wait_for("request", id=made)
    assert entry["path"] == "/v2/health/live" and entry["status"] == 200 and entry["seconds"] < PATIENCE


def test_a_connection_serves_many_requests(server):
    connection = server.connect()
    for _ in range(3):
        connection.request("POST", PATH, json.dumps(SHORT), {"Content-Type": "application/json"})
        assert json.loads(connection.getresponse().read())["text_output"] == "neun"
    connection.close()


def test_pipelined_requests_are_answered_in_order(server):
    answer = raw(server, post_bytes(SHORT, PATH) + b"GET /v2/health/live HTTP/1.1\r\nConnection: close\r\n\r\n", ends=False)
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.index(b"neun") < answer.index(b'"live"')


@pytest.mark.parametrize("data, status", [
    (b"\x16\x03\x01\x02\x00\x01\x00\x01", b"400"),
    (b"GET / HTTP/9.9\r\n\r\n", b"400"),
    (b"GET /v2/health/live HTTP/1.1\r\n\r\n\x00\x01garbage\r\n\r\n", b"400"),
    (b"POST /translate HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
    (b"POST /translate HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", b"400"),
    (b"POST /translate HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", b"400"),
    (b"GET / HTTP/1.1\r\nX: " + b"x" * 20000 + b"\r\n\r\n", b"431"),
    (b"POST /translate HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"413"),
    (b"POST /translate HTTP/1.1\r\nExpect: magic\r\nContent-Length: 2\r\n\r\n{}", b"417"),
])
def test_garbage_is_refused(server, data, status):
    assert b"HTTP/1.1 " + status in raw(server, data, ends=False)
    assert server.get("/v2/health/live").status == 200


def test_chunked_bodies_are_bounded_too(server):
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    head = b"POST /translate HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b"HTTP/1.1 413" in raw(server, head + chunk * 20 + b"0\r\n\r\n", ends=False)


def test_slow_clients_are_given_up_and_hold_nobody_up():
    with serving(f"demo={DEMO}", "--header-seconds", 1, "--body-seconds", 1) as slow:
        connections = [socket.create_connection(("127.0.0.1", slow.port)) for _ in range(50)]
        for number, connection in enumerate(connections):
            connection.sendall(b"POST /trans" if number % 2 else b"POST /translate HTTP/1.1\r\nContent-Length: 9\r\n\r\n{")
        assert slow.post(PATH, SHORT).json["text_output"] == "neun"
        for connection in connections:
            connection.settimeout(PATIENCE)
            assert connection.recv(1) == b""
            connection.close()
        assert slow.metric('transept_rejected_total{reason="timeout"}') == 50


def test_a_full_queue_refuses_at_once():
    with serving(f"demo={DEMO}", "--running", 1, "--queue", 1) as small:
        first = Background(small, "/v2/models/demo/infer", LONG)
        small.wait_for_metric("transept_running", 1)
        second = Background(small, PATH, SHORT)
        small.wait_for_metric("transept_queue_length", 1)
        begin = time.monotonic()
        third = small.post(PATH, SHORT)
        assert third.status == 429 and int(third.headers["Retry-After"]) >= 1, third.body
        assert time.monotonic() - begin < 2 and first.answer is None
        assert first.wait().status == 200 and second.wait().status == 200
        assert small.metric('transept_rejected_total{reason="queue"}') == 1


def test_bodies_share_a_bound():
    with serving(f"demo={DEMO}", "--all-body-bytes", 20000) as small:
        with socket.create_connection(("127.0.0.1", small.port)) as holder:
            holder.sendall(b"POST /translate HTTP/1.1\r\nContent-Length: 15000\r\n\r\n{")
            small.wait_for_metric("transept_body_bytes", 15000)
            assert small.post(PATH, {"text_input": "x" * 9000}).status == 429
        small.wait_for_metric("transept_body_bytes", 0)
        assert small.post(PATH, SHORT).status == 200


def test_a_client_that_leaves_ends_its_generation():
    with serving(f"demo={DEMO}", "--running", 1) as one:
        begin = time.monotonic()
        assert one.post("/v2/models/demo/infer", LONG).status == 200
        whole = time.monotonic() - begin
        with socket.create_connection(("127.0.0.1", one.port)) as connection:
            connection.sendall(post_bytes(LONG))
            one.wait_for_metric("transept_running", 1)
        begin = time.monotonic()
        one.wait_for_metric("transept_running", 0)
        assert time.monotonic() - begin < whole / 2 + 1
        one.wait_for_metric("transept_cancelled_total", 1)
        assert one.wait_for("request", status=499)


def test_a_request_that_takes_too_long_ends():
    with serving(f"demo={DEMO}", "--request-seconds", 1, "--threads", 1) as impatient:
        long = {**LONG, "inputs": [{**LONG["inputs"][0], "shape": [1000], "data": LONG["inputs"][0]["data"] + LONG["inputs"][0]["data"][:400]}],
                "parameters": {"num_beams": 64, "min_new_tokens": 100}}
        answer = impatient.post("/v2/models/demo/infer", long)
        assert answer.status == 504, answer.body
        assert impatient.post(PATH, SHORT).status == 200


def test_keys(tmp_path):
    file = tmp_path / "serve.json"
    file.write_text(json.dumps({"models": {"demo": str(DEMO)},
                                "keys": [{"key": "first-key", "name": "first"}, {"key": "second-key", "weight": 2}]}))
    with serving("--config", file) as guarded:
        assert guarded.get("/v2/health/ready").status == 200 and guarded.get("/").status == 200
        for headers in ({}, {"Authorization": "Bearer wrong-key"}, {"Authorization": "Basic first-key"}):
            answer = guarded.post(PATH, SHORT, headers)
            assert answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
        for key in ("first-key", "second-key"):
            assert guarded.post(PATH, SHORT, {"Authorization": f"Bearer {key}"}).status == 200
        assert guarded.wait_for("request", status=200, path=PATH)["key"] == "first"
        assert guarded.post("/translate", {"q": "nine", "target": "de"}).status == 401
        assert guarded.post("/translate", {"q": "nine", "target": "de", "api_key": "first-key"}).status == 400
        answer = guarded.get("/v1/models")
        assert answer.status == 401 and answer.json["error"]["type"] == "authentication_error"


def test_sigterm_lets_requests_end():
    with serving(f"demo={DEMO}") as ending:
        idle = socket.create_connection(("127.0.0.1", ending.port))
        request = Background(ending, "/v2/models/demo/infer", LONG)
        ending.wait_for_metric("transept_running", 1)
        ending.process.send_signal(signal.SIGTERM)
        ending.wait_for("draining")
        idle.settimeout(PATIENCE)
        assert idle.recv(1) == b""
        with pytest.raises(OSError):
            ending.get("/v2/health/live")
        answer = request.wait()
        assert answer.status == 200 and len(answer.json["outputs"][0]["data"]) == 600
        assert answer.headers["Connection"] == "close"
        assert ending.process.wait(PATIENCE) == 0


def test_idle_connections_do_not_delay_the_end():
    with serving(f"demo={DEMO}") as ending:
        connections = [socket.create_connection(("127.0.0.1", ending.port)) for _ in range(20)]
        ending.wait_for_metric("transept_connections", 21)
        begin = time.monotonic()
        assert ending.stop() == 0 and time.monotonic() - begin < PATIENCE / 2
        for connection in connections:
            connection.close()


def test_what_does_not_end_is_ended():
    with serving(f"demo={DEMO}", "--drain-seconds", 0) as ending:
        Background(ending, "/v2/models/demo/infer", LONG)
        ending.wait_for_metric("transept_running", 1)
        assert ending.stop() == 0


def test_models_are_replaced_added_and_unloaded_without_dropping_a_request(tmp_path):
    first, second = tmp_path / "first.so", tmp_path / "second.so"
    shutil.copy(DEMO, first)
    shutil.copy(DEMO, second)
    file = tmp_path / "serve.json"
    file.write_text(json.dumps({"models": {"demo": str(first), "old": str(MARIAN)}}))
    with serving("--config", file) as changing:
        request = Background(changing, "/v2/models/demo/infer", LONG)
        changing.wait_for_metric("transept_running", 1)
        file.write_text(json.dumps({"models": {"demo": str(second), "new": str(MARIAN)}}))
        changing.process.send_signal(signal.SIGHUP)
        entry = changing.wait_for("models", replaced=["demo"])
        assert entry["opened"] == ["new"] and entry["unloaded"] == ["old"]
        assert [each["id"] for each in changing.get("/v1/models").json["data"]] == ["demo", "new"]
        assert changing.post(PATH, SHORT).json["text_output"] == "neun"
        assert request.wait().status == 200

        os.replace(second, tmp_path / "third.so")  # the same file under another name, and a new one in its place
        shutil.copy(DEMO, second)
        changing.process.send_signal(signal.SIGHUP)
        changing.wait_for("models", replaced=["demo"])

        file.write_text(json.dumps({"models": {"demo": str(tmp_path / "none.so"), "new": str(MARIAN)}}))
        changing.process.send_signal(signal.SIGHUP)
        assert "none.so" in changing.wait_for("model", level="error")["message"]
        assert [each["id"] for each in changing.get("/v1/models").json["data"]] == ["demo", "new"]
        file.write_text("{")
        changing.process.send_signal(signal.SIGHUP)
        assert changing.wait_for("configuration", level="error")
        assert changing.get("/v2/health/ready").status == 200


def test_metrics_count_what_happened():
    with serving(f"demo={DEMO}") as counted:
        for _ in range(3):
            counted.post(PATH, SHORT)
        counted.post("/v2/models/demo/generate_stream", SHORT)
        counted.get("/none")
        text = counted.get("/metrics").body.decode()
        assert 'transept_requests_total{route="/v2/models/{}/generate",status="200"} 3' in text
        assert counted.metric("transept_encoder_cache_misses_total{model=\"demo\"}") == 1
        assert counted.metric("transept_encoder_cache_hits_total{model=\"demo\"}") == 3
        assert counted.metric("transept_tokens_total{model=\"demo\"}") > 4
        assert counted.metric('transept_first_token_seconds_count{route="/v2/models/{}/generate_stream"}') == 1
        assert counted.metric('transept_rejected_total{reason="path"}') == 1
        for line in text.splitlines():  # the text format: a comment, or a name, labels and a number
            assert line.startswith("# ") or float(line.rpartition(" ")[2]) >= 0


def test_many_requests_at_once_have_the_results_of_one(server):
    texts = [f">>de<< {word}" for word in ("nine", "forty-eight", "half past seven", "the third of march")] * 8
    expected = command(DEMO, *texts).splitlines()
    requests = [Background(server, PATH, {"text_input": text}) for text in texts]
    assert [each.wait().json["text_output"] for each in requests] == expected


def test_the_page_is_self_contained(server):
    page = server.get("/")
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")
    assert b"http://" not in page.body and b"https://" not in page.body
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("text, message", [
    ("{", "serve.json"),
    ('{"modells": {}}', '"modells", which is no key here'),
    ('{"models": {"a/b": "x.so"}}', "must be 1 to 128 letters"),
    ('{"models": {"a": {}}}', 'expects "library"'),
    ('{"models": {"a": "none.so"}}', "none.so"),
    ('{"limits": {"queue": -1}}', "limits: queue: found -1"),
    ('{"keys": [{"key": "short"}]}', "8 characters"),
])
def test_configurations_that_are_wrong_are_named(tmp_path, text, message):
    file = tmp_path / "serve.json"
    file.write_text(text)
    done = subprocess.run([os.environ["TRANSEPT_SERVE"], "--config", file], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1 and message in done.stderr, done.stderr


def test_flags_that_are_wrong_are_named():
    for flags in (["--queue", "x"], ["--running", "0"], ["--port", "99999"], ["--none"]):
        done = subprocess.run([os.environ["TRANSEPT_SERVE"], DEMO, *flags], capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 2 and flags[0] in done.stderr, done.stderr
    done = subprocess.run([os.environ["TRANSEPT_SERVE"]], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1 and "nothing to serve" in done.stderr

# SPDX-License-Identifier: Apache-2.0
"""The Open Inference Protocol over gRPC, by Python's client, beside the same over REST."""
import json
import shutil
import socket
import struct
import subprocess
import sys
import threading

import pytest
from conftest import DEMO, MARIAN, PATIENCE, ROOT, command, serving

grpc = pytest.importorskip("grpc", reason="there is no grpc (python3-grpcio on Debian)")


@pytest.fixture(scope="session")
def messages(tmp_path_factory):
    """What protoc makes of our file: messages and stubs."""
    plugin = shutil.which("grpc_python_plugin")
    if not plugin:
        pytest.skip("there is no grpc_python_plugin (protobuf-compiler-grpc on Debian)")
    folder = tmp_path_factory.mktemp("messages")
    subprocess.run(["protoc", f"--python_out={folder}", f"--grpc_python_out={folder}", f"--proto_path={ROOT / 'serve'}",
                    f"--plugin=protoc-gen-grpc_python={plugin}", "inference.proto"], check=True)
    sys.path.insert(0, str(folder))
    import inference_pb2
    import inference_pb2_grpc
    return inference_pb2, inference_pb2_grpc


@pytest.fixture(scope="module")
def running():
    with serving(f"demo={DEMO}", f"ids={MARIAN}", "--grpc-port", 0, "--body-bytes", 1 << 20, "--threads", 2) as server:
        server.grpc = server.wait_for("listening", protocol="grpc")["port"]
        yield server


@pytest.fixture
def client(running, messages):
    with grpc.insecure_channel(f"127.0.0.1:{running.grpc}") as channel:
        yield messages[1].GRPCInferenceServiceStub(channel)


def texts_of(messages, *texts, name="demo", raw=False, **parameters):
    request = messages[0].ModelInferRequest(model_name=name, id="7")
    tensor = request.inputs.add(name="text", datatype="BYTES", shape=[len(texts)])
    encoded = [text.encode() for text in texts]
    if raw:
        request.raw_input_contents.append(b"".join(struct.pack("<I", len(each)) + each for each in encoded))
    else:
        tensor.contents.bytes_contents.extend(encoded)
    for key, value in parameters.items():
        kind = {bool: "bool_param", int: "int64_param", str: "string_param"}[type(value)]
        setattr(request.parameters[key], kind, value)
    return request


def refusal(function, request, **options):
    with pytest.raises(grpc.RpcError) as error:
        function(request, timeout=PATIENCE, **options)
    return error.value.code().name, error.value.details()


def test_server_and_models_are_described(running, client, messages):
    kinds = messages[0]
    assert client.ServerLive(kinds.ServerLiveRequest()).live and client.ServerReady(kinds.ServerReadyRequest()).ready
    assert client.ServerMetadata(kinds.ServerMetadataRequest()).name == "transept-serve"
    assert client.ModelReady(kinds.ModelReadyRequest(name="demo")).ready
    facts = client.ModelMetadata(kinds.ModelMetadataRequest(name="demo"))
    rest = running.get("/v2/models/demo").json
    assert facts.platform == rest["platform"]
    assert [(each.name, each.datatype, list(each.shape)) for each in facts.inputs] == \
        [(each["name"], each["datatype"], each["shape"]) for each in rest["inputs"]]
    assert refusal(client.ModelReady, kinds.ModelReadyRequest(name="none"))[0] == "NOT_FOUND"


@pytest.mark.parametrize("raw", [False, True])
def test_texts_are_those_of_the_command(client, messages, raw):
    texts = [">>de<< nine", ">>fr<< half past seven"]
    answer = client.ModelInfer(texts_of(messages, *texts, raw=raw, num_beams=4, length_penalty="1.2"))
    assert answer.id == "7" and answer.model_name == "demo"
    output = answer.outputs[0]
    assert (output.name, output.datatype, list(output.shape)) == ("text", "BYTES", [2])
    expected = command(DEMO, *texts, "--beams", 4, "--length-penalty", 1.2).splitlines()
    if raw:
        expected_bytes = b"".join(struct.pack("<I", len(each.encode())) + each.encode() for each in expected)
        assert answer.raw_output_contents[0] == expected_bytes and len(answer.raw_output_contents[1]) == 8
    else:
        assert [each.decode() for each in output.contents.bytes_contents] == expected
        assert len(answer.outputs[1].contents.fp32_contents) == 2


def test_ids_are_those_of_rest(running, client, messages):
    ids, mask = [[5, 6, 7, 2], [8, 9, 2, 0]], [[1, 1, 1, 1], [1, 1, 1, 0]]
    rest = running.post("/v2/models/ids/infer", {"inputs": [
        {"name": "ids", "datatype": "INT64", "shape": [2, 4], "data": ids},
        {"name": "mask", "datatype": "BOOL", "shape": [2, 4], "data": [[bool(each) for each in row] for row in mask]}]}).json
    for raw in (False, True):
        request = messages[0].ModelInferRequest(model_name="ids")
        first = request.inputs.add(name="ids", datatype="INT64", shape=[2, 4])
        second = request.inputs.add(name="mask", datatype="BOOL", shape=[2, 4])
        flat = [each for row in ids for each in row]
        if raw:
            request.raw_input_contents.extend([struct.pack("<8q", *flat), bytes(each for row in mask for each in row)])
        else:
            first.contents.int64_contents.extend(flat)
            second.contents.bool_contents.extend(bool(each) for row in mask for each in row)
        answer = client.ModelInfer(request)
        outputs = {each.name: each for each in answer.outputs}
        found = (struct.unpack(f"<{len(answer.raw_output_contents[0]) // 8}q", answer.raw_output_contents[0]) if raw
                 else outputs["ids"].contents.int64_contents)
        assert list(found) == rest["outputs"][0]["data"] and list(outputs["ids"].shape) == rest["outputs"][0]["shape"]


def test_what_is_wrong_is_said(running, client, messages):
    kinds = messages[0]
    assert refusal(client.ModelInfer, texts_of(messages, "nine", name="none"))[0] == "NOT_FOUND"
    assert refusal(client.ModelInfer, kinds.ModelInferRequest(model_name="demo"))[0] == "INVALID_ARGUMENT"
    code, text = refusal(client.ModelInfer, texts_of(messages, "nine", num_beams=0))
    assert code == "INVALID_ARGUMENT" and "num_beams" in text
    broken = texts_of(messages, "nine", raw=True)
    for raw in (b"", b"\x01", b"\xff\xff\xff\xffnine", b"\x04\0\0\0nine\x01"):
        broken.raw_input_contents[0] = raw
        assert refusal(client.ModelInfer, broken)[0] == "INVALID_ARGUMENT", raw
    broken.raw_input_contents.append(b"")
    assert "raw_input_contents has 2" in refusal(client.ModelInfer, broken)[1]
    odd = kinds.ModelInferRequest(model_name="ids")
    odd.inputs.add(name="ids", datatype="FP16", shape=[1])
    assert "FP16" in refusal(client.ModelInfer, odd)[1]
    odd.inputs[0].datatype, odd.inputs[0].shape[0] = "INT64", -1
    assert refusal(client.ModelInfer, odd)[0] == "INVALID_ARGUMENT"
    bytes_alone = texts_of(messages, "x")
    bytes_alone.inputs[0].contents.bytes_contents[0] = b"\xff\xfe"
    client.ModelInfer(bytes_alone)
    assert refusal(client.ModelInfer, texts_of(messages, "x" * (2 << 20)))[0] == "RESOURCE_EXHAUSTED"
    assert refusal(client.ModelInfer, texts_of(messages, "nine", name="../x y"))[0] == "NOT_FOUND"
    assert running.get("/v2/health/live").status == 200


def test_many_calls_at_once_have_the_results_of_one(client, messages):
    texts = [f">>de<< {word}" for word in ("nine", "forty-eight", "half past seven", "the third of march")] * 8
    expected = command(DEMO, *texts).splitlines()
    calls = [client.ModelInfer.future(texts_of(messages, text)) for text in texts]
    assert [call.result(PATIENCE).outputs[0].contents.bytes_contents[0].decode() for call in calls] == expected


def test_a_call_that_is_cancelled_or_late_ends_its_generation(running, client, messages):
    long = texts_of(messages, *[f">>de<< the {n % 28 + 1}th of march nineteen hundred {n}" for n in range(600)], num_beams=16)
    before = running.metric("transept_cancelled_total")
    call = client.ModelInfer.future(long)
    running.wait_for_metric("transept_running", 1)
    call.cancel()
    running.wait_for_metric("transept_running", 0)
    running.wait_for_metric("transept_cancelled_total", before + 1)
    with pytest.raises(grpc.RpcError) as error:
        client.ModelInfer(long, timeout=0.2)
    assert error.value.code().name == "DEADLINE_EXCEEDED"
    running.wait_for_metric("transept_running", 0)


def test_garbage_is_refused(running):
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 1000, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 1000):
        with socket.create_connection(("127.0.0.1", running.grpc), PATIENCE) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
    assert running.get("/v2/health/live").status == 200


def test_keys_and_a_full_queue(tmp_path, messages):
    file = tmp_path / "serve.json"
    file.write_text(json.dumps({"models": {"demo": str(DEMO)}, "keys": [{"key": "first-key"}], "grpcPort": 0,
                                "limits": {"running": 1, "queue": 0}}))
    with serving("--config", file) as guarded:
        port = guarded.wait_for("listening", protocol="grpc")["port"]
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            client = messages[1].GRPCInferenceServiceStub(channel)
            key = [("authorization", "Bearer first-key")]
            assert client.ServerLive(messages[0].ServerLiveRequest()).live
            assert refusal(client.ModelInfer, texts_of(messages, "nine"))[0] == "UNAUTHENTICATED"
            client.ModelInfer(texts_of(messages, "nine"), metadata=key)
            long = client.ModelInfer.future(texts_of(messages, *["nine " * 9] * 600, num_beams=16), metadata=key)
            end = threading.Event()
            long.add_done_callback(lambda _: end.set())
            codes = set()
            while "RESOURCE_EXHAUSTED" not in codes and not end.is_set():
                try:
                    client.ModelInfer(texts_of(messages, "nine"), metadata=key)
                except grpc.RpcError as error:
                    codes.add(error.code().name)
            assert codes == {"RESOURCE_EXHAUSTED"}
            long.cancel()


def test_draining_lets_calls_end(messages):
    with serving(f"demo={DEMO}", "--grpc-port", 0) as ending:
        port = ending.wait_for("listening", protocol="grpc")["port"]
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            client = messages[1].GRPCInferenceServiceStub(channel)
            long = client.ModelInfer.future(texts_of(messages, *[f">>de<< {n} o'clock" for n in range(300)], num_beams=16))
            ending.wait_for_metric("transept_running", 1)
            assert ending.stop() == 0
            assert len(long.result(PATIENCE).outputs[0].contents.bytes_contents) == 300

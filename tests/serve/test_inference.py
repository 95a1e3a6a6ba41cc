# SPDX-License-Identifier: Apache-2.0
"""The Open Inference Protocol, beside what the command line says of the same sources."""
import pytest
from conftest import DEMO, MARIAN, command

SENTENCES = [">>de<< forty-eight", ">>fr<< the third of march", ">>de<< half past seven"]


def texts(data, **parameters):
    return {"id": "my id", "parameters": parameters,
            "inputs": [{"name": "text", "datatype": "BYTES", "shape": [len(data)], "data": data}]}


def outputs(answer):
    assert answer.status == 200, answer.body
    return {each["name"]: each for each in answer.json["outputs"]}


def test_live_ready_and_what_there_is(server):
    assert server.get("/v2/health/live").json == {"live": True}
    assert server.get("/v2/health/ready").json == {"ready": True}
    assert server.get("/v2").json["name"] == "transept-serve"
    assert server.get("/v2/models/demo/ready").json == {"name": "demo", "ready": True}
    facts = server.get("/v2/models/demo").json
    assert facts["name"] == "demo" and facts["inputs"][0] == {"name": "text", "datatype": "BYTES", "shape": [-1]}


@pytest.mark.parametrize("parameters, flags", [({}, []), ({"num_beams": 4}, ["--beams", 4]),
                                               ({"do_sample": True, "seed": 7}, ["--sample", "--seed", 7])])
def test_texts_become_what_the_command_makes_of_them(server, parameters, flags):
    expected = command(DEMO, *SENTENCES, *flags).splitlines()
    found = outputs(server.post("/v2/models/demo/infer", texts(SENTENCES, **parameters)))
    assert found["text"] == {"name": "text", "datatype": "BYTES", "shape": [3], "data": expected}
    assert len(found["score"]["data"]) == 3


def test_ids_become_what_the_command_makes_of_them(server):
    sources = ["5 6 7 8 2", "9 10 11 12 2"]
    expected = [[int(id) for id in line.split()]
                for line in command(MARIAN, "--ids", input="\n".join(sources)).splitlines()]
    rows = [[int(id) for id in line.split()] for line in sources]
    for data in (rows, sum(rows, [])):
        body = {"inputs": [{"name": "ids", "datatype": "INT64", "shape": [2, 5], "data": data}]}
        found = outputs(server.post("/v2/models/ids/infer", body))
        assert found["lengths"]["data"] == [len(ids) for ids in expected]
        longest = found["ids"]["shape"][1]
        padded = sum([ids + [-1] * (longest - len(ids)) for ids in expected], [])
        assert found["ids"]["data"] == padded


def test_a_mask_drops_ids(server):
    rows = {"name": "ids", "datatype": "INT32", "shape": [2, 5], "data": [5, 6, 7, 2, 1, 9, 10, 11, 12, 2]}
    mask = {"name": "mask", "datatype": "INT64", "shape": [2, 5], "data": [1, 1, 1, 1, 0, 1, 1, 1, 1, 1]}
    found = outputs(server.post("/v2/models/ids/infer", {"inputs": [rows, mask]}))
    expected = command(MARIAN, "--ids", input="5 6 7 2\n").split()
    assert found["ids"]["data"][:len(expected)] == [int(id) for id in expected]


def test_several_results_have_a_dimension_of_their_own(server):
    expected = command(DEMO, SENTENCES[0], "--beams", 3, "--num-return", 3).splitlines()
    found = outputs(server.post("/v2/models/demo/infer",
                                texts(SENTENCES[:1], num_beams=3, num_return_sequences=3)))
    assert found["text"]["shape"] == [1, 3] and found["text"]["data"] == expected


def test_outputs_can_be_chosen(server):
    body = {**texts(SENTENCES), "outputs": [{"name": "text"}]}
    answer = server.post("/v2/models/demo/infer", body)
    assert list(outputs(answer)) == ["text"]
    assert answer.json["id"] == "my id" and answer.json["model_name"] == "demo"


def test_a_text_is_generated_at_once_or_streamed(server):
    body = {"text_input": SENTENCES[1]}
    expected = command(DEMO, SENTENCES[1]).rstrip("\n")
    assert server.post("/v2/models/demo/generate", body).json["text_output"] == expected
    streamed = server.post("/v2/models/demo/generate_stream", body)
    assert streamed.headers["Content-Type"] == "text/event-stream"
    assert len(streamed.events) > 1
    assert "".join(event["text_output"] for event in streamed.events) == expected


@pytest.mark.parametrize("path, body, status, message", [
    ("demo", {"inputs": []}, 400, "one tensor"),
    ("demo", {}, 400, "inputs"),
    ("demo", texts([5]), 400, "found 5"),
    ("demo", texts(["a"], num_beams=0), 400, "num_beams: found 0, allowed"),
    ("demo", texts(["a"], numbeams=1), 400, "numbeams"),
    ("demo", texts(["a"], do_sample="yes"), 400, "do_sample"),
    ("demo", {**texts(["a"]), "outputs": [{"name": "b"}]}, 400, "text"),
    ("demo", {"inputs": [{"name": "text", "datatype": "FP32", "shape": [1], "data": [1]}]}, 400, "must be BYTES"),
    ("demo", {"inputs": [{"name": "text", "datatype": "BYTES", "shape": [2], "data": ["a"]}]}, 400, "1 elements"),
    ("demo", {"inputs": [{"name": "ids", "datatype": "INT64", "shape": [1], "data": [-5]}]}, 400, "-5"),
    ("demo", {"inputs": [{"name": "ids", "datatype": "INT64", "shape": [1], "data": [99999]}]}, 400, "99999"),
    ("ids", texts(["a"]), 400, "no tokenizer"),
    ("sounds", texts(["a"]), 400, "/v1/audio/transcriptions"),
    ("none", texts(["a"]), 404, "demo, ids, sounds"),
])
def test_what_is_wrong_is_said(server, path, body, status, message):
    answer = server.post(f"/v2/models/{path}/infer", body)
    assert answer.status == status
    assert message in answer.json["error"], answer.json


def test_binary_tensors_and_other_types_are_refused(server):
    answer = server.post("/v2/models/demo/infer", "{}", {"Inference-Header-Content-Length": "2"})
    assert answer.status == 400 and "binary" in answer.json["error"]
    answer = server.post("/v2/models/demo/infer", "{}", {"Content-Type": "text/plain"})
    assert answer.status == 415 and "application/json" in answer.json["error"]
    for broken in ("", "{", "[]", '{"inputs":[],"inputs":[]}', "[" * 100):
        assert server.post("/v2/models/demo/infer", broken, {"Content-Type": "application/json"}).status == 400

# SPDX-License-Identifier: Apache-2.0
"""LibreTranslate's routes."""
import urllib.parse

import pytest
from conftest import DEMO, LANGUAGES, command, serving


@pytest.mark.parametrize("target", ["de", "fr"])
def test_a_text_is_translated_as_the_command_does(server, target):
    expected = command(DEMO, f">>{target}<< forty-eight").rstrip("\n")
    for source in ("en", "auto"):
        body = {"q": "forty-eight", "source": source, "target": target, "format": "text"}
        assert server.post("/translate", body).json == {"translatedText": expected}


def test_lists_and_alternatives(server):
    texts = ["nine", "half past seven"]
    expected = command(DEMO, *[f">>de<< {text}" for text in texts]).splitlines()
    assert server.post("/translate", {"q": texts, "source": "en", "target": "de"}).json == {"translatedText": expected}
    best = command(DEMO, ">>de<< nine", "--beams", 4, "--num-return", 3).splitlines()
    found = server.post("/translate", {"q": "nine", "source": "en", "target": "de", "alternatives": 2}).json
    if found["translatedText"] != best[0]:  # the model's own number of beams is another one
        best = command(DEMO, ">>de<< nine", "--beams", 3, "--num-return", 3).splitlines()
    assert [found["translatedText"], *found["alternatives"]] == best
    assert server.post("/translate", {"q": [], "source": "en", "target": "de"}).json == {"translatedText": []}


def test_a_form_is_taken_as_json_is(server):
    body = urllib.parse.urlencode({"q": "forty-eight", "source": "en", "target": "de", "api_key": ""})
    answer = server.post("/translate", body, {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.json == {"translatedText": command(DEMO, ">>de<< forty-eight").rstrip("\n")}
    answer = server.post("/translate", "q=%4", {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 400 and "%4" in answer.json["error"]


def test_languages(server):
    assert server.get("/languages").json == [{"code": "en", "name": "en", "targets": ["de", "fr"]}]


def test_a_multilingual_model_translates_sentence_by_sentence():
    with serving(f"many={LANGUAGES}") as many:
        languages = many.get("/languages").json
        assert len(languages) == 100 and languages[0]["code"] == "af" and len(languages[0]["targets"]) == 100
        # The model was never trained, and its tokenizer has more ids than its vocabulary.
        answer = many.post("/translate", {"q": "x", "source": "auto", "target": "de"})
        assert answer.status == 400 and "no model here detects" in answer.json["error"]


def test_nobody_detects_a_language(server):
    answer = server.post("/detect", {"q": "Hallo"})
    assert answer.status == 501 and "no model here detects" in answer.json["error"]


@pytest.mark.parametrize("body, message", [
    ({"source": "en", "target": "de"}, "expects \"q\""),
    ({"q": 5, "source": "en", "target": "de"}, "q: found 5"),
    ({"q": "a", "source": "en", "target": "xx"}, "target is \"xx\", but must be one of de, fr"),
    ({"q": "a", "source": "xx", "target": "de"}, "source is \"xx\", but must be one of en"),
    ({"q": "a", "target": "de", "format": "html"}, "must be text"),
    ({"q": "a", "target": "de", "alternatives": 50}, "alternatives: found 50"),
    ({"q": "a", "target": "de", "beams": 50}, "beams"),
    ({"q": ["a"] * 2000, "target": "de"}, "2000 texts, allowed are 1024"),
    ({"q": "word " * 500, "target": "de"}, "tokens"),
])
def test_what_is_wrong_is_said(server, body, message):
    answer = server.post("/translate", body)
    assert answer.status == 400 and message in answer.json["error"], answer.json

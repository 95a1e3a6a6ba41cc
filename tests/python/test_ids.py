# SPDX-License-Identifier: Apache-2.0
"""Token ids, features, states and logits, beside the goldens of the original implementations."""
import math
import re

import pytest
import transept

from conftest import LIBRARIES, ROOT, assert_near, flat

INCLUDE = ROOT / "runtime/include/transept"


def names_of_options():
    """transformers' name of each option -> its name here."""
    rows = re.findall(r'^OPTION_(\w+)\(\w+, (\w+), \w+, "[\w-]*", "(\w+)"',
                      (INCLUDE / "generation_options.inc").read_text(), re.MULTILINE)
    return {name: field + "s" * (kind in ("IDS", "WORDS")) for kind, field, name in rows
            if kind != "MODEL_ID"}


def options_of(case):
    names = names_of_options()
    options = {names[name]: value for name, value in case["generation_args"].items()
               if name not in ("pad_token_id", "bos_token_id")}  # of the model alone
    if isinstance(ends := options.get("end_ids"), int):
        options["end_ids"] = [ends]
    return options | {"ignore_model_defaults": not case["uses_generation_config_json"]}


def sources_of(golden, case):
    """The encoded sources of a case; its masks leave padding out."""
    name = "input_features" if "input_features" in case["inputs"] else "input_ids"
    return [golden.model.encode(row, mask=mask) for row, mask in zip(
        golden.tensor(case["inputs"][name]), golden.tensor(case["inputs"]["attention_mask"]))]


@pytest.mark.parametrize("name", ["marian", "speech_to_text"])
def test_every_recorded_search_gives_its_sequences(golden, name):
    recorded, count = golden(name), 0
    for case in recorded.cases:
        if case["kind"] != "generate" or "decoder_input_ids" in case["inputs"]:
            continue
        count += 1
        results = recorded.model.generate(sources_of(recorded, case), **options_of(case))
        expected = recorded.tensor(case["outputs"]["sequences"])
        for row, sequence in zip(expected, (each for result in results for each in result), strict=True):
            assert sequence.ids == row[:len(sequence.ids)], case["name"]
            assert len(set(row[len(sequence.ids):])) <= 1, case["name"]  # padding
        if scores := case["outputs"].get("sequences_scores"):
            assert_near([[each.score for result in results for each in result]],
                        [recorded.tensor(scores)])
    assert count > 15


@pytest.mark.parametrize("name", ["marian", "speech_to_text"])
def test_states_and_logits_are_the_recorded_ones(golden, name):
    recorded = golden(name)
    for case in recorded.cases[:2]:
        (source,) = sources_of(recorded, case)
        assert_near(source.states, recorded.tensor(case["outputs"]["encoder_last_hidden_state"])[0])
        (targets,) = recorded.tensor(case["inputs"]["decoder_input_ids"])
        (expected,) = recorded.tensor(case["outputs"]["logits"])
        assert_near(recorded.model.logits(source, targets), expected)
        decoder = source.decode()
        rows = flat(decoder.append(targets[:1]))
        fork = decoder.fork()
        if len(targets) > 1:
            rows += flat(fork.append(targets[1:]))
        assert rows == flat(recorded.model.logits(source, targets))
        assert len(decoder) == 1 and len(fork) == len(targets)


def test_a_model_without_a_vocabulary_transforms_rows(golden):
    recorded = golden("cross_attention_block")
    case = recorded.cases[2]  # with a mask of padding
    (features,) = recorded.tensor(case["inputs"]["encoder_output"])
    (padding,) = recorded.tensor(case["inputs"]["encoder_padding_mask"])
    source = recorded.model.encode(features, mask=[1 - each for each in padding])
    assert len(source) == len(padding) - sum(padding)
    (targets,) = recorded.tensor(case["inputs"]["decoder_states"])
    assert_near(recorded.model.transform(source, targets),
                recorded.tensor(case["outputs"]["states"])[0])


def test_encodes_and_generates_as_the_original(demo, cases):
    sources = [demo.encode(case["source_ids"]) for case in cases]
    results = demo.generate(sources)
    assert [each[0].ids for each in results] == [case["output_ids"] for case in cases]
    assert [each.ids for each in sources] == [case["source_ids"] for case in cases]
    assert demo.generate(sources[0]) == results[0]


def test_arrays_of_numpy_go_in_and_come_out(golden, demo, cases):
    numpy = pytest.importorskip("numpy")
    source = demo.encode(numpy.array(cases[0]["source_ids"]))
    states, logits = source.states, demo.logits(source, numpy.array([801, 1], dtype=numpy.int64))
    assert states.shape == (len(source), demo.encoder_hidden_size)
    assert logits.shape == (2, demo.target_vocabulary_size)
    assert states.dtype == logits.dtype == numpy.float32
    numpy.testing.assert_allclose(states[0, :16], cases[0]["encoder_last_hidden_state"], atol=1e-4)
    recorded = golden("speech_to_text")
    features = numpy.array(recorded.tensor(recorded.cases[0]["inputs"]["input_features"])[0],
                           dtype=numpy.float64)
    expected = recorded.model.encode(features).states
    strided = numpy.repeat(features.astype(numpy.float32), 2, axis=1)[:, ::2]
    assert (recorded.model.encode(strided).states == expected).all()


def test_what_is_no_source_is_refused(demo, golden):
    for source, text in (([9999], r"ids\[0\] is 9999"), ([2**40], "between"), ([1.5], "integer"),
                         ("nine", "is a text"), (7, "must be token ids")):
        with pytest.raises(transept.Error, match=text):
            demo.encode(source)
    with pytest.raises(transept.Error, match="mask has 1 numbers, but must have 2"):
        demo.encode([1, 2], mask=[1])
    for rows in ([[1.0, 2.0]], [[1.0], [1.0, 2.0]], [1, 2], [], "nine", [["a"] * 80]):
        with pytest.raises(transept.Error, match="must be rows of"):
            golden("speech_to_text").model.encode(rows)
    with pytest.raises(transept.Error, match="from another model"):
        demo.generate(golden("marian").model.encode([1, 2]))


def test_options_of_several_numbers(demo, cases):
    source = demo.encode(cases[0]["source_ids"])
    (plain,) = demo.generate(source)
    first = plain.ids[1]
    (biased,) = demo.generate(source, sequence_bias={(first,): -1000.0})
    (forbidden,) = demo.generate(source, bad_words=[[first]])
    assert first not in biased.ids and biased.ids == forbidden.ids
    (hurried,) = demo.generate(source, exponential_decay=(0, 1000.0))
    assert len(hurried.ids) < len(plain.ids) and hurried.is_complete
    for options in ({"exponential_decay": 3}, {"sequence_bias": [1]}, {"sequence_bias": {(1,): "a"}}):
        with pytest.raises(transept.Error, match="must"):
            demo.generate(source, **options)


def test_requests_give_what_calls_give(golden):
    model = golden("marian").model
    sources = [[5 + index, 9, 7 + index % 3, 0] for index in range(20)]
    expected = [model.generate(model.encode(ids), beams=1 + index % 3)
                for index, ids in enumerate(sources)]
    requests = [model.submit(ids, beams=1 + index % 3, caller=1 + index % 2, weight=1.5, priority=index)
                for index, ids in enumerate(sources)]
    for request, sequences in zip(requests, expected):
        assert [each.ids for each in request.result()] == [each.ids for each in sequences]
        assert [each.score for each in request.result(timeout=0)] == [each.score for each in sequences]
        assert request.done() and request.ahead == 0
    before = model.statistics()
    assert before["decode_sequences"] > before["decode_steps"] > 0


def test_requests_say_what_ended_them(golden):
    model = golden("marian").model
    with pytest.raises(transept.Error, match=r"sources\[0\].ids\[0\] is 100000"):
        model.submit([100000])
    with pytest.raises(transept.Error, match="deadline is -1"):
        model.submit([5, 6, 0], deadline=-1)
    with pytest.raises(TypeError, match="did you mean 'priority'"):
        model.submit([5, 6, 0], priorty=3)
    late = model.submit([5, 6, 0], minimum_length=60, maximum_length=64, deadline=1e-6)
    with pytest.raises(transept.Error) as caught:
        late.result()
    assert caught.value.code is transept.ErrorCode.DEADLINE

def test_labels_have_the_scores_of_the_original(golden):
    model = transept.load(LIBRARIES / "libreviews.native.so")
    assert model.labels == ["contradiction", "neutral", "entailment"]
    results = model.classify("Hello world", pair="It is a boat.")
    assert [each.label for each in results] == model.labels
    for each, score, logit in zip(results, (0.4682, 0.2201, 0.3117), (0.849, 0.0944, 0.4421), strict=True):
        assert each.score == pytest.approx(score, abs=1e-4) and each.logit == pytest.approx(logit, abs=1e-4)
    source = model.encode(model.tokenize("Hello world"))
    both = model.classify([source, "Hello world"])
    assert both[0] == both[1] == model.classify(source)
    with pytest.raises(transept.Error, match="has no id 2"):
        model.classify(model.encode([5, 6]))
    with pytest.raises(transept.Error, match="use classify"):
        model.generate(source)
    with pytest.raises(transept.Error, match="pair"):
        model.classify(source, pair="It is a boat.")


def test_labels_of_ones_own_are_scored_by_entailment(demo):
    model, topics = transept.load(LIBRARIES / "libreviews.native.so"), ["sport", "politics", "a boat"]
    results = model.classify_as("Hello world", topics)
    assert [each.label for each in results] == topics
    assert sum(each.score for each in results) == pytest.approx(1)
    assert max(results, key=lambda each: each.score).label == "a boat"
    assert results[2].score == pytest.approx(0.3647, abs=1e-4)
    pair = model.classify("Hello world", pair="It speaks of sport.")
    (alone,) = model.classify_as("Hello world", ["sport"], hypothesis="It speaks of {}.", independent=True)
    assert alone.logit == pair[2].logit
    odds = math.exp(pair[2].logit - pair[0].logit)
    assert alone.score == pytest.approx(odds / (1 + odds), abs=1e-6)
    for message, arguments in [("labels has 0 labels", {"labels": []}), ("labels.1. is 3", {"labels": ["a", 3]}),
                               ("hypothesis is", {"labels": ["a"], "hypothesis": "nothing"})]:
        with pytest.raises(transept.Error, match=message):
            model.classify_as("Hello world", **arguments)
    with pytest.raises(transept.Error, match="entail"):
        demo.classify_as("Hello world", topics)


def test_scores_of_given_ids_sum_up_to_that_of_a_search(demo):
    source = demo.encode(demo.tokenize(">>de<< forty-eight"))
    (best,) = demo.generate(source)
    scores = demo.score(source, best.ids)
    assert scores.shape == (len(best.ids),) and scores[0] == 0
    assert sum(scores.tolist()) == pytest.approx(best.score, abs=1e-4)
    assert demo.labels == []
    with pytest.raises(transept.Error, match="no labels"):
        demo.classify(source)


def test_forced_words_are_in_every_result(golden):
    model = golden("marian").model
    source = model.encode([5, 9, 7, 0])
    for sequence in model.generate(source, beams=4, return_count=3, maximum_length=12,
                                   forced_words=[[[11, 12]], [[13], [14, 15]]]):
        text = " ".join(map(str, sequence.ids))
        assert "11 12" in text and (" 13" in text or "14 15" in text)
    with pytest.raises(transept.Error, match=r"forced_word"):
        model.generate(source, beams=4, forced_words=[[[10 ** 6]]])


def test_allowed_ids_are_asked_before_each_token(golden):
    model = golden("marian").model
    source, asked = model.encode([5, 9, 7, 0]), []

    def allow(number, ids, generated_from):
        asked.append((number, list(ids), generated_from))
        return [7, 9] if len(ids) < 5 else [11]

    (best,) = model.generate(source, allowed_ids=allow, maximum_length=8)
    assert set(best.ids[1:5]) <= {7, 9} and asked[0][0] == 0 and len(asked[0][1]) == asked[0][2]
    with pytest.raises(ZeroDivisionError):
        model.generate(source, allowed_ids=lambda *_: 1 / 0)
    with pytest.raises(transept.Error, match="allowed_ids"):
        model.submit([5, 9, 7, 0], allowed_ids=allow)


def test_guesses_change_no_result(golden):
    model = golden("marian").model
    source, asked = model.encode([5, 9, 7, 0]), []
    for options in ({"beams": 1}, {"beams": 1, "sample": True, "seed": 3}):
        (plain,) = model.generate(source, maximum_length=12, **options)

        def guess(number, ids, generated_from, limit):
            asked.append((number, len(ids), generated_from, limit))
            return plain.ids[len(ids):]

        assert model.generate(source, maximum_length=12, guess=guess, **options) == [plain]
        assert model.generate(source, maximum_length=12, guess=lambda *_: [4, 4], **options) == [plain]
    assert asked[0][::2] == (0, asked[0][1]) and asked[0][3] == 5
    with pytest.raises(ZeroDivisionError):
        model.generate(source, beams=1, guess=lambda *_: 1 / 0)
    with pytest.raises(transept.Error, match="guess"):
        model.submit([5, 9, 7, 0], guess=guess)


def test_a_draft_model_changes_no_result(golden):
    model, small = golden("marian").model, transept.load(golden("marian").library, threads=1)
    sources, drafted = ([each.encode(ids) for ids in ([5, 9, 7, 0], [8, 0])] for each in (model, small))
    for options in ({"beams": 1}, {"beams": 1, "sample": True, "seed": 3, "return_count": 2}):
        plain = model.generate(sources, maximum_length=12, **options)
        draft = transept.DraftModel(model, small, drafted)
        assert model.generate(sources, maximum_length=12, guess=draft, **options) == plain
    with pytest.raises(transept.Error, match="was given 1 sources"):
        draft = transept.DraftModel(model, small, drafted[:1])
        model.generate(sources, beams=1, guess=draft)
    with pytest.raises(transept.Error, match="the vocabulary of the draft model has"):
        transept.DraftModel(model, golden("t5").model, [])


def test_a_draft_of_the_same_weights_is_right(golden):
    model, small = golden("marian").model, transept.load(golden("marian").library, threads=1)
    source, asked = model.encode([5, 9, 7, 0]), []
    (plain,) = model.generate(source, beams=1, maximum_length=12)
    draft = transept.DraftModel(model, small, [small.encode([5, 9, 7, 0])])

    def guess(number, ids, generated_from, limit):
        asked.append((len(ids), draft(number, ids, generated_from, limit)))
        return asked[-1][1]

    model.generate(source, beams=1, maximum_length=12, guess=guess)
    assert len(asked) < len(plain.ids) - 1
    for length, guessed in asked:
        known = plain.ids[length:]
        assert guessed[:len(known)] == known[:len(guessed)]


def test_a_stopped_call_keeps_what_there_is(demo):
    whole = demo.generate_texts(">>de<< forty-eight")[0]
    (partial,) = demo.generate([demo.encode(demo.tokenize(">>de<< forty-eight"))][0:1], keep_partial=True,
                               maximum_length=40)
    assert [each.ids for each in partial] == [each.ids for each in whole.sequences]


def test_cross_attention_sums_to_one(demo):
    source = demo.encode(demo.tokenize(">>de<< forty-eight"))
    (best,) = demo.generate(source)
    last = demo.cross_attention_count - 1
    weights = demo.cross_attention(source, best.ids, [last, 0])
    shape = weights[0].shape
    assert shape[1:] == (len(best.ids), len(source)) and len(weights) == 2
    for row in weights[0].tolist()[0]:
        assert sum(row) == pytest.approx(1, abs=1e-4)
    with pytest.raises(transept.Error, match=r"layers\[1\] is 0, but must be one of"):
        demo.cross_attention(source, best.ids, [0, 0])

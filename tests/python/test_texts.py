# SPDX-License-Identifier: Apache-2.0
"""Texts in and out, beside the recorded results of the demo model's original."""
import gc
import weakref

import pytest
import transept

from conftest import DEMO, LIBRARIES


def test_translates_as_the_original(demo, cases):
    assert demo.translate([case["source"] for case in cases]) == [case["output"] for case in cases]


def test_one_text_gives_one_text(demo, cases):
    assert demo.translate(cases[0]["source"]) == cases[0]["output"]
    assert demo.translate([]) == []


def test_tokenizes_as_the_original(demo, cases):
    for case in cases:
        assert demo.tokenize(case["source"]) == case["source_ids"]
        assert demo.detokenize(case["output_ids"]) == case["output"]


def test_options_of_the_tokenizer(demo):
    whole = demo.tokenize(">>de<< forty-eight")
    assert demo.tokenize(">>de<< forty-eight", maximum_length=3) == [*whole[:2], whole[-1]]
    assert demo.tokenize(">>de<< forty-eight", text_alone=True) == whole[:-1]
    assert demo.detokenize(whole, is_source=True, keeps_special=True) == ">>de<< forty-eight</s>"


def test_hypotheses_come_with_scores_and_ids_best_first(demo):
    results = demo.generate_texts(">>de<< forty-eight", beams=4, return_count=3)
    assert [each.text for each in results][0] == "achtundvierzig"
    assert len({each.text for each in results}) == 3
    assert [each.score for each in results] == sorted([each.score for each in results], reverse=True)
    for each in results:
        assert demo.detokenize(each.ids) == each.text
        assert each.sequences[0].is_complete


def test_tokens_have_places_in_characters(demo):
    (result,) = demo.generate_texts(">>de<< é forty-eight", token_offsets=True)
    (places,) = result.places
    assert places.source_ids == demo.tokenize(">>de<< é forty-eight")
    parts = [">>de<< é forty-eight"[slice(*each)] for each in places.source]
    assert parts[0] == ">>de<<" and parts[-4:] == ["forty", "-", "eight", ""]
    assert "".join(result.text[slice(*each)] for each in places.target) == result.text.replace(" ", "")
    assert places.weights is None
    assert demo.generate_texts(">>de<< nine")[0].places == []


def test_weights_of_the_source_sum_to_one(demo):
    ((result,),) = demo.generate_texts([">>de<< forty-eight"], alignment=True)
    rows = result.places[0].weights.tolist()
    assert len(rows) == len(result.ids) and {len(row) for row in rows} == {len(result.places[0].source_ids)}
    assert sum(rows[0]) == 0
    assert all(abs(sum(row) - 1) < 1e-5 for row in rows[1:])


def test_a_prefix_is_continued(demo):
    assert demo.translate(">>de<< nine", prefix="acht").startswith("acht")


def test_stop_strings_end_results(demo):
    text = ">>de<< forty-eight"
    for stops in ("vier", ["sieben", "vier"], ("vier",)):
        (result,) = demo.generate_texts(text, stop_strings=stops)
        assert result.sequences[0].is_complete and "vier" in result.text
        assert "achtundvierzig".startswith(result.text)
    (sequence,) = demo.generate(demo.encode(demo.tokenize(text)), stop_strings="vier")
    assert sequence.ids == result.ids
    assert demo.translate(text, stop_strings=[]) == "achtundvierzig"
    with pytest.raises(transept.Error, match=r"stop_strings\[1\] is 3, but must be a text"):
        demo.translate(text, stop_strings=["a", 3])
    with pytest.raises(transept.Error, match=r"the length of stop_strings\[0\] is 0"):
        demo.translate(text, stop_strings="")


def test_alternatives_begin_differently(demo):
    source = demo.encode(demo.tokenize(">>de<< forty-eight"))
    found = demo.generate(source, alternatives=True, return_count=3)
    assert len({each.ids[1] for each in found}) == 3


def test_guessed_tokens_change_nothing(demo, cases):
    texts = [case["source"] for case in cases]
    assert demo.translate(texts, beams=1, lookup_length=4) == demo.translate(texts, beams=1)


def test_unknown_tokens_are_replaced_where_there_are_some(demo, cases):
    texts = [case["source"] for case in cases[:8]]
    assert demo.translate(texts, replaces_unknowns=True) == demo.translate(texts)


def test_sentences_are_sources_of_their_own(demo):
    text = ">>de<< nine. >>de<< forty-eight"
    (result,) = demo.generate_texts(text, splits_sentences=True)
    assert len(result.sequences) == 2


def test_samples_depend_on_the_seed_alone(demo, cases):
    texts = [case["source"] for case in cases[:8]]
    options = dict(sample=True, temperature=2.5, top_k=0, maximum_length=20)
    together = demo.translate(texts, seed=7, **options)
    assert together == [demo.translate(text, seed=7, source_numbers=[number], **options)
                        for number, text in enumerate(texts)]
    assert together != demo.translate(texts, seed=8, **options)


def test_a_text_that_is_refused_does_not_end_the_others(demo, cases):
    texts = ["nine " * 500, cases[0]["source"]]
    with pytest.raises(transept.Error, match=r"texts\[0\]") as caught:
        demo.translate(texts)
    assert caught.value.code == transept.ErrorCode.INVALID_ARGUMENT
    refused, right = demo.generate_texts(texts, skips_invalid=True)
    assert right[0].text == cases[0]["output"] and not right[0].problem
    assert refused[0].text == "" and refused[0].problem and refused[0].ids == []
    assert demo.translate(texts, truncates=True)[1] == cases[0]["output"]


def test_texts_of_any_characters(demo):
    assert demo.detokenize(demo.tokenize("nine\0nine", text_alone=True), is_source=True)
    assert isinstance(demo.translate(["", "\ud800 nine", "名 🙂"]), list)


def test_languages(demo):
    assert demo.languages == []
    languages = transept.load(LIBRARIES / "liblanguages.native.so")
    assert {"en", "de"} <= set(languages.languages)
    german, french = (languages.tokenize("nine", source_language=name) for name in ("de", "fr"))
    assert german[0] != french[0] and german[1:] == french[1:]
    assert languages.tokenize("nine", is_target=True) != languages.tokenize("nine")
    with pytest.raises(transept.Error, match="klingon"):
        languages.tokenize("nine", source_language="klingon")


def test_progress_is_reported_after_each_batch(demo, cases):
    seen = []
    demo.translate([case["source"] for case in cases[:10]], batch_size=4,
                   progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 10), (4, 10), (8, 10), (10, 10)]


def test_progress_cancels(demo, cases):
    with pytest.raises(transept.Error) as caught:
        demo.translate(cases[0]["source"], progress=lambda done, total: False)
    assert caught.value.code == transept.ErrorCode.CANCELLED


def test_an_exception_of_a_callback_comes_out(demo, cases):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.translate(cases[0]["source"], progress=stop)
    assert demo.translate(cases[0]["source"]) == cases[0]["output"]


def test_a_call_leaves_nothing_for_the_collector(cases):
    """Memory of models is large: it goes when the last name of it does."""
    gc.disable()
    try:
        model = transept.load(DEMO)
        opened = weakref.ref(model._opened)
        with pytest.raises(ValueError):
            model.translate(cases[0]["source"], progress=lambda done, total: int("none"))
        model.translate(cases[0]["source"])
        del model
        assert opened() is None
    finally:
        gc.enable()


def test_tokens_have_scores_where_they_are_asked_for(demo):
    plain = demo.generate_texts(">>de<< nine")[0].sequences[0]
    assert plain.token_scores is None
    scored = demo.generate_texts(">>de<< nine", token_scores="normalized")[0].sequences[0]
    assert scored.ids == plain.ids and scored.score == plain.score
    assert len(scored.token_scores) == len(scored.ids) - 1
    assert all(each <= 0 for each in scored.token_scores)
    source = demo.encode(demo.tokenize(">>de<< nine"))
    assert demo.generate(source, token_scores="normalized")[0] == scored
    with pytest.raises(transept.Error, match="token_scores is 'all'"):
        demo.translate("nine", token_scores="all")

# SPDX-License-Identifier: Apache-2.0
"""Images of Python, beside what the command makes of the same files."""
import os
import subprocess

import pytest
import transept

from conftest import LIBRARIES, ROOT, Golden

REFERENCES = ROOT / "tests/unit/media/features/references"
HEIGHT, WIDTH = 24, 40


def picture(seed):
    """Nested lists; also for Pythons without numpy."""
    return [[[(seed * 31 + row * 7 + column * 5 + channel * 80) % 256 for channel in range(3)]
             for column in range(WIDTH)] for row in range(HEIGHT)]


@pytest.fixture(scope="module")
def captions():
    return transept.load(LIBRARIES / "libcaptions.native.so")


def test_many_images_are_described_as_one_by_one(captions):
    pictures = [picture(seed) for seed in range(5)]
    texts = captions.describe(pictures, batch_size=2)
    assert texts == [captions.describe(each) for each in pictures]
    assert len(set(texts)) > 1
    assert captions.describe([]) == []
    results = captions.generate_descriptions(pictures[0], return_count=3)
    assert len(results) == 3 and results[0].text == texts[0]


def test_an_image_is_described_as_the_command_does(captions, tmp_path):
    numpy = pytest.importorskip("numpy")
    pillow = pytest.importorskip("PIL.Image")
    for seed in range(3):
        array = numpy.array(picture(seed), dtype=numpy.uint8)
        pillow.fromarray(array).save(tmp_path / "picture.png")
        printed = subprocess.run([os.environ["TRANSEPT_COMMAND"], "generate",
                                  str(LIBRARIES / "libcaptions.native.so"), str(tmp_path / "picture.png")],
                                 capture_output=True, text=True, check=True).stdout
        assert captions.describe(array) + "\n" == printed
        assert captions.describe(pillow.open(tmp_path / "picture.png")) + "\n" == printed


def test_arrays_of_numpy_need_not_be_contiguous(captions):
    numpy = pytest.importorskip("numpy")
    array = numpy.array(picture(1), dtype=numpy.uint8)
    mirrored = array[:, ::-1]
    assert captions.describe(mirrored) == captions.describe(mirrored.copy()) == captions.describe(mirrored.tolist())
    assert captions.describe(numpy.stack([array, mirrored])) == captions.describe([array, mirrored])


def test_an_encoded_image_is_a_source(captions):
    source = captions.encode_image(picture(2))
    (best,) = captions.generate(source)
    assert captions.detokenize(best.ids) == captions.describe(picture(2))


def test_what_is_wrong_is_said(captions, demo):
    for wrong, message in ((picture(0)[0], "images\\[0\\] has shape"), ([[[1, 2]]], "has shape"),
                           ([[[1, 2, 300]]], "0 to 255"), ([[[0.5, 0.5, 0.5]]], "0 to 255")):
        with pytest.raises(transept.Error, match=message):
            captions.describe(wrong)
    with pytest.raises(transept.Error, match="source language"):
        captions.describe(picture(0), source_language="de")
    with pytest.raises(transept.Error, match="takes no images"):
        demo.describe(picture(0))
    with pytest.raises(transept.Error, match="takes no images"):
        demo.encode_image(picture(0))
    numpy = pytest.importorskip("numpy")
    with pytest.raises(transept.Error, match="float64.*uint8"):
        captions.describe(numpy.zeros((8, 8, 3)))


def test_a_prompt_is_asked_about_an_image(captions):
    golden = Golden("florence2_tasks")
    asked = golden.model.describe(picture(1), image_prompt="<CAPTION>")
    assert asked == golden.model.describe(picture(1), image_prompt="What does the image describe?")
    assert len({golden.model.describe(picture(1), image_prompt=prompt, no_repeat_ngram_size=2)
                for prompt in ("<OD>", "What is this?")}) > 1
    (best,) = golden.model.generate(golden.model.encode_image(picture(1), "<CAPTION>"))
    described = golden.model.generate_descriptions(picture(1), image_prompt="<CAPTION>")[0]
    assert best.ids == described.sequences[0].ids
    for wrong, message in (({}, "reads a prompt beside an image"), ({"image_prompt": "<OD> boats"}, "takes no other"),
                           ({"image_prompt": "word " * 100}, "must have 1 to 57")):
        with pytest.raises(transept.Error, match=message):
            golden.model.describe(picture(1), **wrong)
    with pytest.raises(transept.Error, match="captions reads none"):
        captions.describe(picture(1), image_prompt="<OD>")

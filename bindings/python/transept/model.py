# SPDX-License-Identifier: Apache-2.0
"""An opened model."""
from __future__ import annotations

import ctypes
import functools
import json
import os
from typing import Any, Callable, Iterable, Optional, Union, overload

from . import _abi, _values, speech, zero_shot
from . import forecasts as _forecasts
from . import images as _images
from ._callbacks import Callbacks
from ._opened import Opened, text_at
from ._options import GenerateOptions, Generation, Texts, TranslateOptions, encoded, refuse_unknown
from .errors import invalid
from .request import Request
from .results import LabelScore, Result, Sequence, result_of, sequence_of
from .source import Source
from .stream import Stream

try:
    from typing import Unpack  # Python 3.11
except ImportError:  # it only stands in annotations, which are not evaluated
    pass

Progress = Optional[Callable[[int, int], Any]]
_UNBOUNDED = 2**64 - 1


def load(path: Union[str, os.PathLike], *, threads: int = 0, encoder_cache_bytes: int = 256 << 20,
         self_cache_bytes: int = 0, maximum_requests: int = 0, level: Optional[str] = None,
         workers: Optional[Model] = None) -> Model:
    """Opens a compiled model by the name of its library: what the file is now, also where a model from
    an older file of that name is still open.

    threads: that work on a call, the calling one included; 0 for the usable physical cores.
    encoder_cache_bytes: of encoded sources to keep for reuse, beside those in use.
    self_cache_bytes: that all running sequences may take together; 0 for no limit.
    maximum_requests: of submit() that may be on their way at once; 0 for any number.
    level: name of the instruction-set level to run (see Model.levels), None for the best.
    workers: a model whose threads this one works on, too.
    """
    options = _abi.transept_open_options(structure_size=ctypes.sizeof(_abi.transept_open_options))
    options.threads = _values.integer(threads, "threads", 0, 1024)
    options.encoder_cache_bytes = _values.integer(encoder_cache_bytes, "encoder_cache_bytes", 0, _UNBOUNDED)
    options.self_cache_bytes = _values.integer(self_cache_bytes, "self_cache_bytes", 0, _UNBOUNDED)
    options.maximum_requests = _values.integer(maximum_requests, "maximum_requests", 0, _UNBOUNDED)
    name = ctypes.create_string_buffer(encoded(level or ""))
    options.level = ctypes.addressof(name) if level else None
    if workers is not None:
        count = workers.statistics()["workers"]
        if threads > count:
            raise invalid(f"threads is {threads}, but workers has {count}; threads can be at most as many")
        options.threads = threads or count
        options.executor = workers._opened.runtime.run_workers
        options.executor_context = workers._opened.model
    return Model(Opened(os.fsdecode(path), options, workers._opened if workers else None))


def _size(field: str, meaning: str) -> property:
    def get(model: Model) -> int:
        return getattr(model._opened.table, field)

    return property(get, doc=meaning)


class Model:
    """An opened model, from load(). Any number of threads may use it at once, and work in parallel: no
    call holds the interpreter's lock while it computes. It is closed when it and the last source of it
    are gone, and gives its memory back. Results do not depend on what else is in a call."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def __reduce__(self) -> Any:
        raise TypeError("a Model cannot be pickled or copied: it is threads and memory of this process; "
                        "load() it again in the other process")

    def __repr__(self) -> str:
        return f"<transept.Model {self.name}>"

    # Texts

    @overload  # a text is no list of texts
    def translate(self, texts: str, *, progress: Progress = None,  # type: ignore[overload-overlap]
                  **options: Unpack[TranslateOptions]) -> str: ...
    @overload
    def translate(self, texts: Iterable[str], *, progress: Progress = None,
                  **options: Unpack[TranslateOptions]) -> list[str]: ...

    def translate(self, texts, *, progress=None, **options):
        """The best result for a text, or for each of many texts. With skips_invalid a text that is
        refused gives an empty one."""
        refuse_unknown("translate", options, texts=True)
        results = self._generate_texts(texts, progress, options)
        return results[0][0].text if isinstance(texts, str) else [each[0].text for each in results]

    @overload
    def generate_texts(self, texts: str, *, progress: Progress = None,  # type: ignore[overload-overlap]
                       **options: Unpack[TranslateOptions]) -> list[Result]: ...
    @overload
    def generate_texts(self, texts: Iterable[str], *, progress: Progress = None,
                       **options: Unpack[TranslateOptions]) -> list[list[Result]]: ...

    def generate_texts(self, texts, *, progress=None, **options):
        """All results for a text, or for each of many texts, best first, with scores and ids.

        progress(done, total) is called before the first and after each batch; returning False ends the
        call with Error (CANCELLED), an exception ends it with that exception. It must not use the model."""
        refuse_unknown("generate_texts", options, texts=True)
        results = self._generate_texts(texts, progress, options)
        return results[0] if isinstance(texts, str) else results

    def _generate_texts(self, texts: Any, progress: Any, options: Any, on_text: Any = None) -> Any:
        given = [texts] if isinstance(texts, str) else list(texts)
        for index, each in enumerate(given):
            if not isinstance(each, str):
                raise invalid(f"texts[{index}] is {each!r}, but must be a text")
        kept = [ctypes.create_string_buffer(encoded(each)) for each in given]
        strings = (_abi.transept_string * max(1, len(given)))(*[
            _abi.transept_string(ctypes.addressof(each), len(each) - 1) for each in kept])
        return self._texts_of(self._opened.text_functions.generate_texts, strings,
                              [each.raw[:-1] for each in kept], options, progress, on_text)

    def _describe(self, given: Any, progress: Any, options: Any) -> Any:
        function = _images.functions_of(self._opened).describe
        kept = [_images.converted(each, f"images[{index}]") for index, each in enumerate(given)]
        array = (_abi.transept_image * max(1, len(given)))(*[each for each, _ in kept])
        return self._texts_of(function, array, [b""] * len(given), options, progress)

    def _texts_of(self, function: Any, sources: Any, texts: list[bytes], options: Any, progress: Any,
                  on_text: Any = None) -> Any:
        """The results of a function of C over texts or images; `texts` are the former."""
        opened = self._opened
        handle = opened.texts()
        functions = opened.text_functions
        converted, generation = Texts(options), Generation(options, len(texts))
        callbacks = Callbacks()
        if progress:
            converted.structure.on_progress = callbacks.add(_abi.transept_progress_function, progress)
        generation.add_callbacks(options, callbacks)
        generation.structure.should_stop = callbacks.add(_abi.transept_stop_function, lambda: True)
        if on_text:
            converted.structure.on_text = callbacks.add(_abi.transept_text_function, on_text)
        results = ctypes.c_void_p()
        try:
            callbacks.call(opened, function, handle, sources, len(texts),
                           ctypes.byref(converted.structure), ctypes.byref(generation.structure),
                           ctypes.byref(results))
            return [self._results(results, index, text) for index, text in enumerate(texts)]
        finally:
            if results:
                functions.release_texts(results)

    def _results(self, results: Any, index: int, text: bytes) -> list[Result]:
        count = ctypes.c_uint64()
        functions = self._opened.text_functions
        views = functions.view_texts(results, index, ctypes.byref(count))
        return [result_of(views[rank], text, functools.partial(functions.view_places, results, index, rank))
                for rank in range(count.value)]

    def tokenize(self, text: str, *, source_language: Optional[str] = None, maximum_length: int = 0,
                 is_target: bool = False, text_alone: bool = False, pair: Optional[str] = None) -> list[int]:
        """The ids of a text, as encode takes them. maximum_length: ids at most, special tokens included,
        the end is cut off; is_target: for prompts and scoring; text_alone: without special tokens; pair:
        a second text, for models that read two."""
        converted = Texts({"source_language": source_language})
        options = _abi.transept_tokenize_options(
            structure_size=ctypes.sizeof(_abi.transept_tokenize_options),
            source_language=converted.structure.source_language,
            maximum_length=_values.integer(maximum_length, "maximum_length", 0, _UNBOUNDED),
            flags=is_target * _abi.TOKENIZE_TARGET + text_alone * _abi.TOKENIZE_TEXT_ALONE)
        if not isinstance(text, str):
            raise invalid(f"text is {text!r}, but must be a text")
        if pair is not None:
            kept = ctypes.create_string_buffer(encoded(pair))
            options.pair = ctypes.addressof(kept)
        memory = ctypes.create_string_buffer(encoded(text))
        string = _abi.transept_string(ctypes.addressof(memory), len(memory) - 1)
        ids, count = ctypes.POINTER(ctypes.c_int32)(), ctypes.c_uint64()
        handle, functions = self._opened.texts(), self._opened.text_functions
        self._opened.call(functions.tokenize, handle, string, ctypes.byref(options), ctypes.byref(ids),
                          ctypes.byref(count))
        result = ids[:count.value]
        functions.release(ids)
        return result

    def detokenize(self, ids: Iterable[int], *, keeps_special: bool = False,
                   keeps_timestamps: bool = False, is_source: bool = False) -> str:
        """The text of ids; those outside of the vocabulary are written as the unknown token."""
        memory, count = _values.ids(ids, "ids")
        flags = (keeps_special * _abi.DETOKENIZE_SPECIAL + keeps_timestamps * _abi.DETOKENIZE_TIMESTAMPS
                 + is_source * _abi.DETOKENIZE_SOURCE)
        string, size = ctypes.c_void_p(), ctypes.c_uint64()
        handle, functions = self._opened.texts(), self._opened.text_functions
        self._opened.call(functions.detokenize, handle, memory, count, flags, ctypes.byref(string),
                          ctypes.byref(size))
        result = text_at(string.value, size.value)
        functions.release(string)
        return result

    @property
    def has_texts(self) -> bool:
        """Whether the library has a tokenizer; without one it takes token ids."""
        return bool(self._opened.table.text)

    @property
    def languages(self) -> list[str]:
        """The languages that texts can be marked with, as the checkpoint names them."""
        handle, functions = self._opened.texts(), self._opened.text_functions
        names: list[str] = []
        while address := functions.language(handle, len(names)):
            names.append(text_at(address))
        return names

    # Images

    def describe(self, images: Any, *, progress: Progress = None,
                 **options: Unpack[TranslateOptions]) -> Any:
        """The best text for an image, its caption or what is written in it; or a list, for many.

        An image is [height, width, 3] of 8-bit red, green and blue, and of any size: an array of numpy, an
        RGB image of Pillow, or nested lists. Options of source texts (source_language, splits_sentences,
        truncates) may not be given. Models that read a text beside each image need image_prompt: a question,
        or a task of the checkpoint's ("<CAPTION>")."""
        results = self.generate_descriptions(images, progress=progress, **options)
        return results[0].text if _images.is_one(images) else [each[0].text for each in results]

    def generate_descriptions(self, images: Any, *, progress: Progress = None,
                              **options: Unpack[TranslateOptions]) -> Any:
        """All results for an image, or for each of many, best first, with scores and ids; see
        generate_texts."""
        refuse_unknown("describe", options, texts=True)
        is_one = _images.is_one(images)
        results = self._describe([images] if is_one else list(images), progress, options)
        return results[0] if is_one else results

    def encode_image(self, image: Any, prompt: Optional[str] = None) -> Source:
        """Encodes an image, see describe; generate takes the result. `prompt`: as image_prompt there."""
        functions = _images.functions_of(self._opened)
        converted, kept = _images.converted(image, "image")
        features, rows = ctypes.POINTER(ctypes.c_float)(), ctypes.c_uint64()
        asked = Texts({"image_prompt": prompt})
        handle = None if prompt is None else self._opened.texts()
        self._opened.call(functions.read_image, self._opened.table_pointer, handle, ctypes.byref(converted),
                          asked.structure.image_prompt, ctypes.byref(features), ctypes.byref(rows))
        del kept
        try:
            return self._encoded(_abi.transept_source_input(features=features, length=rows.value))
        finally:
            functions.release(features)

    # Sounds

    def transcribe(self, samples: Any, *, sample_rate: int = 16000, language: Optional[str] = None,
                   text_language: Optional[str] = None, task: Optional[str] = None, previous_text: Optional[str] = None,
                   previous_text_is_for_all: bool = False, conditions_on_previous: bool = False,
                   temperatures: Iterable[float] = (0,),
                   compression_ratio_threshold: Optional[float] = None,
                   log_probability_threshold: Optional[float] = None,
                   no_speech_threshold: Optional[float] = None, token_times: bool = False,
                   hotwords: Optional[str] = None, split_at_silence: Optional[float] = None,
                   batch_size: int = 0,
                   on_segment: Optional[Callable[[speech.Segment], Any]] = None,
                   on_progress: Optional[Callable[[float, float], Any]] = None,
                   **options: Unpack[GenerateOptions]) -> speech.Transcript:
        """What is said in a sound of any length, rate and number of channels.

        samples: [frames] or [frames, channels], full scale is 1; of numpy's integers that of their type.
        language: what is spoken, e.g. "en"; None: it is detected. text_language: what the text is to be in,
        for models whose prompts name it apart from what is spoken. task: "transcribe" or "translate" into
        English; None: as the model's files say. previous_text: what counts as said before the sound, names
        and spelling; with previous_text_is_for_all before each window, which needs conditions_on_previous:
        what was said stands before the next window. temperatures: tried one after another while what comes
        out is poor by the first two thresholds. token_times: segments have these, and words. hotwords: stand
        before each window, before all other text. split_at_silence: windows end at silence, so many decibels
        below the loudest so far (40), and batch_size (0: 8) of them are decoded together.
        on_segment(segment) is called with each segment as soon as it is known, on_progress(done, total) after
        each window with the seconds that are done and all of them; returning False ends the call with Error
        (CANCELLED), an exception ends it with that exception. They must not use the model."""
        refuse_unknown("transcribe", options, texts=False)
        texts = {"language": language, "text_language": text_language, "previous_text": previous_text, "hotwords": hotwords}
        numbers = {"compression_ratio_threshold": compression_ratio_threshold,
                   "log_probability_threshold": log_probability_threshold,
                   "no_speech_threshold": no_speech_threshold, "split_at_silence": split_at_silence}
        flags = {"conditions_on_previous": conditions_on_previous, "token_times": token_times,
                 "previous_text_is_for_all": previous_text_is_for_all}
        given = speech._Options(task, texts, temperatures, numbers, flags, batch_size)
        return speech.transcribe(self._opened, samples, sample_rate, given, Generation(options, 1),
                                 on_segment, on_progress)

    # Token ids and features

    def encode(self, source: Any = (), *, mask: Optional[Iterable[int]] = None,
               positions: Optional[Iterable[int]] = None, allow_fewer_features: bool = False) -> Source:
        """Encodes token ids, or rows of features [rows, source_feature_width]; nothing for a decoder
        alone. mask: 1 keeps a token, 0 drops it, 2 makes it a global one where the model has such
        tokens (without a mask: the first one); positions: of each token."""
        return self._encoded(self._input(source, mask, positions, allow_fewer_features))

    def _input(self, source: Any, mask: Optional[Iterable[int]] = None,
               positions: Optional[Iterable[int]] = None, allow_fewer_features: bool = False) -> Any:
        entry = _abi.transept_source_input(allow_fewer_features=bool(allow_fewer_features))
        width = self._opened.table.source_feature_width
        if width:
            kept, entry.length = _values.rows(source, width, "source")
            entry.features = ctypes.cast(kept, ctypes.POINTER(ctypes.c_float))
        else:
            entry.ids, entry.length = _values.ids(source, "source")
        for name, values, convert in (("mask", mask, _values.masks), ("positions", positions, _values.ids)):
            if values is None:
                continue
            memory, count = convert(values, name)
            if count != entry.length:
                raise invalid(f"{name} has {count} numbers, but must have {entry.length}, one for each of "
                              "the source")
            setattr(entry, name, memory)
        return entry

    def submit(self, source: Any, **options: Unpack[GenerateOptions]) -> Request:
        """Encodes token ids, or rows of features, and generates from them without waiting: all requests
        and calls share the model's steps. Error (OVERLOADED) where maximum_requests are on their way."""
        refuse_unknown("submit", options, texts=False)
        for callback in ("allowed_ids", "guess"):
            if options.get(callback) is not None:
                raise invalid(f"{callback} is given, but a request has no thread for it; use generate in a thread")
        return Request(self, self._input(source), options)

    def _encoded(self, entry: Any) -> Source:
        handle = ctypes.c_void_p()
        self._opened.call(self._opened.runtime.encode, self._opened.model, ctypes.byref(entry), 1,
                          ctypes.byref(handle))
        return Source(self._opened, handle)

    @overload
    def generate(self, sources: Source, **options: Unpack[GenerateOptions]) -> list[Sequence]: ...
    @overload
    def generate(self, sources: Iterable[Source],
                 **options: Unpack[GenerateOptions]) -> list[list[Sequence]]: ...

    def generate(self, sources, **options):
        """The sequences for an encoded source, or for each of many, best first."""
        refuse_unknown("generate", options, texts=False)
        results = self._generate([sources] if isinstance(sources, Source) else list(sources), options)
        return results[0] if isinstance(sources, Source) else results

    def _generate(self, sources: list[Source], options: Any, on_token: Any = None) -> Any:
        opened = self._opened
        handles = self._handles(sources)
        generation, callbacks = Generation(options, len(sources)), Callbacks()
        if on_token:
            generation.structure.on_token = callbacks.add(_abi.transept_token_function, on_token)
        results = ctypes.c_void_p()
        generation.add_callbacks(options, callbacks)
        generation.structure.should_stop = callbacks.add(_abi.transept_stop_function, lambda: True)
        try:
            callbacks.call(opened, opened.runtime.generate, opened.model, handles, len(sources),
                           ctypes.byref(generation.structure), ctypes.byref(results))
            return [self._sequences(results, index) for index in range(len(sources))]
        finally:
            if results:
                opened.runtime.release_results(results)

    def _sequences(self, results: Any, index: int) -> list[Sequence]:
        runtime, count, scored = self._opened.runtime, ctypes.c_uint64(), ctypes.c_uint64()
        views = runtime.view_sequences(results, index, ctypes.byref(count))
        sequences = []
        for rank in range(count.value):
            scores = runtime.view_token_scores(results, index, rank, ctypes.byref(scored))
            sequences.append(sequence_of(views[rank], scores, scored.value))
        return sequences

    def _handles(self, sources: list[Source]) -> Any:
        for index, each in enumerate(sources):
            if not isinstance(each, Source):
                raise invalid(f"sources[{index}] is {each!r}, but must be a Source, from encode()")
            if each._opened is not self._opened:
                raise invalid(f"sources[{index}] is from another model, but must be encoded by this one")
        return (ctypes.c_void_p * max(1, len(sources)))(*[each._handle.value for each in sources])

    @overload
    def stream(self, source: str, **options: Unpack[TranslateOptions]) -> Stream[str]: ...
    @overload
    def stream(self, source: Source, **options: Unpack[GenerateOptions]) -> Stream[int]: ...

    def stream(self, source, **options):
        """The best result for a text part by part, whole words at a time, or for a source id by id.
        Closing the stream cancels the rest."""
        is_text = isinstance(source, str)
        refuse_unknown("stream", options, texts=is_text)

        def generate(give: Callable[[Any], bool]) -> Any:
            if is_text:
                return self._generate_texts(source, None, options, lambda _, part, size: give(
                    text_at(part, size)))[0][0]
            return self._generate([source], options, lambda _, token: give(token))[0][0]

        return Stream(generate)

    def logits(self, source: Source, target_ids: Iterable[int]) -> Any:
        """Teacher forcing: the logits of what follows each target id (the first is usually the decoder
        start), [ids, target vocabulary size]; of a classifier [ids, labels]."""
        memory, count = _values.ids(target_ids, "target_ids")
        width = self._opened.logits_width
        logits = _values.floats(count, width)
        self._opened.call(self._opened.runtime.logits, self._opened.model, self._handles([source]), 1,
                          memory, (ctypes.c_uint64 * 2)(0, count), logits)
        return _values.array(logits, count, width)

    def score(self, source: Source, target_ids: Iterable[int]) -> Any:
        """The logarithm of the probability of each target id behind those before it, [ids]; 0 for the first
        one, which is usually the decoder start. Their sum says how likely the whole target is."""
        memory, count = _values.ids(target_ids, "target_ids")
        scores = _values.floats(count)
        self._opened.call(self._opened.runtime.score, self._opened.model, self._handles([source]), 1,
                          memory, (ctypes.c_uint64 * 2)(0, count), scores)
        return _values.array(scores, count)

    @property
    def cross_attention_count(self) -> int:
        """Cross-attentions of the decoder, usually one a layer."""
        return self._opened.table.cross_attention_count

    def cross_attention(self, source: Source, target_ids: Iterable[int], layers: Iterable[int]) -> list[Any]:
        """Teacher forcing: the weights of cross-attentions, by their numbers, as [heads, ids, source
        length] each."""
        table, wanted = self._opened.table, list(layers)
        memory, count = _values.ids(target_ids, "target_ids")
        if table.cross_attention_heads:
            heads = table.cross_attention_heads[:table.cross_attention_count]
        else:
            heads = [slot.head_count for slot in table.encoder_slots[:table.encoder_slot_count]
                     if slot.layout == _abi.CACHE_KEYS]
        pointers = (ctypes.POINTER(ctypes.c_float) * max(1, len(heads)))()
        results = []
        for index, layer in enumerate(wanted):
            if not 0 <= layer < len(heads) or layer in wanted[:index]:
                raise invalid(f"layers[{index}] is {layer!r}, but must be one of the {len(heads)} "
                              "cross-attentions, each once")
            shape = heads[layer], count, len(source)
            weights = _values.floats(*shape)
            pointers[layer] = ctypes.cast(weights, ctypes.POINTER(ctypes.c_float))
            results.append((weights, shape))
        self._opened.call(self._opened.runtime.cross_attention, self._opened.model, self._handles([source]), 1,
                          memory, (ctypes.c_uint64 * 2)(0, count), pointers)
        return [_values.array(weights, *shape) for weights, shape in results]

    def forecast(self, series: Iterable[float], horizon: Optional[int] = None) -> _forecasts.Forecast:
        """How a series goes on, oldest number first, NaN for one that is missing; without a horizon for as
        many steps as the model forecasts at once. Beyond these, each quantile is continued by itself."""
        return _forecasts.forecast(self._opened, [series], horizon)[0]

    def forecast_all(self, series: Iterable[Iterable[float]],
                     horizon: Optional[int] = None) -> list[_forecasts.Forecast]:
        """How each of many series of any lengths goes on, the same as one by one."""
        return _forecasts.forecast(self._opened, list(series), horizon)

    @property
    def labels(self) -> list[str]:
        """The labels that a classifier scores, in its order; none of other models."""
        classifier = self._opened.table.classifier
        if not classifier:
            return []
        return [text_at(classifier.contents.labels[index]) for index in range(classifier.contents.label_count)]

    @overload  # a source is no list of sources
    def classify(self, sources: Union[str, Source], *,  # type: ignore[overload-overlap]
                 pair: Optional[str] = None) -> list[LabelScore]: ...
    @overload
    def classify(self, sources: Iterable[Union[str, Source]]) -> list[list[LabelScore]]: ...

    def classify(self, sources, *, pair=None):
        """The score of each of the labels for a text, a pair of texts or an encoded source, in the order of
        labels; or for each of many texts or sources."""
        is_one = isinstance(sources, (str, Source))
        if pair is not None and not isinstance(sources, str):
            raise invalid("pair is the second text beside one text")
        given = [each if isinstance(each, Source) else self.encode(self.tokenize(each, pair=pair))
                 for each in ([sources] if is_one else sources)]
        labels = self.labels
        logits, scores = (_values.floats(len(given), len(labels)) for _ in range(2))
        self._opened.call(self._opened.runtime.classify, self._opened.model, self._handles(given), len(given),
                          logits, scores)
        results = [[LabelScore(label, scores[row * len(labels) + index], logits[row * len(labels) + index])
                    for index, label in enumerate(labels)] for row in range(len(given))]
        return results[0] if is_one else results

    def classify_as(self, text: str, labels: Iterable[str], *, hypothesis: str = "This example is {}.",
                    independent: bool = False, source_language: Optional[str] = None) -> list[LabelScore]:
        """The score of each of your own labels for a text, in their order, by a model that was trained to
        say whether a sentence follows from a text ("entailment"): it reads the text beside the hypothesis
        about each label. independent: each label by itself, so that several may fit, or none; otherwise
        the scores sum to 1. The logits are those of entailment."""
        return zero_shot.classify_as(self, text, labels, hypothesis, independent, source_language)

    def transform(self, source: Source, features: Any) -> Any:
        """What a model without a vocabulary makes of rows [rows, target_feature_width]: states
        [rows, target state width]."""
        memory, count = _values.rows(features, self._opened.table.target_feature_width, "features")
        width = self._opened.table.target_state_width
        states = _values.floats(count, width)
        self._opened.call(self._opened.runtime.transform, self._opened.model, self._handles([source]), 1,
                          ctypes.cast(memory, ctypes.POINTER(ctypes.c_float)),
                          (ctypes.c_uint64 * 2)(0, count), states, None)
        return _values.array(states, count, width)

    # The model

    @property
    def name(self) -> str:
        return text_at(self._opened.table.name)

    @property
    def manifest(self) -> dict[str, Any]:
        """Architecture, types, special ids, generation defaults, memory formula."""
        return json.loads(text_at(self._opened.table.manifest, self._opened.table.manifest_size))

    @property
    def levels(self) -> list[str]:
        """What the library was compiled for, from the least demanding to the most."""
        table = self._opened.table
        return [text_at(table.levels[index].name) for index in range(table.level_count)]

    @property
    def level(self) -> str:
        """The one of them that runs."""
        return text_at(self._opened.runtime.level(self._opened.model).contents.name)

    source_vocabulary_size = _size("source_vocabulary_size", "Ids of the source are below this.")
    target_vocabulary_size = _size("target_vocabulary_size",
                                   "Ids of the target are below this; width of a row of logits.")
    source_feature_width = _size("source_feature_width",
                                 "Numbers in a row of source features; 0 where the source is ids.")
    source_feature_count = _size("source_feature_count",
                                 "Rows of features that a source normally has; 0 for any number.")
    target_feature_width = _size("target_feature_width",
                                 "Numbers in a row of target features; 0 where the target is ids.")
    encoder_hidden_size = _size("encoder_hidden_size", "Width of a row of Source.states.")
    maximum_source_length = _size("maximum_source_length",
                                  "Positions of the encoder; 2 ** 64 - 1 where unbounded.")
    maximum_target_length = _size("maximum_target_length",
                                  "Positions of the decoder; 2 ** 64 - 1 where unbounded.")

    def statistics(self) -> dict[str, int]:
        """Exact counts of what the model did and holds: caches, invocations, workers."""
        counts = _abi.transept_statistics(structure_size=ctypes.sizeof(_abi.transept_statistics))
        self._opened.runtime.statistics(self._opened.model, ctypes.byref(counts))
        if counts.structure_size == 0:
            raise invalid(f"model {self.name} was opened before fork(), by the parent of this process; "
                          "load() it again in this process")
        return {name: getattr(counts, name) for name, *_ in counts._fields_[1:]}

    def asset(self, name: str) -> Optional[bytes]:
        """A file of the checkpoint that was kept in the library; None if there is none of that name."""
        table = self._opened.table
        for each in table.assets[:table.asset_count] if table.asset_count else ():
            if text_at(each.name) == name:
                return ctypes.string_at(each.data, each.size)
        return None

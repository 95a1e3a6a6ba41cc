# SPDX-License-Identifier: Apache-2.0
"""Keyword arguments as the structures of C. Which there are, comes from the C headers (_abi.py)."""
from __future__ import annotations

import ctypes
import difflib
from typing import Any, Callable, Iterable, List, Mapping

from . import _abi, _values
from .errors import invalid

EARLY_STOPPING = {False: _abi.EARLY_STOPPING_FALSE, True: _abi.EARLY_STOPPING_TRUE,
                  "never": _abi.EARLY_STOPPING_NEVER}


TOKEN_SCORES = {None: _abi.TOKEN_SCORES_NONE, "processed": _abi.TOKEN_SCORES_PROCESSED,
                "normalized": _abi.TOKEN_SCORES_NORMALIZED}


class GenerateOptions(_abi.GenerationOptions, total=False):
    """How to generate. What is not given, or None, takes the model's default; numbers and ids of which
    there may be none take -1 for none."""

    ignore_model_defaults: bool
    "Neutral defaults instead of the model's for what is not given."
    prompt: Iterable[int]
    "Decoder ids that every sequence begins with."
    prompts: Iterable[Iterable[int]]
    "One prompt for each source instead."
    seed: int
    "Samples are drawn by seed, number of the source, number of the sample, length of the sequence."
    source_numbers: Iterable[int]
    "The number of each source for sampling; 0, 1, 2, ... where it is not given."
    token_scores: str
    "Of each generated id: 'processed', what the search worked with, or 'normalized', log-probabilities."
    timestamps: bool
    "Models of speech: timestamps come in pairs and do not decrease."
    forced_words: Iterable[Iterable[Iterable[int]]]
    "Beam search: choices of words, as ids; of each choice one is in every result, where a way is found."
    allowed_ids: Callable[[int, List[int], int], Iterable[int]]
    "allowed_ids(source, ids, generated_from) gives the ids that may follow; before each that is chosen."
    guess: Callable[[int, List[int], int, int], Iterable[int]]
    "guess(source, ids, generated_from, limit) gives ids that may follow; they are checked in one step, and change no result."
    keep_partial: bool
    "A call that a callback ends with False gives what there is by then; what was not finished says so."
    caller: int
    "Calls with one number share that caller's part of the steps; 0: a caller of its own."
    weight: float
    "The caller's part of the steps beside others."
    priority: int
    "Among waiting sources of one caller, those of higher priority begin first."
    deadline: float
    "Seconds after which the call ends with Error (DEADLINE) unless it is done."


class TranslateOptions(GenerateOptions, _abi.TextOptions, total=False):
    """How to translate: languages, prefix, and how to search."""


GenerateOptions.__doc__ = f"{GenerateOptions.__doc__}\n\n{_abi.GenerationOptions.__doc__}"
TranslateOptions.__doc__ = f"{TranslateOptions.__doc__}\n\n{GenerateOptions.__doc__}"

_CALL_OPTIONS = ("ignore_model_defaults", "prompt", "prompts", "seed", "source_numbers", "token_scores",
                 "timestamps", "forced_words", "allowed_ids", "guess", "keep_partial", "caller", "weight", "priority", "deadline")


def refuse_unknown(function: str, given: Iterable[str], texts: bool) -> None:
    known = [*_abi.OPTIONS, *_CALL_OPTIONS, *(_abi.TEXT_OPTIONS if texts else ())]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(sorted(known))}"
            raise TypeError(f"{function}() got an unexpected keyword argument {name!r}{hint}")


class Generation:
    """transept_generation_options, and what it points to. `source_count` is checked against prompts."""

    def __init__(self, given: Mapping[str, Any], source_count: int) -> None:
        self.structure = options = _abi.transept_generation_options()
        self._kept: list[Any] = []
        self._unset_all()
        for name, kind in _abi.OPTIONS.items():
            if (value := given.get(name)) is not None:
                getattr(self, "_set_" + kind.lower())(name, value)
        options.ignore_model_defaults = bool(given.get("ignore_model_defaults"))
        if (timestamps := given.get("timestamps")) is not None:
            options.timestamps = bool(timestamps)
        options.token_scores = self._token_scores(given.get("token_scores"))
        options.seed = _values.integer(given.get("seed") or 0, "seed", 0, 2**64 - 1)
        options.keep_partial = bool(given.get("keep_partial"))
        self._set_forced_words(given.get("forced_words") or ())
        self._set_schedule(given)
        self._set_prompts(given.get("prompt"), given.get("prompts"), source_count)
        self._set_numbers(given.get("source_numbers"), source_count)

    def add_callbacks(self, given: Mapping[str, Any], callbacks: Any) -> None:
        """Those of the options, which live as long as `callbacks`."""
        if (allowed := given.get("allowed_ids")) is not None:
            self._add_allowed(allowed, callbacks)
        if (guess := given.get("guess")) is not None:
            self._add_guess(guess, callbacks)

    def _add_allowed(self, allowed: Callable[[int, List[int], int], Iterable[int]], callbacks: Any) -> None:
        def allow(source: int, ids: Any, count: int, generated_from: int, result: Any, size: Any) -> None:
            memory, size[0] = _values.ids(allowed(source, ids[:count], generated_from), "allowed_ids")
            self._allowed = memory  # until the next call
            result[0] = ctypes.cast(memory, ctypes.POINTER(ctypes.c_int32))

        self.structure.allowed_ids = callbacks.add(_abi.transept_allowed_function, allow)

    def _add_guess(self, guess: Callable[[int, List[int], int, int], Iterable[int]], callbacks: Any) -> None:
        def tell(source: int, ids: Any, count: int, generated_from: int, guessed: Any, limit: int) -> int:
            memory, size = _values.ids(guess(source, ids[:count], generated_from, limit), "guess")
            size = min(size, limit)
            ctypes.memmove(guessed, memory, size * ctypes.sizeof(ctypes.c_int32))
            return size

        self.structure.guess = callbacks.add_counting(_abi.transept_guess_function, tell)

    def _set_forced_words(self, choices: Iterable[Iterable[Iterable[int]]]) -> None:
        words: list[Iterable[int]] = []
        ends = [0]
        for choice in choices:
            words += choice
            ends.append(len(words))
        if len(ends) == 1:
            return
        memory, offsets, count = self._lists("forced_words", words)
        self._point("forced_word_ids", memory)
        self._point("forced_word_offsets", offsets)
        self._point("forced_choice_offsets", (ctypes.c_uint64 * len(ends))(*ends))
        self.structure.forced_word_count, self.structure.forced_choice_count = count, len(ends) - 1

    def _set_schedule(self, given: Mapping[str, Any]) -> None:
        options = self.structure
        options.caller = _values.integer(given.get("caller") or 0, "caller", 0, 2**64 - 1)
        options.priority = _values.int32(given.get("priority") or 0, "priority")
        if (weight := given.get("weight")) is not None:
            options.weight = _values.fraction(weight, "weight")
        if (deadline := given.get("deadline")) is not None:
            if not 0 < deadline < 2**32:
                raise invalid(f"deadline is {deadline!r}, but must be seconds above 0")
            options.deadline_microseconds = max(1, int(deadline * 1e6))

    @staticmethod
    def _token_scores(kind: Any) -> int:
        if kind not in TOKEN_SCORES:
            raise invalid(f"token_scores is {kind!r}, but must be 'processed', 'normalized' or None")
        return TOKEN_SCORES[kind]

    def _unset_all(self) -> None:
        options = self.structure
        for name, kind, *_ in options._fields_:
            if kind is ctypes.c_int32:
                setattr(options, name, _abi.UNSET)
            elif kind is ctypes.c_float:  # by its bits, which a conversion need not keep
                at = getattr(_abi.transept_generation_options, name).offset
                ctypes.c_uint32.from_buffer(options, at).value = _abi.UNSET_FRACTION_BITS
        options.structure_size = ctypes.sizeof(options)
        options.conventions = _abi.CONVENTION_UNSET_FRACTION

    def _set_number(self, name: str, value: Any) -> None:
        setattr(self.structure, name, _values.int32(value, name))

    _set_limit = _set_id = _set_number

    def _set_fraction(self, name: str, value: Any) -> None:
        setattr(self.structure, name, _values.fraction(value, name))

    def _set_boolean(self, name: str, value: Any) -> None:
        setattr(self.structure, name, _values.integer(value, name, 0, 1))

    def _set_early_stopping(self, name: str, value: Any) -> None:
        if value not in EARLY_STOPPING:
            raise invalid(f"{name} is {value!r}, but must be False, True or 'never'")
        setattr(self.structure, name, EARLY_STOPPING[value])

    def _set_ids(self, name: str, value: Any) -> None:
        memory, count = _values.ids(value, name)
        self._point(name, memory)
        setattr(self.structure, name.removesuffix("s") + "_count", count)

    def _set_words(self, name: str, value: Any) -> None:
        memory, offsets, count = self._lists(name, value)
        self._point(name, memory)
        self._point(name.removesuffix("s") + "_offsets", offsets)
        setattr(self.structure, name.removesuffix("s") + "_count", count)

    def _set_texts(self, name: str, value: Any) -> None:
        texts = [value] if isinstance(value, str) else list(value)
        pointers = [self._text(f"{name}[{index}]", each) for index, each in enumerate(texts)]
        self._point(name, (ctypes.c_void_p * max(1, len(pointers)))(*pointers))
        setattr(self.structure, name.removesuffix("s") + "_count", len(pointers))

    def _text(self, name: str, value: Any) -> Any:
        self._kept.append(bytes_of(name, value))
        return ctypes.cast(ctypes.c_char_p(self._kept[-1]), ctypes.c_void_p)

    def _set_decay(self, name: str, value: Any) -> None:
        try:
            start, factor = value
        except (TypeError, ValueError):
            raise invalid(f"{name} is {value!r}, but must be a number of tokens and a factor") from None
        self._set_number(name + "_start", start)
        self._set_fraction(name + "_factor", factor)

    def _set_biases(self, name: str, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise invalid(f"{name} is {value!r}, but must map tuples of ids to numbers")
        memory, offsets, count = self._lists(name, value)
        numbers = [_values.fraction(each, name) for each in value.values()]
        self._point(name + "_ids", memory)
        self._point(name + "_offsets", offsets)
        self._point(name + "_values", (ctypes.c_float * max(1, count))(*numbers))
        setattr(self.structure, name + "_count", count)

    def _lists(self, name: str, lists: Iterable[Iterable[int]]) -> Any:
        everything: list[int] = []
        ends = [0]
        for index, each in enumerate(lists):
            memory, count = _values.ids(each, f"{name}[{index}]")
            everything += memory[:count]
            ends.append(len(everything))
        return _values.ids(everything, name)[0], (ctypes.c_uint64 * len(ends))(*ends), len(ends) - 1

    def _point(self, name: str, memory: Any) -> None:
        self._kept.append(memory)
        setattr(self.structure, name, memory)

    def _set_prompts(self, prompt: Any, prompts: Any, source_count: int) -> None:
        if prompt is not None and prompts is not None:
            raise invalid("prompt and prompts are both given, but must not be")
        if prompt is not None:
            memory, self.structure.prompt_length = _values.ids(prompt, "prompt")
            self._point("prompt_ids", memory)
        if prompts is not None:
            memory, offsets, count = self._lists("prompts", prompts)
            if count != source_count:
                raise invalid(f"prompts has {count} lists, but must have one for each of the "
                              f"{source_count} sources")
            self.structure.prompt_length = offsets[count]
            self._point("prompt_ids", memory)
            self._point("prompt_offsets", offsets)

    def _set_numbers(self, numbers: Any, source_count: int) -> None:
        if numbers is None:
            return
        numbers = [_values.integer(each, f"source_numbers[{index}]", 0, 2**64 - 1)
                   for index, each in enumerate(numbers)]
        if len(numbers) != source_count:
            raise invalid(f"source_numbers has {len(numbers)} numbers, but must have one for each of "
                          f"the {source_count} sources")
        self._point("source_numbers", (ctypes.c_uint64 * max(1, len(numbers)))(*numbers))


class Texts:
    """transept_text_options, and what it points to."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.structure = _abi.transept_text_options(
            structure_size=ctypes.sizeof(_abi.transept_text_options))
        self._kept: list[bytes] = []
        for name, kind in _abi.TEXT_OPTIONS.items():
            if (value := given.get(name)) is None:
                continue
            if kind is str:
                setattr(self.structure, name, self.text(name, value))
            elif kind is bool:
                setattr(self.structure, name, _values.integer(value, name, 0, 1))
            else:
                setattr(self.structure, name, _values.integer(value, name, 0, 2**64 - 1))

    def text(self, name: str, value: Any) -> Any:
        self._kept.append(bytes_of(name, value))
        return ctypes.cast(ctypes.c_char_p(self._kept[-1]), ctypes.c_void_p)


def bytes_of(name: str, value: Any) -> bytes:
    """A text for C."""
    if not isinstance(value, str):
        raise invalid(f"{name} is {value!r}, but must be a text")
    if "\0" in value:
        raise invalid(f"{name} has a zero character, which it must not")
    return encoded(value)


def encoded(text: str) -> bytes:
    """UTF-8; lone surrogates, which it cannot say, become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()

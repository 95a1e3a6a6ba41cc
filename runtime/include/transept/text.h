// SPDX-License-Identifier: Apache-2.0
//
// Texts in and out of a model, by the tokenizer that its library carries.
//
//     auto model = transept::Model::open("libende.so");
//     std::string german = model.translate("The cat sat.");
//     auto results = model.generateTexts(lines, {.generate = {.beams = 4}});
//
// Texts are UTF-8; bytes that are not become U+FFFD. Where a library has no tokenizer, all of this
// throws Error (Unsupported).
#ifndef TRANSEPT_TEXT_H
#define TRANSEPT_TEXT_H

#include "transept/detail/GenerationOptions.h"
#include "transept/detail/OpenLibrary.h"
#include "transept/text_abi.h"

#include <string_view>

namespace transept {

struct TokenizeOptions {
  /// What the text is in, as the checkpoint names it ("de", "deu_Latn"); empty: its default.
  std::string sourceLanguage = {};
  /// Ids at most, special tokens included, 0 for any number: the end is cut off.
  std::size_t maximumLength = 0;
  /// The text is a target, for prefixes and scoring.
  bool isTarget = false;
  /// Without special tokens around it.
  bool textAlone = false;
  /// The second text of a pair, for models that read two; empty: there is none. What is too long is
  /// cut off the first.
  std::string pair = {};
};

struct DetokenizeOptions {
  bool keepsSpecialTokens = false;
  /// Timestamps of transcripts are written: "<|0.40|>".
  bool keepsTimestamps = false;
  /// The ids are a source's, whose vocabulary may be another one.
  bool isSource = false;
};

struct TextOptions {
  /// What the texts are in and what they become, as the checkpoint names languages; empty: its
  /// defaults. Model::languages() has the list.
  std::string sourceLanguage = {}, targetLanguage = {};
  /// What each result begins with.
  std::string prefix = {};
  /// What is asked about images, for models that read a text beside each: a question, or a task of
  /// the checkpoint's ("<CAPTION>", "<REGION_TO_OCR> <loc_10><loc_20><loc_400><loc_90>").
  std::string imagePrompt = {};
  /// Each sentence is a source of its own, and what was between them stays between their results;
  /// for models that were trained on single sentences. A text has one result then, the prefix
  /// stands before each sentence's, and a text of which a sentence was not reached has a `problem`.
  bool splitsSentences = false;
  /// What is too long for the model is cut; without it, it is an error.
  bool truncates = false;
  /// A text that is refused gets a result with a `problem`; without it, it is an error.
  bool skipsInvalid = false;
  bool keepsSpecialTokens = false;
  /// Results say which bytes of the texts each token stands for, and where the model looked as it
  /// produced each: TextResult::places. The latter runs the decoder once more, the former takes
  /// time that grows with the square of a text's length.
  bool tokenOffsets = false, alignment = false;
  /// An unknown token of a result becomes the text of the source's token that it has the highest
  /// attention on, as CTranslate2's replace_unknowns; of what the source's tokenizer does not know
  /// either, what stood there. Not with onText or keepsSpecialTokens.
  bool replacesUnknowns = false;
  /// Sources to work on at once, at most; 0: 64. Results do not depend on it.
  std::size_t batchSize = 0;
  /// How to search, and how to stop. It is an error to set forcedBeginning or decoderStart beside a
  /// target language, onToken and onProgress. The prefix stands behind the prompt. With
  /// keepPartial, a call that `stop` or onText ends returns what there is; texts that were not
  /// reached have a `problem`.
  GenerateOptions generate = {};
  /// Called on the calling thread with what is certain of a text's result and was not given before,
  /// whole words at a time; together they are the result. For searches for which onToken is called,
  /// and not with splitsSentences or keepsSpecialTokens. Returning false ends the call with Error
  /// (Cancelled), an exception with that exception. Must not use the model.
  std::function<bool(std::size_t text, std::string_view part)> onText = {};
  /// Called before the first and after each batch, with the texts that are done; returning false
  /// ends the call with Error (Cancelled), an exception with that exception.
  std::function<bool(std::size_t done, std::size_t total)> onProgress = {};
};

/// Bytes of a text, without the one at `end`; none where both are the same.
struct TextRange {
  std::size_t begin = 0, end = 0;

  bool operator==(const TextRange &) const = default;
};

/// What the ids of a sequence stand for, and come from.
struct TokenPlaces {
  /// Of each id in the result's text, with tokenOffsets. White space around a token is not in its
  /// range, tokens that make a character together have it each, and special tokens have none.
  std::vector<TextRange> target = {};
  /// Of each id of the source in the source's text (of which bytes that are not UTF-8 became
  /// U+FFFD), with tokenOffsets. Where the tokenizer has changed the text beyond recognition, as an
  /// unknown character, a token has what lies between its neighbours.
  std::vector<TextRange> source = {};
  std::vector<Id> sourceIds = {}; ///< none of an image
  /// What the model looked at as it produced each id, with `alignment`: [ids, source], the mean
  /// over the heads of its last cross-attention; 0 for the first id, which was given. The source is
  /// its ids, or the rows of Source::states() of an image.
  Rows weights = {};
};

struct TextResult {
  std::string text = {};
  /// What was generated: one sequence, or with splitsSentences one a sentence; none beside a
  /// problem, and of a text without a sentence.
  std::vector<Sequence> sequences = {};
  /// Why there is no text; empty where there is one.
  std::string problem = {};
  /// Of each sequence, with tokenOffsets or alignment.
  std::vector<TokenPlaces> places = {};

  /// The first of them. Throws Error where there is none: beside a problem, and of a text without a
  /// sentence.
  const Sequence &sequence() const & {
    if (sequences.empty())
      throw Error(ErrorCode::InvalidArgument, "nothing was generated for this text" +
                                                  (problem.empty() ? "" : ": it " + problem));
    return sequences.front();
  }
};

/// The results for one text, best first, never empty.
struct TextGeneration {
  std::vector<TextResult> results = {};

  const TextResult &best() const & { return results.front(); }
  const std::string &text() const & { return best().text; }
  std::string text() && { return std::move(results.front().text); }
};

namespace detail {

/// Null for an empty text. Throws Error for what C would cut.
inline const char *cText(const std::string &text, const char *what) {
  if (text.find('\0') != text.npos)
    throw Error(ErrorCode::InvalidArgument, std::string(what) + " must not have a zero byte");
  return text.empty() ? nullptr : text.c_str();
}

/// The options of one call as the C structure, which points into them.
class ConvertedTextOptions {
public:
  explicit ConvertedTextOptions(const TextOptions &given) : given(given) {
    options.structure_size = sizeof(options);
    options.source_language = cText(given.sourceLanguage, "the source language");
    options.target_language = cText(given.targetLanguage, "the target language");
    options.prefix = cText(given.prefix, "the prefix");
    options.image_prompt = cText(given.imagePrompt, "the image prompt");
    options.splits_sentences = given.splitsSentences;
    options.truncates = given.truncates;
    options.skips_invalid = given.skipsInvalid;
    options.keeps_special = given.keepsSpecialTokens;
    options.replaces_unknowns = given.replacesUnknowns;
    options.batch_size = given.batchSize;
    options.token_offsets = given.tokenOffsets;
    options.alignment = given.alignment;
    if (given.onText)
      options.on_text = [](void *context, std::uint64_t text, const char *part,
                           std::uint64_t size) {
        return of(context).guarded(
            [&](const TextOptions &to) { return to.onText(text, {part, size}); });
      };
    if (given.onProgress)
      options.on_progress = [](void *context, std::uint64_t done, std::uint64_t total) {
        return of(context).guarded(
            [&](const TextOptions &to) { return to.onProgress(done, total); });
      };
    options.on_text_context = options.on_progress_context = this;
  }
  ConvertedTextOptions(const ConvertedTextOptions &) = delete;

  const transept_text_options *get() const { return &options; }
  /// Throws what a callback threw, if one did.
  void rethrow() const {
    if (thrown)
      std::rethrow_exception(thrown);
  }

private:
  static ConvertedTextOptions &of(void *context) {
    return *static_cast<ConvertedTextOptions *>(context);
  }

  /// Exceptions must not pass through C: they wait here until the call has returned.
  template <typename Call> std::int32_t guarded(Call call) {
    try {
      return call(given) ? 0 : 1;
    } catch (...) {
      thrown = std::current_exception();
      return 1;
    }
  }

  const TextOptions &given;
  transept_text_options options = {};
  std::exception_ptr thrown;
};

/// The functions over texts of an open model.
inline const transept_text_functions &textFunctions(const OpenLibrary &library) {
  return *library.table().text; // OpenLibrary::text has checked it
}

inline std::vector<Id> tokenize(const OpenLibrary &library, const transept_text *text,
                                std::string_view string, const TokenizeOptions &options) {
  const transept_text_functions &functions = textFunctions(library);
  transept_tokenize_options converted{};
  converted.structure_size = sizeof(converted);
  converted.source_language = cText(options.sourceLanguage, "the source language");
  converted.maximum_length = options.maximumLength;
  converted.flags = (options.isTarget ? TRANSEPT_TOKENIZE_TARGET : 0) |
                    (options.textAlone ? TRANSEPT_TOKENIZE_TEXT_ALONE : 0);
  converted.pair = cText(options.pair, "the second text");
  std::int32_t *ids = nullptr;
  std::uint64_t count = 0;
  library.call(functions.tokenize, text, transept_string{string.data(), string.size()}, &converted,
               &ids, &count);
  std::unique_ptr<std::int32_t, void (*)(void *)> owner(ids, functions.release);
  return {ids, ids + count};
}

inline std::string detokenize(const OpenLibrary &library, const transept_text *text,
                              std::span<const Id> ids, const DetokenizeOptions &options) {
  const transept_text_functions &functions = textFunctions(library);
  std::uint32_t flags = (options.keepsSpecialTokens ? TRANSEPT_DETOKENIZE_SPECIAL : 0) |
                        (options.keepsTimestamps ? TRANSEPT_DETOKENIZE_TIMESTAMPS : 0) |
                        (options.isSource ? TRANSEPT_DETOKENIZE_SOURCE : 0);
  char *string = nullptr;
  std::uint64_t size = 0;
  library.call(functions.detokenize, text, ids.data(), std::uint64_t(ids.size()), flags, &string,
               &size);
  std::unique_ptr<char, void (*)(void *)> owner(string, functions.release);
  return {string, size};
}

inline TokenPlaces placesOf(const transept_token_places &view, const transept_sequence &sequence) {
  TokenPlaces places;
  auto rangesOf = [](const transept_byte_range *ranges, std::size_t count) {
    std::vector<TextRange> result;
    result.reserve(count);
    for (std::size_t index = 0; ranges && index < count; ++index)
      result.push_back({std::size_t(ranges[index].begin), std::size_t(ranges[index].end)});
    return result;
  };
  places.target = rangesOf(view.target, sequence.length);
  places.source = rangesOf(view.source, view.source_length);
  if (view.source_ids)
    places.sourceIds.assign(view.source_ids, view.source_ids + view.source_length);
  places.weights.width = view.source_length;
  if (view.weights)
    places.weights.values.assign(view.weights, view.weights + sequence.length * view.source_length);
  return places;
}

inline TextResult textResultOf(const transept_text_result &view) {
  TextResult result;
  result.text.assign(view.text.data, view.text.size);
  if (view.problem.data)
    result.problem.assign(view.problem.data, view.problem.size);
  for (std::size_t part = 0; part < view.sequence_count; ++part) {
    const transept_token_scores &scores = view.token_scores[part];
    result.sequences.push_back(
        sequenceOf(view.sequences[part], std::span(scores.values, scores.count)));
  }
  return result;
}

/// The results of a call of C over `count` texts or images.
template <typename Call>
std::vector<TextGeneration> textResults(const OpenLibrary &library, std::size_t count,
                                        const TextOptions &options, Call call) {
  const transept_text *text = library.text();
  const transept_text_functions &functions = textFunctions(library);
  ConvertedTextOptions converted(options);
  GenerationOptions generation(options.generate, count);
  transept_text_results *handle = nullptr;
  try {
    call(text, converted.get(), generation.get(), &handle);
  } catch (const Error &) {
    converted.rethrow();
    generation.rethrow();
    throw;
  }
  std::unique_ptr<transept_text_results, void (*)(transept_text_results *)> owner(
      handle, functions.release_texts);
  // With keepPartial, a call that an exception has ended succeeds.
  converted.rethrow();
  generation.rethrow();
  std::vector<TextGeneration> generations(count);
  for (std::size_t index = 0; index < count; ++index) {
    std::uint64_t ranks = 0;
    const transept_text_result *views = functions.view_texts(handle, index, &ranks);
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      TextResult &result = generations[index].results.emplace_back(textResultOf(views[rank]));
      for (std::size_t part = 0; part < views[rank].sequence_count; ++part)
        if (auto *places = functions.view_places(handle, index, rank, part))
          result.places.push_back(placesOf(*places, views[rank].sequences[part]));
    }
  }
  return generations;
}

inline std::vector<TextGeneration> generateTexts(const OpenLibrary &library,
                                                 std::span<const std::string> texts,
                                                 const TextOptions &options) {
  std::vector<transept_string> strings;
  for (const std::string &each : texts)
    strings.push_back({each.data(), each.size()});
  return textResults(library, texts.size(), options,
                     [&](const transept_text *text, auto... arguments) {
                       library.call(textFunctions(library).generate_texts, text, strings.data(),
                                    std::uint64_t(strings.size()), arguments...);
                     });
}

} // namespace detail

} // namespace transept

#endif

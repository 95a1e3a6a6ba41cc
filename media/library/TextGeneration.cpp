// SPDX-License-Identifier: Apache-2.0
//
// Everything here goes through the runtime's C functions, as a program's own calls would.

#include "media/library/TextGeneration.h"

#include "base/Error.h"
#include "media/library/BatchCallbacks.h"
#include "media/library/LibraryTokenizer.h"
#include "media/library/UnknownTokens.h"

#include "transept/detail/OpenLibrary.h"

#include <fmt/format.h>

#include <algorithm>

namespace transept::media {

namespace {

using Stored = transept_text_results::Stored;

constexpr uint64_t defaultBatchSize = 64;

/// Releases what encode returned.
class SourceHandles {
public:
  SourceHandles(const transept_text &text, size_t count) : text(text), handles(count) {}
  ~SourceHandles() {
    for (transept_source *each : handles)
      if (each)
        text.table.runtime->release_source(each);
  }
  SourceHandles(const SourceHandles &) = delete;
  transept_source **data() { return handles.data(); }

private:
  const transept_text &text;
  std::vector<transept_source *> handles;
};

class TextGeneration {
public:
  TextGeneration(const transept_text &text, const transept_text_options &options,
                 const transept_generation_options *given)
      : text(text), library(text.table, text.model), options(options) {
    transept_unset_generation_options(&generation);
    if (given)
      generation = *given;
    if (!generation.token_text) {
      generation.token_text = text.table.text->token_text;
      generation.token_text_context = const_cast<transept_text *>(&text);
    }
    checkOptions();
    if (options.target_language)
      applyTargetLanguage();
    if (options.prefix)
      prefix = text.tokenizer->encodeTarget(options.prefix, {.addSpecialTokens = false});
    decoding.skipSpecialTokens = options.keeps_special == 0;
  }

  std::unique_ptr<transept_text_results> run(const MakeSources &makeSources) {
    sources = makeSources();
    results = std::make_unique<transept_text_results>();
    results->stored.resize(sources->count());
    std::span<const GenerationPiece> pieces = sources->pieces();
    uint64_t size = options.batch_size != 0 ? options.batch_size : defaultBatchSize;
    report(0);
    for (size_t begin = 0; begin < pieces.size(); begin += size) {
      size_t end = std::min<size_t>(pieces.size(), begin + size);
      if (isAskedToStop()) {
        dropFrom(pieces[begin].index);
        break;
      }
      generate(pieces.subspan(begin, end - begin));
      report(end);
    }
    for (size_t index = 0; index < sources->count(); ++index)
      if (results->stored[index].empty())
        results->stored[index].push_back(withoutSequences(index));
    makeViews();
    return std::move(results);
  }

private:
  void checkOptions() const {
    if (generation.on_token)
      throw InputError("somebody listens to tokens, but this call gives texts to listen to");
    if (generation.on_progress)
      throw InputError("somebody watches the progress of sources, but this call has one of texts");
    if (options.replaces_unknowns &&
        (options.keeps_special || options.on_text || text.table.source_vocabulary_size == 0))
      throw InputError(fmt::format("unknown tokens cannot be replaced where {}",
                                   options.keeps_special ? "special tokens are kept"
                                   : options.on_text     ? "somebody listens to texts"
                                                         : "no texts are read"));
    if (options.splits_sentences && options.on_text)
      throw InputError("somebody listens to texts, which cannot be where sentences are split");
    if (options.keeps_special && options.on_text)
      throw InputError("somebody listens to texts, which cannot be where special tokens are kept");
    checkPlaces(text, options);
    const transept_generation_defaults *defaults = text.table.generation;
    int32_t count = generation.return_count;
    if (count == TRANSEPT_UNSET && defaults && generation.ignore_model_defaults == 0)
      count = defaults->return_count;
    if (options.splits_sentences && count > 1)
      throw InputError(fmt::format("the number of results is {}, but must be 1 where sentences are "
                                   "split: theirs are one text",
                                   count));
  }

  void applyTargetLanguage() {
    if (generation.forced_beginning_id != TRANSEPT_UNSET ||
        generation.decoder_start_id != TRANSEPT_UNSET)
      throw InputError("the target language says what a result begins with, and so do a forced "
                       "beginning and a decoder start; give one of them");
    int32_t id = text.languageId("the target language", options.target_language);
    if (targetLanguagePlace(text.table, *text.tokenizer) == LanguagePlace::DecoderStart)
      generation.decoder_start_id = id;
    else
      generation.forced_beginning_id = id;
  }

  /// Of a text that is refused, was not reached or has no sentence.
  Stored withoutSequences(size_t index) const {
    Stored stored;
    stored.problem = sources->problemOf(index);
    if (stored.problem.empty() && sources->hasPieces(index))
      stored.problem = "was not reached before the call was asked to stop";
    if (stored.problem.empty())
      stored.text = sources->blankBefore(index);
    return stored;
  }

  /// Results of texts of which sentences are missing.
  void dropFrom(size_t index) {
    for (; index < results->stored.size(); ++index)
      results->stored[index].clear();
  }

  /// Throws Error, unless the call is to keep what there is.
  bool isAskedToStop() {
    if (generation.should_stop && generation.should_stop(generation.should_stop_context) != 0)
      wasStopped = true;
    if (wasStopped && !generation.keep_partial)
      throw Error(ErrorCode::Cancelled, "the call was asked to stop");
    return wasStopped;
  }

  void generate(std::span<const GenerationPiece> pieces) {
    SourceHandles handles(text, pieces.size());
    std::vector<transept_source_input> inputs = sources->inputsOf(pieces);
    library.call(text.table.runtime->encode, text.model, inputs.data(), inputs.size(),
                 handles.data());
    transept_generation_options batch = generation;
    Prompts prompts = promptsOf(pieces);
    batch.prompt_ids = prompts.ids.empty() ? nullptr : prompts.ids.data();
    batch.prompt_length = prompts.ids.size();
    batch.prompt_offsets = prompts.ids.empty() ? nullptr : prompts.offsets.data();
    std::vector<uint64_t> numbers = numbersOf(pieces);
    batch.source_numbers = numbers.data();
    BatchCallbacks callbacks(text, options, pieces, batch);
    transept_results *generated = nullptr;
    library.call(text.table.runtime->generate, text.model, handles.data(), uint64_t(pieces.size()),
                 &batch, &generated);
    results->generated.emplace_back(generated, text.table.runtime->release_results);
    for (size_t index = 0; index < pieces.size(); ++index) {
      take(pieces[index], index, generated, handles.data()[index]);
      callbacks.finish(index, results->stored[pieces[index].index].front().text);
    }
    wasStopped = callbacks.wasStopped();
    isAskedToStop();
  }

  struct Prompts {
    std::vector<int32_t> ids;
    std::vector<uint64_t> offsets{0};
  };

  /// The call's prompt, the prefix, and for a decoder alone the text.
  Prompts promptsOf(std::span<const GenerationPiece> pieces) const {
    Prompts prompts;
    for (const GenerationPiece &piece : pieces) {
      const uint64_t *range = generation.prompt_offsets;
      uint64_t begin = range ? range[piece.index] : 0;
      uint64_t end = range ? range[piece.index + 1] : generation.prompt_length;
      auto &ids = prompts.ids;
      if (generation.prompt_ids)
        ids.insert(ids.end(), generation.prompt_ids + begin, generation.prompt_ids + end);
      ids.insert(ids.end(), prefix.begin(), prefix.end());
      if (text.isDecoderAlone())
        ids.insert(ids.end(), piece.ids.begin(), piece.ids.end());
      prompts.offsets.push_back(ids.size());
    }
    return prompts;
  }

  /// What samples are drawn by depends on the text and the sentence, not on the batch.
  std::vector<uint64_t> numbersOf(std::span<const GenerationPiece> pieces) const {
    std::vector<uint64_t> numbers;
    for (const GenerationPiece &piece : pieces) {
      uint64_t number =
          generation.source_numbers ? generation.source_numbers[piece.index] : piece.index;
      numbers.push_back(number + (uint64_t(piece.sentence) << 32));
    }
    return numbers;
  }

  void take(const GenerationPiece &piece, size_t index, const transept_results *generated,
            transept_source *source) {
    const UnknownTokens unknown(text);
    uint64_t count = 0;
    const transept_sequence *sequences =
        text.table.runtime->view_sequences(generated, index, &count);
    std::vector<Stored> &stored = results->stored[piece.index];
    for (size_t rank = 0; rank < count; ++rank) {
      const transept_sequence &sequence = sequences[rank];
      std::span<const int32_t> ids(sequence.ids, sequence.length);
      std::string result = options.replaces_unknowns && unknown.areIn(ids)
                               ? unknown.decode(ids, source, piece, decoding)
                               : text.tokenizer->decode(ids, decoding);
      if (rank == stored.size())
        stored.emplace_back().text = sources->blankBefore(piece.index);
      if (options.token_offsets != 0 || options.alignment != 0)
        stored[rank].places.push_back(
            placesOf(text, options, piece, source, sequence, decoding, stored[rank].text.size()));
      stored[rank].text += result + std::string(piece.gap);
      stored[rank].sequences.push_back(sequence);
      transept_token_scores scores{};
      scores.values = text.table.runtime->view_token_scores(generated, index, rank, &scores.count);
      stored[rank].tokenScores.push_back(scores);
    }
  }

  /// Texts before that of the first piece that is still to come are done.
  void report(size_t donePieces) const {
    if (!options.on_progress)
      return;
    auto pieces = sources->pieces();
    size_t done = donePieces < pieces.size() ? pieces[donePieces].index : sources->count();
    if (options.on_progress(options.on_progress_context, done, sources->count()) != 0)
      throw Error(ErrorCode::Cancelled, "the call was asked to stop");
  }

  void makeViews() {
    auto stringOf = [](const std::string &value) {
      return transept_string{value.c_str(), value.size()};
    };
    for (std::vector<Stored> &ranks : results->stored) {
      std::vector<transept_text_result> &views = results->views.emplace_back();
      for (Stored &each : ranks) {
        for (const SequencePlaces &places : each.places)
          each.placeViews.push_back(places.view());
        views.push_back(
            {.text = stringOf(each.text),
             .problem = each.problem.empty() ? transept_string{nullptr, 0} : stringOf(each.problem),
             .sequences = each.sequences.data(),
             .token_scores = each.tokenScores.data(),
             .sequence_count = each.sequences.size()});
      }
    }
  }

  const transept_text &text;
  const detail::OpenLibrary library; // for its calls
  std::unique_ptr<GenerationSources> sources;
  const transept_text_options &options;
  transept_generation_options generation;
  std::vector<int32_t> prefix;
  text::DecodeOptions decoding;
  std::unique_ptr<transept_text_results> results;
  bool wasStopped = false;
};

} // namespace

std::unique_ptr<transept_text_results>
generateTexts(const transept_text &text, const MakeSources &makeSources,
              const transept_text_options &options, const transept_generation_options *generation) {
  return TextGeneration(text, options, generation).run(makeSources);
}

} // namespace transept::media

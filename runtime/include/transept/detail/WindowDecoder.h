// SPDX-License-Identifier: Apache-2.0
//
// The text of windows of a sound: searched at one temperature after another until it is not poor.
#ifndef TRANSEPT_DETAIL_WINDOWDECODER_H
#define TRANSEPT_DETAIL_WINDOWDECODER_H

#include "transept/detail/WindowCut.h"
#include "transept/draft.h"
#include "transept/sound_options.h"

#include <numeric>

namespace transept::detail {

struct DecodedWindow {
  Sequence sequence;
  std::size_t promptLength = 0;
  std::vector<Id> text; ///< without the end
  double temperature = 0, averageLogProbability = 0;
  std::optional<double> compressionRatio, noSpeechProbability;
  bool isSilence = false;
};

class WindowDecoder {
public:
  /// Both must outlive this.
  WindowDecoder(const Model &model, const SoundOptions &options)
      : model(model), speech(speechOf(model)), options(options) {}

  /// What the draft model of the options encoded of the windows that are decoded next.
  void setDraftSources(std::vector<Source> sources) { draftSources = std::move(sources); }

  /// Windows that are numbered from `first` on, behind one prompt: each at the first temperature at
  /// which its text is not poor, else at the last.
  std::vector<DecodedWindow> decode(std::span<const Source> sources, const std::vector<Id> &prompt,
                                    std::size_t first) const {
    std::vector<DecodedWindow> decoded(sources.size());
    setSilenceProbabilities(sources, prompt, decoded);
    std::vector<std::size_t> left(sources.size());
    std::iota(left.begin(), left.end(), std::size_t(0));
    for (std::size_t attempt = 0; !left.empty(); ++attempt) {
      search(sources, left, prompt, first, attempt, decoded);
      const bool isLast = attempt + 1 == options.temperatures.size();
      std::erase_if(left, [&](std::size_t index) { return !isPoor(decoded[index]) || isLast; });
    }
    return decoded;
  }

private:
  /// Whether the next temperature is to be tried. Says, too, whether it is silence.
  bool isPoor(DecodedWindow &decoded) const {
    bool isUnlikely =
        decoded.averageLogProbability < options.logProbabilityThreshold.value_or(-HUGE_VAL);
    bool isRepetitive = options.compressionRatioThreshold &&
                        decoded.compressionRatio > *options.compressionRatioThreshold;
    decoded.isSilence = options.noSpeechThreshold &&
                        decoded.noSpeechProbability > *options.noSpeechThreshold &&
                        (isUnlikely || !options.logProbabilityThreshold);
    return !decoded.isSilence && (isUnlikely || isRepetitive) &&
           decoded.sequence.finishReason != FinishReason::Cancelled;
  }

  /// Those of the sources that `chosen` numbers.
  void search(std::span<const Source> sources, const std::vector<std::size_t> &chosen,
              const std::vector<Id> &prompt, std::size_t first, std::size_t attempt,
              std::vector<DecodedWindow> &decoded) const {
    const float temperature = options.temperatures[attempt];
    GenerateOptions generate = options.speech.generate;
    generate.prompt = prompt;
    generate.timestamps = true;
    generate.decoderStart = -1; // it is part of the prompt
    generate.returnCount = 1;
    generate.tokenScores = TokenScores::Normalized;
    generate.sample = temperature > 0;
    if (temperature > 0) {
      generate.temperature = temperature;
      generate.beams = 1;
    }
    limitNewTokens(generate);
    std::uint64_t soundNumber = generate.sourceNumbers.empty() ? 0 : generate.sourceNumbers.front();
    generate.sourceNumbers.clear();
    std::vector<Source> batch, draftBatch;
    batch.reserve(chosen.size());
    for (std::size_t index : chosen) {
      batch.push_back(sources[index]);
      if (options.draft)
        draftBatch.push_back(draftSources[index]);
      generate.sourceNumbers.push_back((soundNumber << 32) + (first + index) * kMostAttempts +
                                       attempt);
    }
    std::optional<DraftModel> draft;
    if (options.draft)
      generate.guess = std::ref(draft.emplace(model, *options.draft, std::move(draftBatch)));
    std::vector<Generation> results = model.generateBatch(batch, generate);
    for (std::size_t at = 0; at < chosen.size(); ++at) {
      DecodedWindow &each = decoded[chosen[at]];
      each.sequence = std::move(results[at].sequences.front());
      each.promptLength = prompt.size();
      each.temperature = temperature;
      rate(batch[at], each);
    }
  }

  /// A conditioned prompt may leave fewer positions than a call without one would have.
  void limitNewTokens(GenerateOptions &generate) const {
    const transept_generation_defaults *defaults = model.table().generation;
    int most = generate.maximumNewTokens.value_or(-1);
    if (!generate.maximumNewTokens && !generate.maximumLength && defaults &&
        !generate.ignoreModelDefaults)
      most = defaults->maximum_new_tokens;
    auto room = int(model.maximumTargetLength() - generate.prompt.size());
    if (most > room)
      generate.maximumNewTokens = room;
  }

  void rate(const Source &source, DecodedWindow &decoded) const {
    const Sequence &sequence = decoded.sequence;
    decoded.text.assign(sequence.ids.begin() + std::ptrdiff_t(decoded.promptLength),
                        sequence.ids.end());
    if (sequence.finishReason == FinishReason::End)
      decoded.text.pop_back();
    double sum = decoded.temperature > 0 ? untempered(source, decoded) : 0;
    if (decoded.temperature == 0)
      for (float score : std::span(sequence.tokenScores).first(decoded.text.size()))
        sum += double(score);
    decoded.averageLogProbability = sum / double(decoded.text.size() + 1);
    if (options.compressedSize) {
      std::string bytes = bytesOf(decoded.text, model.targetVocabularySize());
      decoded.compressionRatio = double(bytes.size()) / double(options.compressedSize(bytes));
    }
  }

  /// A low temperature makes what it draws look likely, so it is left out of the judgement. The
  /// rules are, too: nobody gives out the scores between the two.
  static double untempered(const Source &source, const DecodedWindow &decoded) {
    if (decoded.text.empty())
      return 0;
    std::span ids(decoded.sequence.ids);
    Decoder decoder = source.decode();
    double sum =
        logProbability(decoder.append(ids.first(decoded.promptLength)), decoded.text.front());
    std::span text(decoded.text);
    if (text.size() == 1)
      return sum;
    Rows rows = decoder.appendAll(text.first(text.size() - 1));
    for (std::size_t row = 0; row < rows.size(); ++row)
      sum += logProbability(rows[row], text[row + 1]);
    return sum;
  }

  static double logProbability(std::span<const float> logits, Id id) {
    double best = *std::max_element(logits.begin(), logits.end()), sum = 0;
    for (float logit : logits)
      sum += std::exp(double(logit) - best);
    return double(logits[std::size_t(id)]) - best - std::log(sum);
  }

  /// Of the token that marks silence, right behind the start of the transcript.
  void setSilenceProbabilities(std::span<const Source> sources, const std::vector<Id> &prompt,
                               std::vector<DecodedWindow> &decoded) const {
    if (speech.no_timestamps_id <= 0)
      return;
    auto start = std::find(prompt.begin(), prompt.end(), speech.transcript_start_id);
    std::vector<Decoder> decoders;
    std::vector<Decoder *> pointers;
    decoders.reserve(sources.size());
    for (const Source &source : sources)
      pointers.push_back(&decoders.emplace_back(source.decode()));
    const std::vector<std::vector<Id>> starts(sources.size(), {prompt.begin(), start + 1});
    Rows logits = Decoder::appendBatch(pointers, starts);
    for (std::size_t row = 0; row < sources.size(); ++row)
      decoded[row].noSpeechProbability =
          std::exp(logProbability(logits[row], speech.no_timestamps_id - 1));
  }

  /// Windows that are sampled again draw other numbers.
  static constexpr std::uint64_t kMostAttempts = 256;

  const Model &model;
  const transept_speech_defaults &speech;
  const SoundOptions &options;
  std::vector<Source> draftSources;
};

} // namespace transept::detail

#endif

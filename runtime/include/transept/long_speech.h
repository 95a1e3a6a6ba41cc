// SPDX-License-Identifier: Apache-2.0
//
// What is said in a sound of any length: window by window, each beginning where the text of the one
// before ends. The sequential algorithm of transformers 4.44 (generation_whisper.py), except where
// that is wrong: without timestamps a segment ends with its window, and a window whose last
// timestamp is its beginning is left behind instead of being decoded for ever.
//
//     auto transcript = transept::transcribeSound(model, sound, {.speech = {.language = "en"}},
//         [](const transept::SoundSegment &segment) { ... });
#ifndef TRANSEPT_LONG_SPEECH_H
#define TRANSEPT_LONG_SPEECH_H

#include "transept/alignment.h"
#include "transept/detail/WindowCut.h"

namespace transept {

/// The features of one sound, of which a window is in memory at a time.
struct SoundFeatures {
  std::size_t frameCount = 0; ///< 1 or more
  /// Gives frames [count, sourceFeatureWidth()] from `begin` on, all below frameCount. `begin`
  /// never decreases from one call to the next.
  std::function<std::vector<float>(std::size_t begin, std::size_t count)> read;
};

/// Where the text of SoundOptions::previousText stands before a window.
enum class PreviousText {
  FirstWindow, ///< as if it had been said before the sound; without conditionsOnPrevious, always
  AllWindows   ///< before each window, and before what was said in the ones before it
};

/// How to transcribe a sound. The defaults are those of transformers 4.44.
struct SoundOptions {
  /// `timestamps` is unset or true, and `generate` has no prompt, sample or temperature: windows
  /// are cut at timestamps, and what follows says the others. Lengths count the whole prompt.
  SpeechOptions speech = {};

  /// A window is searched greedily or with beams at temperature 0, else sampled, with the next
  /// temperature each time that what came out is poor by one of the first two thresholds.
  std::vector<float> temperatures = {0};
  /// Poor: repeats itself so that its ids compress to less than 1/threshold of their bytes.
  std::optional<double> compressionRatioThreshold = {};
  /// Poor: less likely than this (see SoundSegment::averageLogProbability), e.g. -1.
  std::optional<double> logProbabilityThreshold = {};
  /// A window is silence if the probability of that is larger and its text is unlikely by
  /// logProbabilityThreshold (if that is set).
  std::optional<double> noSpeechThreshold = {};
  /// The size that bytes have when zlib compresses them at level 6, headers included. Needed for
  /// compressionRatioThreshold and the segments' compressionRatio; this header has no zlib.
  std::function<std::size_t(std::string_view bytes)> compressedSize = {};

  /// Let what was said, at a temperature below 0.5, stand before the next window.
  bool conditionsOnPrevious = false;
  /// Ids of a text to stand before windows: names, spelling, style; no special ids.
  std::vector<Id> previousText = {};
  PreviousText previousTextIsFor = PreviousText::FirstWindow;

  /// Whether segments get tokenTimes.
  bool tokenTimes = false;
};

/// A piece of a transcript, and how sure its window is.
struct SoundSegment {
  double begin = 0, end = 0; ///< seconds from the beginning of the sound
  std::vector<Id> ids;       ///< its text with its timestamps, which count from its window
  std::string text;          ///< where the library has a tokenizer; one after another, all is said
  std::vector<double> tokenTimes; ///< the second at which each of the ids begins, if asked for
  std::string language;           ///< of the sound
  std::size_t window = 0;         ///< counted from 0, silent ones too
  std::size_t firstFrame = 0;     ///< of the window
  double temperature = 0;         ///< at which it was found
  /// Of the window's ids without the end, summed / (their number + 1): what the search saw after
  /// its rules, or of sampled ids what the model says.
  double averageLogProbability = 0;
  /// Bytes of the window's ids / their compressed size; nothing without compressedSize.
  std::optional<double> compressionRatio = {};
  /// Nothing for models without an id for it.
  std::optional<double> noSpeechProbability = {};
};

struct SoundTranscript {
  std::string language; ///< given, or detected in the first window; empty for models of one
  std::vector<SoundSegment> segments;
};

namespace detail {

/// Transcribes one sound.
class SoundTranscription {
public:
  SoundTranscription(const Model &model, const SoundFeatures &sound, const SoundOptions &options,
                     const std::function<void(const SoundSegment &)> &found)
      : model(model), speech(speechOf(model)), sound(sound), options(options), found(found),
        speechOptions(withTimestamps(options)), prompts(model, speechOptions),
        window(model.sourceFeatureCount()), previous(beginning()) {
    check();
  }

  SoundTranscript run() {
    SoundTranscript transcript;
    transcript.language = options.speech.language;
    std::size_t language = 0;
    for (std::size_t number = 0, first = 0; first < sound.frameCount; ++number) {
      const std::size_t count = std::min(window, sound.frameCount - first);
      if (isStopped())
        break;
      std::optional<Source> encoded = encode(first, count);
      if (!encoded)
        break;
      const Source &source = *encoded;
      if (number == 0) {
        language = prompts.languagesOfSources(std::span(&source, 1)).front();
        transcript.language = prompts.codeOf(language);
      }
      Decoded decoded = decode(source, promptOf(language), number);
      std::size_t next = count;
      if (!decoded.isSilence) {
        SoundSegment place;
        place.language = transcript.language;
        place.window = number;
        place.firstFrame = first;
        next = add(decoded, source, place, count, transcript.segments);
      }
      if (decoded.sequence.finishReason == FinishReason::Cancelled)
        break;
      // A sound of one window is transcribed in one piece.
      first += sound.frameCount <= window ? count : next;
    }
    return transcript;
  }

private:
  struct Decoded {
    Sequence sequence;
    std::size_t promptLength = 0;
    std::vector<Id> text; // without the end
    double temperature = 0, averageLogProbability = 0;
    std::optional<double> compressionRatio, noSpeechProbability;
    bool isSilence = false;
  };

  static SpeechOptions withTimestamps(const SoundOptions &options) {
    if (!options.speech.timestamps.value_or(true))
      refuseSpeechOption("speech.timestamps", "false",
                         "true or unset: sounds are cut into windows at timestamps");
    SpeechOptions result = options.speech;
    result.timestamps = true;
    return result;
  }

  void check() const {
    if (window == 0)
      throw Error(ErrorCode::Unsupported, std::string(model.name()) +
                                              " has no window of its own: it transcribes a sound "
                                              "in one piece");
    if (sound.frameCount == 0)
      refuseSpeechOption("frameCount", "0", "1 or more");
    auto refuseWhere = [](bool isWrong, const char *what, const char *value, const char *allowed) {
      if (isWrong)
        refuseSpeechOption(what, value, allowed);
    };
    const GenerateOptions &generate = options.speech.generate;
    refuseWhere(generate.sample || generate.temperature, "generate.sample or generate.temperature",
                "set", "unset: temperatures of the SoundOptions says it");
    refuseWhere(generate.sourceNumbers.size() > 1, "the number of generate.sourceNumbers",
                "more than 1", "0 or 1: there is one sound");
    refuseWhere(options.temperatures.empty(), "the number of temperatures", "0", "1 or more");
    for (float temperature : options.temperatures)
      if (!(temperature >= 0) || !std::isfinite(temperature))
        refuseSpeechOption("a temperature", std::to_string(temperature), "0 or more");
    const bool canFail = options.compressionRatioThreshold || options.logProbabilityThreshold;
    refuseWhere(options.temperatures.size() > 1 && !canFail, "the number of temperatures",
                "more than 1",
                "1 without compressionRatioThreshold and logProbabilityThreshold: nothing else "
                "asks for the next one");
    refuseWhere(options.compressionRatioThreshold && !options.compressedSize, "compressedSize",
                "unset", "set where compressionRatioThreshold is");
    refuseWhere(options.noSpeechThreshold && speech.no_timestamps_id <= 0, "noSpeechThreshold",
                "set", "unset: this model has no id for silence");
    checkPreviousText();
  }

  void checkPreviousText() const {
    if (!options.conditionsOnPrevious && options.previousTextIsFor == PreviousText::AllWindows)
      refuseSpeechOption("previousTextIsFor", "AllWindows",
                         "FirstWindow unless conditionsOnPrevious is set");
    if (options.previousText.empty() && !options.conditionsOnPrevious)
      return;
    if (speech.previous_text_id <= 0)
      throw Error(ErrorCode::Unsupported, std::string(model.name()) +
                                              " has no id for text before a window; a library of "
                                              "an older version must be compiled again");
    if (options.previousText.size() > mostPrevious())
      refuseSpeechOption("the length of previousText", std::to_string(options.previousText.size()),
                         "at most " + std::to_string(mostPrevious()) +
                             ": the text of a window needs positions, too");
    for (Id id : options.previousText)
      if (id < 0 || id >= firstTimestamp())
        refuseSpeechOption("an id of previousText", std::to_string(id),
                           "one of a text, 0 to " + std::to_string(firstTimestamp() - 1));
  }

  Id firstTimestamp() const { return speech.first_timestamp_id; }
  /// Ids from before a window that its prompt has at most.
  std::size_t mostPrevious() const { return model.maximumTargetLength() / 2 - 1; }
  std::size_t framesPerTimestamp() const {
    return std::max<std::size_t>(1, window / model.maximumSourceLength());
  }
  double secondsOf(std::size_t frames) const {
    return double(frames) * secondsPerTimestamp / double(framesPerTimestamp());
  }

  /// What counts as said before the first window.
  std::vector<Id> beginning() const {
    bool isFirst = options.previousTextIsFor == PreviousText::FirstWindow;
    return isFirst ? options.previousText : std::vector<Id>();
  }

  /// Whether to return what there is; throws Error where the call is to end without it.
  bool isStopped() const {
    const GenerateOptions &generate = options.speech.generate;
    if (generate.stop.stop_requested() && !generate.keepPartial)
      throw Error(ErrorCode::Cancelled, "the call was asked to stop");
    return generate.stop.stop_requested();
  }

  /// Zeros, and not silence, follow the sound's end in its last window. Nothing where the call is
  /// to return what there is.
  std::optional<Source> encode(std::size_t first, std::size_t count) const {
    std::vector<float> features = sound.read(first, count);
    if (features.size() != count * model.sourceFeatureWidth())
      throw Error(ErrorCode::InvalidArgument,
                  "read of the sound gave " + std::to_string(features.size()) +
                      " numbers, but must give " + std::to_string(count) + " frames of " +
                      std::to_string(model.sourceFeatureWidth()));
    features.resize(window * model.sourceFeatureWidth());
    try {
      return model.encode(SourceInput{.ids = {}, .features = features},
                          options.speech.generate.stop);
    } catch (const Error &error) {
      if (error.code() == ErrorCode::Cancelled && isStopped())
        return std::nullopt;
      throw;
    }
  }

  std::vector<Id> promptOf(std::size_t language) const {
    const std::vector<Id> begin = prompts.prompt(language);
    std::vector<Id> prompt;
    auto append = [&](auto &&ids) { prompt.insert(prompt.end(), ids.begin(), ids.end()); };
    const bool isConditioned = conditions && !previous.empty();
    const bool isForAll = options.previousTextIsFor == PreviousText::AllWindows;
    if (isConditioned || !options.previousText.empty())
      prompt.push_back(speech.previous_text_id);
    if (!options.previousText.empty() && (isForAll || !isConditioned))
      append(options.previousText);
    if (isConditioned) {
      // Where both would leave no room for any text, the older part is forgotten.
      std::size_t room = model.maximumTargetLength() - 1 - prompt.size() - begin.size();
      std::size_t kept = std::min({previous.size(), mostPrevious(), room});
      append(std::span(previous).last(kept));
    }
    append(begin);
    return prompt;
  }

  /// The first temperature at which the text is not poor, else the last.
  Decoded decode(const Source &source, const std::vector<Id> &prompt, std::size_t number) {
    const std::optional<double> noSpeech = silenceProbability(source, prompt);
    for (std::size_t attempt = 0;; ++attempt) {
      const float temperature = options.temperatures[attempt];
      Decoded decoded = search(source, prompt, temperature, number * kMostAttempts + attempt);
      decoded.noSpeechProbability = noSpeech;
      bool isUnlikely =
          decoded.averageLogProbability < options.logProbabilityThreshold.value_or(-HUGE_VAL);
      bool isRepetitive = options.compressionRatioThreshold &&
                          decoded.compressionRatio > *options.compressionRatioThreshold;
      decoded.isSilence = options.noSpeechThreshold && noSpeech > *options.noSpeechThreshold &&
                          (isUnlikely || !options.logProbabilityThreshold);
      conditions = options.conditionsOnPrevious && temperature < kLowTemperature;
      if (decoded.isSilence || !(isUnlikely || isRepetitive) ||
          attempt + 1 == options.temperatures.size())
        return decoded;
    }
  }

  Decoded search(const Source &source, const std::vector<Id> &prompt, float temperature,
                 std::uint64_t attempt) const {
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
    generate.sourceNumbers = {(soundNumber << 32) + attempt};
    Decoded decoded;
    decoded.sequence = model.generate(source, generate).best();
    decoded.promptLength = prompt.size();
    decoded.temperature = temperature;
    rate(source, decoded);
    return decoded;
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

  void rate(const Source &source, Decoded &decoded) const {
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
  static double untempered(const Source &source, const Decoded &decoded) {
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
  std::optional<double> silenceProbability(const Source &source,
                                           const std::vector<Id> &prompt) const {
    if (speech.no_timestamps_id <= 0)
      return std::nullopt;
    auto start = std::find(prompt.begin(), prompt.end(), speech.transcript_start_id);
    std::vector<float> logits = source.decode().append(std::span(prompt.begin(), start + 1));
    return std::exp(logProbability(logits, speech.no_timestamps_id - 1));
  }

  /// Adds a window's segments; returns how many frames it is to the next window.
  std::size_t add(const Decoded &decoded, const Source &source, const SoundSegment &place,
                  std::size_t count, std::vector<SoundSegment> &segments) {
    // As Hugging Face, all of the window is aligned: times may lie behind the sound's end.
    std::vector<double> times;
    if (options.tokenTimes)
      times = tokenTimes(model, source, decoded.sequence.ids);
    const double offset = secondsOf(place.firstFrame);
    WindowCut cut = cutWindow(decoded.text, firstTimestamp(), secondsOf(count));
    for (const WindowCut::Piece &piece : cut.pieces) {
      SoundSegment &segment = segments.emplace_back(place);
      segment.begin = offset + piece.beginTime;
      segment.end = offset + piece.endTime;
      segment.ids.assign(decoded.text.begin() + std::ptrdiff_t(piece.begin),
                         decoded.text.begin() + std::ptrdiff_t(piece.end));
      for (std::size_t at = piece.begin; options.tokenTimes && at < piece.end; ++at)
        segment.tokenTimes.push_back(offset + times[decoded.promptLength + at]);
      if (model.table().text)
        segment.text = model.detokenize(withoutTimestamps(segment.ids));
      segment.temperature = decoded.temperature;
      segment.averageLogProbability = decoded.averageLogProbability;
      segment.compressionRatio = decoded.compressionRatio;
      segment.noSpeechProbability = decoded.noSpeechProbability;
      remember(segment.ids);
      if (found)
        found(segment);
    }
    return cut.next ? *cut.next * framesPerTimestamp() : count;
  }

  std::vector<Id> withoutTimestamps(std::vector<Id> ids) const {
    std::erase_if(ids, [&](Id id) { return id >= firstTimestamp(); });
    return ids;
  }

  void remember(const std::vector<Id> &ids) {
    previous.insert(previous.end(), ids.begin(), ids.end());
    if (previous.size() > mostPrevious())
      previous.erase(previous.begin(), previous.end() - std::ptrdiff_t(mostPrevious()));
  }

  static constexpr float kLowTemperature = 0.5f;
  /// Windows that are sampled again draw other numbers.
  static constexpr std::uint64_t kMostAttempts = 256;

  const Model &model;
  const transept_speech_defaults &speech;
  const SoundFeatures &sound;
  const SoundOptions &options;
  const std::function<void(const SoundSegment &)> &found;
  const SpeechOptions speechOptions;
  const Transcription prompts;
  const std::size_t window; // frames
  std::vector<Id> previous; // what was said last, at most as much as a prompt takes
  /// Whether it stands before the next window.
  bool conditions = options.conditionsOnPrevious;
};

} // namespace detail

/// What is said in a sound. `found` is called with each segment as soon as it is known, on the
/// calling thread; an exception ends the call with that exception. A sound of one window at most is
/// transcribed in one piece; its frames should be filled up with silence to sourceFeatureCount().
inline SoundTranscript
transcribeSound(const Model &model, const SoundFeatures &sound, const SoundOptions &options = {},
                const std::function<void(const SoundSegment &)> &found = {}) {
  return detail::SoundTranscription(model, sound, options, found).run();
}

} // namespace transept

#endif

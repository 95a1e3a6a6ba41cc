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
#include "transept/detail/SilenceCuts.h"
#include "transept/detail/WindowCut.h"
#include "transept/detail/WindowDecoder.h"

namespace transept {

namespace detail {

/// Transcribes one sound.
class SoundTranscription {
public:
  SoundTranscription(const Model &model, const SoundFeatures &sound, const SoundOptions &options,
                     const std::function<void(const SoundSegment &)> &found)
      : model(model), speech(speechOf(model)), sound(sound), options(options), found(found),
        speechOptions(withTimestamps(options)), prompts(model, speechOptions),
        decoder(model, options), window(model.sourceFeatureCount()), previous(beginning()) {
    check();
    transcript.language = options.speech.language;
  }

  SoundTranscript run() {
    // A sound of one window is transcribed in one piece.
    if (options.splitAtSilence && sound.frameCount > window)
      runTogether();
    else
      runInOrder();
    return std::move(transcript);
  }

private:
  /// Each window begins where the text of the one before ends.
  void runInOrder() {
    for (std::size_t number = 0, first = 0; first < sound.frameCount; ++number) {
      const std::size_t count = std::min(window, sound.frameCount - first);
      if (isStopped())
        return;
      std::vector<Source> source = encode({{first, count, read(first, count)}});
      if (source.empty())
        return;
      findLanguage(source.front());
      DecodedWindow decoded = decoder.decode(source, promptOf(language), number).front();
      conditions = options.conditionsOnPrevious && decoded.temperature < kLowTemperature;
      std::size_t next = count;
      if (!decoded.isSilence)
        next = add(decoded, source.front(), place(number, first), count);
      if (decoded.sequence.finishReason == FinishReason::Cancelled)
        return;
      first += sound.frameCount <= window ? count : next;
      if (isEndedAt(first))
        return;
    }
  }

  /// Windows end at silence, so that none needs the text of another.
  void runTogether() {
    SilenceCuts cuts(window, model.sourceFeatureWidth(), sound, *options.splitAtSilence,
                     double(framesPerTimestamp()) / secondsPerTimestamp);
    for (std::size_t number = 0;;) {
      std::vector<SoundWindow> windows;
      while (windows.size() < options.batchSize)
        if (std::optional<SoundWindow> next = cuts.next())
          windows.push_back(std::move(*next));
        else
          break;
      if (windows.empty() || isStopped())
        return;
      std::vector<Source> sources = encode(windows);
      if (sources.empty())
        return;
      findLanguage(sources.front());
      auto decoded = decoder.decode(sources, promptOf(language), number);
      bool isCancelled = false;
      for (std::size_t index = 0; index < windows.size(); ++index, ++number) {
        const DecodedWindow &each = decoded[index];
        isCancelled |= each.sequence.finishReason == FinishReason::Cancelled;
        if (!each.isSilence)
          add(each, sources[index], place(number, windows[index].first), windows[index].count);
        if (!isCancelled && isEndedAt(windows[index].first + windows[index].count))
          return;
      }
      if (isCancelled)
        return;
    }
  }

  /// Of the sound, in its first window.
  void findLanguage(const Source &source) {
    if (isLanguageKnown)
      return;
    language = prompts.languagesOfSources(std::span(&source, 1)).front();
    transcript.language = prompts.codeOf(language);
    isLanguageKnown = true;
  }

  SoundSegment place(std::size_t number, std::size_t first) const {
    SoundSegment place;
    place.language = transcript.language;
    place.window = number;
    place.firstFrame = first;
    return place;
  }

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
    refuseWhere(options.splitAtSilence && options.conditionsOnPrevious, "conditionsOnPrevious",
                "true", "false with splitAtSilence: windows are decoded together");
    if (options.splitAtSilence &&
        !(*options.splitAtSilence > 0 && std::isfinite(*options.splitAtSilence)))
      refuseSpeechOption("splitAtSilence", std::to_string(*options.splitAtSilence),
                         "decibels, more than 0");
    refuseWhere(options.batchSize == 0, "batchSize", "0", "1 or more");
    checkPreviousText();
  }

  void checkPreviousText() const {
    if (!options.conditionsOnPrevious && options.previousTextIsFor == PreviousText::AllWindows)
      refuseSpeechOption("previousTextIsFor", "AllWindows",
                         "FirstWindow unless conditionsOnPrevious is set");
    if (options.previousText.empty() && options.hotwords.empty() && !options.conditionsOnPrevious)
      return;
    if (speech.previous_text_id <= 0)
      throw Error(ErrorCode::Unsupported, std::string(model.name()) +
                                              " has no id for text before a window; a library of "
                                              "an older version must be compiled again");
    const bool hasHotwords = !options.hotwords.empty();
    if (std::size_t count = options.previousText.size() + options.hotwords.size();
        count > mostPrevious())
      refuseSpeechOption(hasHotwords ? "the length of hotwords and previousText"
                                     : "the length of previousText",
                         std::to_string(count),
                         "at most " + std::to_string(mostPrevious()) +
                             ": the text of a window needs positions, too");
    auto checkIds = [&](const std::vector<Id> &ids, const char *name) {
      for (Id id : ids)
        if (id < 0 || id >= firstTimestamp())
          refuseSpeechOption(name, std::to_string(id),
                             "one of a text, 0 to " + std::to_string(firstTimestamp() - 1));
    };
    checkIds(options.previousText, "an id of previousText");
    checkIds(options.hotwords, "an id of hotwords");
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
    return generate.stop.stop_requested() && isPartKept();
  }

  bool isPartKept() const {
    if (!options.speech.generate.keepPartial)
      throw Error(ErrorCode::Cancelled, "the call was asked to stop");
    return true;
  }

  /// Says that so many frames are done; the rest as isStopped.
  bool isEndedAt(std::size_t frames) const {
    if (!options.onProgress)
      return false;
    const double total = sound.seconds > 0 ? sound.seconds : secondsOf(sound.frameCount);
    const double done = frames < sound.frameCount ? std::min(secondsOf(frames), total) : total;
    return !options.onProgress(done, total) && isPartKept();
  }

  std::vector<float> read(std::size_t first, std::size_t count) const {
    std::vector<float> features = sound.read(first, count);
    checkFeatureCount(features.size(), count, model.sourceFeatureWidth());
    return features;
  }

  /// Zeros, and not silence, fill up what is shorter than a window. Nothing where the call is to
  /// return what there is.
  std::vector<Source> encode(std::vector<SoundWindow> windows) {
    std::vector<SourceInput> inputs;
    inputs.reserve(windows.size());
    for (SoundWindow &each : windows) {
      each.features.resize(window * model.sourceFeatureWidth());
      inputs.push_back({.ids = {}, .features = each.features});
    }
    try {
      if (options.draft)
        decoder.setDraftSources(options.draft->encodeBatch(inputs, options.speech.generate.stop));
      return model.encodeBatch(inputs, options.speech.generate.stop);
    } catch (const Error &error) {
      if (error.code() == ErrorCode::Cancelled && isStopped())
        return {};
      throw;
    }
  }

  std::vector<Id> promptOf(std::size_t language) const {
    const std::vector<Id> begin = prompts.prompt(language);
    std::vector<Id> prompt;
    auto append = [&](auto &&ids) { prompt.insert(prompt.end(), ids.begin(), ids.end()); };
    const bool isConditioned = conditions && !previous.empty();
    const bool isForAll = options.previousTextIsFor == PreviousText::AllWindows;
    if (isConditioned || !options.previousText.empty() || !options.hotwords.empty())
      prompt.push_back(speech.previous_text_id);
    append(options.hotwords);
    if (!options.previousText.empty() && (isForAll || !isConditioned))
      append(options.previousText);
    if (isConditioned) {
      // Where both would leave no room for any text, the older part is forgotten.
      std::size_t room = model.maximumTargetLength() - 1 - prompt.size() - begin.size();
      std::size_t kept =
          std::min({previous.size(), mostPrevious() - options.hotwords.size(), room});
      append(std::span(previous).last(kept));
    }
    append(begin);
    return prompt;
  }

  /// Adds a window's segments; returns how many frames it is to the next window.
  std::size_t add(const DecodedWindow &decoded, const Source &source, const SoundSegment &place,
                  std::size_t count) {
    // As Hugging Face, all of the window is aligned: times may lie behind the sound's end.
    const bool isCutAtSilence = options.splitAtSilence && sound.frameCount > window;
    const double all = std::numeric_limits<double>::infinity();
    std::vector<double> times;
    if (options.tokenTimes)
      times =
          tokenTimes(model, source, decoded.sequence.ids, isCutAtSilence ? secondsOf(count) : all);
    const double offset = secondsOf(place.firstFrame);
    WindowCut cut = cutWindow(decoded.text, firstTimestamp(), secondsOf(count),
                              isCutAtSilence ? WindowRest::IsKept : WindowRest::ComesAgain);
    for (const WindowCut::Piece &piece : cut.pieces) {
      SoundSegment &segment = transcript.segments.emplace_back(place);
      segment.begin = offset + piece.beginTime;
      segment.end = offset + piece.endTime;
      segment.ids.assign(decoded.text.begin() + std::ptrdiff_t(piece.begin),
                         decoded.text.begin() + std::ptrdiff_t(piece.end));
      for (std::size_t at = piece.begin; options.tokenTimes && at < piece.end; ++at)
        segment.tokenTimes.push_back(offset + times[decoded.promptLength + at]);
      segment.tokenScores.assign(decoded.sequence.tokenScores.begin() + std::ptrdiff_t(piece.begin),
                                 decoded.sequence.tokenScores.begin() + std::ptrdiff_t(piece.end));
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

  const Model &model;
  const transept_speech_defaults &speech;
  const SoundFeatures &sound;
  const SoundOptions &options;
  const std::function<void(const SoundSegment &)> &found;
  const SpeechOptions speechOptions;
  const Transcription prompts;
  WindowDecoder decoder;
  const std::size_t window; // frames
  SoundTranscript transcript;
  bool isLanguageKnown = false;
  std::size_t language = 0;
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

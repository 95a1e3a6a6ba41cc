// SPDX-License-Identifier: Apache-2.0
//
// Several temperatures are of no use without a judge, so they bring the thresholds that Hugging
// Face recommends.

#include "commands/SoundFlags.h"

#include "commands/Checks.h"
#include "media/TranscriptWriter.h"
#include "media/library/CompressedSize.h"

namespace transept::commands {

namespace {

constexpr double kCompressionRatio = 1.35, kLogProbability = -1;
constexpr int kSilence = 40; // decibels

CLI::Validator finite() {
  auto check = [](const std::string &text) -> std::string {
    double value = 0;
    if (CLI::detail::lexical_cast(text, value) && std::isfinite(value))
      return "";
    return "expects a number, but got " + text;
  };
  return CLI::Validator(check, "a number");
}

} // namespace

void SoundFlags::addTo(CLI::App &command) {
  const char *group = "Models of speech";
  auto add = [&](const char *flag, auto &field, const std::string &help) {
    return command.add_option(flag, field, help)->group(group);
  };
  add("--offset", begin, "leave out so many seconds of the sound [0]")->check(notNegative());
  add("--duration", length, "transcribe so many seconds of the sound at most [all]")
      ->check(notNegative());
  add("--format", formatName,
      "write the transcript as text, subtitles, a table or JSON, with the fields that are usual")
      ->check(oneOf(media::transcriptFormats()));
  add("--output-folder", folderName,
      "with --format: write FOLDER/NAME.FORMAT for each file, not standard output")
      ->type_name("FOLDER");
  add("--raw-rate", rawRate,
      "files are samples without a header, so many of each channel a second, e.g. 16000")
      ->check(between(1000, 768000));
  add("--raw-format", rawFormat,
      "what raw samples are: signed integers of 16 bits, or floats of 32, little-endian [s16le]")
      ->check(oneOf({"s16le", "f32le"}));
  add("--raw-channels", rawChannels, "channels of raw samples, interleaved; they are averaged [1]")
      ->check(between(1, 64));
  add("--hotwords", hotwords,
      "words to stand before each window, before all other text: names and how they are written");
  command
      .add_flag("--split-at-silence", splits,
                "let windows end where the sound is silent, and decode as many together as --batch "
                "says: faster; silence between them is left out")
      ->group(group);
  add("--silence-level", silenceLevel,
      "silent is what is so many decibels below the loudest so far; needs --split-at-silence [40]")
      ->check(between(1, 200));
  add("--initial-prompt", prompt, "text to stand before the first window: names, spelling, style");
  command
      .add_flag("--prompt-all-windows", promptsAll,
                "the initial prompt stands before each window; needs --condition-on-previous")
      ->group(group);
  command
      .add_flag("--condition-on-previous", conditions,
                "let what was said stand before the next window")
      ->group(group);
  add("--temperatures", temperatures,
      "how windows are searched: at 0 greedily, above by sampling; the next one where the result "
      "is poor by a threshold, e.g. 0,0.2,0.4,0.6,0.8,1 [0]")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(notNegative());
  add("--compression-ratio-threshold", compressionRatio,
      "poor: the bytes of its ids compress by more than this [1.35 with several temperatures]")
      ->check(notNegative());
  add("--logprob-threshold", logProbability,
      "poor: its ids' mean log-probability is below this [-1 with several temperatures]")
      ->check(finite());
  add("--no-speech-threshold", noSpeech,
      "a window is silence if that is more likely than this, and its text is unlikely by "
      "--logprob-threshold [none is]")
      ->check(notNegative());
}

std::string SoundFlags::firstGiven() const {
  return begin                   ? "--offset"
         : length                ? "--duration"
         : !formatName.empty()   ? "--format"
         : !folderName.empty()   ? "--output-folder"
         : rawRate               ? "--raw-rate"
         : !rawFormat.empty()    ? "--raw-format"
         : rawChannels           ? "--raw-channels"
         : !hotwords.empty()     ? "--hotwords"
         : splits                ? "--split-at-silence"
         : silenceLevel          ? "--silence-level"
         : !prompt.empty()       ? "--initial-prompt"
         : promptsAll            ? "--prompt-all-windows"
         : conditions            ? "--condition-on-previous"
         : !temperatures.empty() ? "--temperatures"
         : compressionRatio      ? "--compression-ratio-threshold"
         : logProbability        ? "--logprob-threshold"
         : noSpeech              ? "--no-speech-threshold"
                                 : "";
}

features::SoundPart SoundFlags::part() const {
  features::SoundPart part;
  part.begin = offset();
  part.length = length.value_or(part.length);
  return part;
}

std::optional<features::RawFormat> SoundFlags::raw() const {
  if (!rawRate && (!rawFormat.empty() || rawChannels))
    throw CLI::ValidationError(rawChannels ? "--raw-channels" : "--raw-format", "needs --raw-rate");
  if (!rawRate)
    return std::nullopt;
  return features::RawFormat{.pcm = {.sampleRate = *rawRate, .channels = rawChannels.value_or(1)},
                             .kind = rawFormat == "f32le" ? features::RawKind::F32
                                                          : features::RawKind::S16};
}

/// As Hugging Face's get_prompt_ids: the text stands behind a blank.
std::vector<Id> SoundFlags::idsOf(const char *flag, const std::string &text,
                                  const text::Tokenizer *tokenizer) {
  if (text.empty())
    return {};
  if (!tokenizer)
    throw CLI::ValidationError(flag, "needs a tokenizer, which the library lacks");
  return tokenizer->encodeTarget(" " + text, {.addSpecialTokens = false});
}

void SoundFlags::splitAtSilence(SoundOptions &options, std::optional<size_t> batchSize) const {
  if (silenceLevel && !splits)
    throw CLI::ValidationError("--silence-level", "needs --split-at-silence");
  if (!splits)
    return;
  if (conditions)
    throw CLI::ValidationError("--split-at-silence",
                               "cannot be combined with --condition-on-previous: windows are "
                               "decoded together");
  options.splitAtSilence = silenceLevel.value_or(kSilence);
  options.batchSize = batchSize.value_or(options.batchSize);
}

SoundOptions SoundFlags::resolve(const SpeechOptions &speech, std::optional<size_t> batchSize,
                                 const text::Tokenizer *tokenizer) const {
  if (!folderName.empty() && formatName.empty())
    throw CLI::ValidationError("--output-folder", "needs --format");
  if (!formatName.empty() && !tokenizer)
    throw CLI::ValidationError("--format", "needs a tokenizer, which the library lacks");
  if (promptsAll && (prompt.empty() || !conditions))
    throw CLI::ValidationError("--prompt-all-windows",
                               "needs --initial-prompt and --condition-on-previous");
  SoundOptions options{.speech = speech};
  GenerateOptions &generate = options.speech.generate;
  if (!temperatures.empty() && (generate.sample || generate.temperature))
    throw CLI::ValidationError("--temperatures", "says what --sample and --temperature say");
  options.temperatures = temperatures;
  if (temperatures.empty())
    options.temperatures = {generate.sample.value_or(false) ? generate.temperature.value_or(1) : 0};
  generate.sample.reset();
  generate.temperature.reset();
  options.compressionRatioThreshold = compressionRatio;
  options.logProbabilityThreshold = logProbability;
  if (temperatures.size() > 1 && !compressionRatio && !logProbability) {
    options.compressionRatioThreshold = kCompressionRatio;
    options.logProbabilityThreshold = kLogProbability;
  }
  options.noSpeechThreshold = noSpeech;
  options.compressedSize = media::compressedSize;
  options.conditionsOnPrevious = conditions;
  options.previousText = idsOf("--initial-prompt", prompt, tokenizer);
  options.hotwords = idsOf("--hotwords", hotwords, tokenizer);
  splitAtSilence(options, batchSize);
  if (promptsAll)
    options.previousTextIsFor = PreviousText::AllWindows;
  return options;
}

} // namespace transept::commands

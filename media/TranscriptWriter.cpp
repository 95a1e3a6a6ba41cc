// SPDX-License-Identifier: Apache-2.0
//
// After the result writers of openai-whisper (whisper/utils.py).

#include "media/TranscriptWriter.h"

#include "media/text/Unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace transept::media {

namespace {

using Json = nlohmann::ordered_json;

/// Seconds as "01:02:03,456"; hours that are 0 may be left out.
std::string clock(double seconds, bool alwaysHasHours, char point) {
  auto left = std::llround(std::max(0.0, seconds) * 1000);
  auto take = [&](long long unit) {
    long long count = left / unit;
    left %= unit;
    return count;
  };
  long long hours = take(3'600'000), minutes = take(60'000), whole = take(1000);
  std::string text = alwaysHasHours || hours != 0 ? fmt::format("{:02}:", hours) : "";
  return text + fmt::format("{:02}:{:02}{}{:03}", minutes, whole, point, left);
}

/// Lines of a subtitle: an arrow would look like its times.
std::string subtitle(const std::string &text) {
  std::string result(text::strip(text));
  for (size_t at = result.find("-->"); at != result.npos; at = result.find("-->", at))
    result.replace(at, 3, "->");
  return result;
}

std::string cell(const std::string &text) {
  std::string result(text::strip(text));
  std::ranges::replace(result, '\t', ' ');
  std::ranges::replace(result, '\n', ' ');
  return result;
}

Json optional(const std::optional<double> &number) {
  return number ? Json(*number) : Json(nullptr);
}

/// Without the digits that binary fractions add.
double rounded(double number) {
  return std::round(number * 1000) / 1000;
}

} // namespace

const std::vector<std::string> &transcriptFormats() {
  static const std::vector<std::string> formats = {"txt", "srt", "vtt", "tsv", "json"};
  return formats;
}

nlohmann::ordered_json segmentJson(const WrittenSegment &written, size_t number) {
  const SoundSegment &segment = written.segment;
  Json object = {{"id", number},
                 {"seek", segment.firstFrame},
                 {"start", rounded(segment.begin)},
                 {"end", rounded(segment.end)},
                 {"text", written.text},
                 {"tokens", segment.ids},
                 {"temperature", rounded(segment.temperature)},
                 {"avg_logprob", segment.averageLogProbability},
                 {"compression_ratio", optional(segment.compressionRatio)},
                 {"no_speech_prob", optional(segment.noSpeechProbability)}};
  for (const TimedText &word : written.words)
    object["words"].push_back({{"word", word.text},
                               {"start", rounded(word.begin)},
                               {"end", rounded(word.end)},
                               {"probability", rounded(word.probability())}});
  return object;
}

std::string TranscriptWriter::begin() const {
  return format == "vtt" ? "WEBVTT\n\n" : format == "tsv" ? "start\tend\ttext\n" : "";
}

std::string TranscriptWriter::add(const WrittenSegment &written) {
  const SoundSegment &segment = written.segment;
  ++count;
  if (format == "srt")
    return fmt::format("{}\n{} --> {}\n{}\n\n", count, clock(segment.begin, true, ','),
                       clock(segment.end, true, ','), subtitle(written.text));
  if (format == "vtt")
    return fmt::format("{} --> {}\n{}\n\n", clock(segment.begin, false, '.'),
                       clock(segment.end, false, '.'), subtitle(written.text));
  if (format == "tsv")
    return fmt::format("{}\t{}\t{}\n", std::llround(segment.begin * 1000),
                       std::llround(segment.end * 1000), cell(written.text));
  if (format == "txt")
    return fmt::format("{}\n", text::strip(written.text));
  text += written.text;
  segments.push_back(segmentJson(written, count - 1));
  return "";
}

std::string TranscriptWriter::end(const std::string &language) const {
  if (format != "json")
    return "";
  Json object = {{"text", text}, {"segments", segments}, {"language", language}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace transept::media

// SPDX-License-Identifier: Apache-2.0
//
// Fields of JSON keep their order, so that lines can be compared as texts.

#include "commands/GenerateResults.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace transept::commands {

namespace {

using Json = nlohmann::ordered_json;

std::string lineOf(const Json &object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Hundredths of seconds.
double rounded(double seconds) {
  return std::round(seconds * 100) / 100;
}

std::string oneLine(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text + "\n";
}

/// What a line has behind a tab.
std::string tokenScoresOf(const ResultFormat &format, const Sequence &sequence) {
  if (!format.showsTokenScores)
    return "";
  return fmt::format("\t{:.4f}", fmt::join(sequence.tokenScores, " "));
}

std::string textOf(const ResultFormat &format, const Result &result) {
  return result.transcript ? result.transcript->text
                           : format.tokenizer->decode(result.sequence.ids);
}

Json toJson(const std::vector<media::TimedText> &texts) {
  Json list = Json::array();
  for (const media::TimedText &each : texts)
    list.push_back(
        {{"begin", rounded(each.begin)}, {"end", rounded(each.end)}, {"text", each.text}});
  return list;
}

/// An object that says which source it is about.
Json objectOf(const GenerateSource &source) {
  Json object;
  if (source.file.empty())
    object["line"] = source.line;
  else
    object["file"] = source.file;
  return object;
}

const char *nameOf(FinishReason reason) {
  switch (reason) {
  case FinishReason::End:
    return "end";
  case FinishReason::Stop:
    return "stop";
  default:
    return "length";
  }
}

Json toJson(const ResultFormat &format, const Result &result) {
  Json object = objectOf(result.source);
  object["rank"] = result.rank;
  object["ids"] = result.sequence.ids;
  if (format.tokenizer)
    object["text"] = textOf(format, result);
  object["score"] = result.sequence.score;
  if (format.showsTokenScores)
    object["tokenScores"] = result.sequence.tokenScores;
  object["finished"] = nameOf(result.sequence.finishReason);
  if (result.transcript) {
    if (!result.transcript->language.empty())
      object["language"] = result.transcript->language;
    if (!result.transcript->segments.empty())
      object["segments"] = toJson(result.transcript->segments);
    if (!result.transcript->words.empty())
      object["words"] = toJson(result.transcript->words);
  }
  if (result.attention)
    object["attention"] = result.attention->toJson();
  return object;
}

} // namespace

std::string formatProblem(const ResultFormat &format, const GenerateSource &source,
                          const std::string &problem, size_t count) {
  if (!format.isJson)
    return std::string(count, '\n');
  Json object = objectOf(source);
  object["error"] = problem;
  return lineOf(object);
}

std::string formatResult(const ResultFormat &format, const Result &result) {
  if (format.isJson)
    return lineOf(toJson(format, result));
  if (format.showsIds)
    return fmt::format("{}{}\n", fmt::join(result.sequence.ids, " "),
                       tokenScoresOf(format, result.sequence));
  if (!result.transcript || !result.transcript->wantsTimes)
    return oneLine(textOf(format, result) + tokenScoresOf(format, result.sequence));
  std::string lines;
  const TranscriptText &times = *result.transcript;
  for (const media::TimedText &each : times.words.empty() ? times.segments : times.words)
    lines += fmt::format("[{:.2f} --> {:.2f}] {}", each.begin, each.end, oneLine(each.text));
  return lines;
}

} // namespace transept::commands

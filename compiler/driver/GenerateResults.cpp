// SPDX-License-Identifier: Apache-2.0
//
// Fields of JSON keep their order, so that lines can be compared as texts.

#include "compiler/driver/GenerateResults.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace transept::driver {

namespace {

using Json = nlohmann::ordered_json;

Json toJson(const ResultFormat &format, const Result &result) {
  Json object;
  if (result.source.file.empty())
    object["line"] = result.source.line;
  else
    object["file"] = result.source.file;
  object["rank"] = result.rank;
  object["ids"] = result.sequence.ids;
  if (format.tokenizer)
    object["text"] = format.tokenizer->decode(result.sequence.ids);
  object["score"] = result.sequence.score;
  object["finished"] = result.sequence.finishReason == FinishReason::End ? "end" : "length";
  if (result.attention)
    object["attention"] = result.attention->toJson();
  return object;
}

} // namespace

std::string formatResult(const ResultFormat &format, const Result &result) {
  if (format.isJson)
    return toJson(format, result).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  if (format.showsIds)
    return fmt::format("{}\n", fmt::join(result.sequence.ids, " "));
  std::string text = format.tokenizer->decode(result.sequence.ids);
  std::ranges::replace(text, '\n', ' ');
  return text + "\n";
}

} // namespace transept::driver

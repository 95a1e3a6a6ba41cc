// SPDX-License-Identifier: Apache-2.0
//
// Vocabularies have more keys than base/Json.h could look up one after another, so objects are
// sorted here. A callback watches the depth, because the parser would use the stack without bound.

#include "media/tokenizers/BoundedJson.h"

#include "base/Error.h"
#include "base/Json.h"
#include "base/PointerFile.h"

#include <fmt/format.h>
#include <limits>
#include <optional>

namespace transept::text {

namespace {

Json parse(std::string_view text, std::string_view name, int maximumDepth,
           std::optional<std::string_view> onlyMember) {
  if (int64_t limit = JsonLimits().bytes; int64_t(text.size()) > limit)
    throw InputError(
        fmt::format("{}: {} bytes of JSON, at most {} are allowed", name, text.size(), limit));
  refusePointerFile(text, std::string(name));
  auto check = [&](int depth, Json::parse_event_t event, Json &value) {
    if (depth > maximumDepth)
      throw InputError(fmt::format("{}: nested deeper than {} levels", name, maximumDepth));
    return !onlyMember || depth != 1 || event != Json::parse_event_t::key || value == *onlyMember;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception &error) {
    throw InputError(fmt::format("{}: {}", name, error.what()));
  }
}

} // namespace

Json parseValue(std::string_view text, std::string_view name) {
  constexpr int maximumDepth = 16;
  return parse(text, name, maximumDepth, std::nullopt);
}

Json parseMember(std::string_view text, std::string_view name, std::string_view member) {
  Json json = parse(text, name, JsonLimits().depth, member);
  if (!json.is_object())
    throw InputError(fmt::format("{}: not a JSON object", name));
  auto found = json.find(member);
  return found == json.end() ? Json() : *found;
}

Json parseObject(std::string_view text, std::string_view name) {
  Json json = parseValue(text, name);
  if (!json.is_object())
    throw InputError(fmt::format("{}: not a JSON object", name));
  return json;
}

int32_t parseId(const Json &json, const std::string &where) {
  if (!json.is_number_integer() || json < 0 || json > std::numeric_limits<int32_t>::max())
    throw InputError(fmt::format("{}: found {}, which is not a token id", where, quote(json)));
  return json.get<int32_t>();
}

std::string quote(const Json &json) {
  constexpr size_t maximumLength = 60;
  std::string text = json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
  return text.size() <= maximumLength ? text : text.substr(0, maximumLength) + "...";
}

} // namespace transept::text

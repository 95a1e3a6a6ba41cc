// SPDX-License-Identifier: Apache-2.0
//
// Bounds are checked while parsing, by nlohmann's callback, so that a hostile document is refused
// before it has been built.

#include "base/Json.h"

#include "base/Error.h"
#include "base/PointerFile.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept {

using Json = nlohmann::ordered_json;

Json parseJson(std::string_view text, const std::string &origin, JsonLimits limits) {
  if (int64_t(text.size()) > limits.bytes)
    throw InputError(fmt::format("{}: {} bytes of JSON, at most {} are allowed", origin,
                                 text.size(), limits.bytes));
  refusePointerFile(text, origin);
  std::vector<std::set<std::string>> keys;
  Json::parser_callback_t check = [&](int depth, Json::parse_event_t event, Json &value) {
    // Nobody tells the end of what is left out.
    keys.resize(std::min(keys.size(), size_t(depth)));
    switch (event) {
    case Json::parse_event_t::object_start:
    case Json::parse_event_t::array_start:
      keys.emplace_back();
      if (int(keys.size()) > limits.depth)
        throw InputError(fmt::format(
            "{}: JSON is nested deeper than the {} levels that are allowed", origin, limits.depth));
      break;
    case Json::parse_event_t::key:
      if (!keys.back().insert(value.get_ref<const std::string &>()).second)
        throw InputError(
            fmt::format("{}: the key {} occurs twice in one object", origin, quoteJson(value)));
      if (keys.size() == 1 && limits.onlyMember && value != *limits.onlyMember)
        return false;
      break;
    default:
      break;
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception &error) {
    // The library's text says line, column and what was expected; it starts with its own error id.
    std::string_view reason = error.what();
    if (size_t end = reason.find("] "); end != std::string_view::npos)
      reason.remove_prefix(end + 2);
    throw InputError(fmt::format("{}: not valid JSON: {}", origin, reason));
  }
}

std::string quoteJson(const Json &value) {
  constexpr size_t longest = 80;
  if (value.is_object() && value.size() > 4)
    return fmt::format("an object of {} keys", value.size());
  if (value.is_array() && value.size() > 8)
    return fmt::format("an array of {} values", value.size());
  std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
  return text.size() <= longest ? text : text.substr(0, longest) + "...";
}

std::string quoteText(std::string_view text) {
  return quoteJson(Json(std::string(text)));
}

void refuseValue(const Json &value, const std::string &where, const std::string &allowed) {
  throw InputError(fmt::format("{}: found {}, allowed is {}", where, quoteJson(value), allowed));
}

int64_t toInteger(const Json &value, const std::string &where, IntegerRange range) {
  const IntegerRange all;
  auto describe = [&]() -> std::string {
    if (range.minimum == all.minimum && range.maximum == all.maximum)
      return "an integer";
    if (range.maximum == all.maximum)
      return fmt::format("an integer from {} up", range.minimum);
    return fmt::format("an integer from {} to {}", range.minimum, range.maximum);
  };
  if (!value.is_number_integer())
    refuseValue(value, where, describe());
  if (value.is_number_unsigned() &&
      value.get<uint64_t>() > uint64_t(std::numeric_limits<int64_t>::max()))
    refuseValue(value, where, describe());
  auto number = value.get<int64_t>();
  if (number < range.minimum || number > range.maximum)
    refuseValue(value, where, describe());
  return number;
}

double toNumber(const Json &value, const std::string &where, NumberRange range) {
  const NumberRange all;
  std::string allowed = "a number";
  if (range.minimum != all.minimum)
    allowed += fmt::format(" from {:g}", range.minimum);
  if (range.maximum != all.maximum)
    allowed += fmt::format(" up to {:g}", range.maximum);
  if (!value.is_number())
    refuseValue(value, where, allowed);
  auto number = value.get<double>();
  if (!std::isfinite(number) || number < range.minimum || number > range.maximum)
    refuseValue(value, where, allowed);
  return number;
}

bool toBoolean(const Json &value, const std::string &where) {
  if (!value.is_boolean())
    refuseValue(value, where, "true or false");
  return value.get<bool>();
}

std::string toText(const Json &value, const std::string &where) {
  if (!value.is_string())
    refuseValue(value, where, "a string");
  return value.get<std::string>();
}

JsonFields::JsonFields(const Json &object, std::string origin)
    : object(object), file(std::move(origin)) {
  if (!object.is_object())
    throw InputError(fmt::format("{}: found {}, allowed is an object", file, quoteJson(object)));
}

const Json *JsonFields::find(const std::string &key) {
  readKeys.insert(key);
  auto field = object.find(key);
  return field == object.end() || field->is_null() ? nullptr : &*field;
}

bool JsonFields::contains(const std::string &key) const {
  return object.contains(key);
}

std::string JsonFields::where(const std::string &key) const {
  return file + ": " + key;
}

int64_t JsonFields::integer(const std::string &key, int64_t fallback, IntegerRange range) {
  const Json *value = find(key);
  return value ? toInteger(*value, where(key), range) : fallback;
}

double JsonFields::number(const std::string &key, double fallback, NumberRange range) {
  const Json *value = find(key);
  return value ? toNumber(*value, where(key), range) : fallback;
}

bool JsonFields::boolean(const std::string &key, bool fallback) {
  const Json *value = find(key);
  return value ? toBoolean(*value, where(key)) : fallback;
}

std::string JsonFields::text(const std::string &key, const std::string &fallback) {
  const Json *value = find(key);
  return value ? toText(*value, where(key)) : fallback;
}

std::optional<int64_t> JsonFields::optionalInteger(const std::string &key, IntegerRange range) {
  const Json *value = find(key);
  if (!value)
    return std::nullopt;
  return toInteger(*value, where(key), range);
}

void JsonFields::markRead(const std::string &key) {
  readKeys.insert(key);
}

std::vector<std::string> JsonFields::unreadKeys() const {
  std::vector<std::string> keys;
  for (const auto &[key, value] : object.items())
    if (!readKeys.contains(key))
      keys.push_back(key);
  return keys;
}

} // namespace transept

// SPDX-License-Identifier: Apache-2.0
//
// Depth and repeated keys are checked while parsing, before a hostile document has been built.

#include "media/preprocessor/ConfigFields.h"

#include "base/Error.h"
#include "base/ModelFolder.h"
#include "base/PointerFile.h"

#include <cmath>
#include <fmt/format.h>

namespace transept::features {

namespace {

using Json = ConfigFields::Json;

// Old files carry a whole filter bank.
constexpr size_t maximumBytes = size_t(16) << 20;
constexpr size_t maximumDepth = 16;

Json parse(std::string_view text, const std::string &name) {
  if (text.size() > maximumBytes)
    throw InputError(
        fmt::format("{}: {} bytes, at most {} are allowed", name, text.size(), maximumBytes));
  refusePointerFile(text, name);
  std::vector<std::set<std::string>> keys;
  Json::parser_callback_t check = [&](int, Json::parse_event_t event, Json &value) {
    if (event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start) {
      keys.emplace_back();
      if (keys.size() > maximumDepth)
        throw InputError(fmt::format("{}: nested deeper than {} levels", name, maximumDepth));
    } else if (event == Json::parse_event_t::object_end ||
               event == Json::parse_event_t::array_end) {
      keys.pop_back();
    } else if (event == Json::parse_event_t::key &&
               !keys.back().insert(value.get<std::string>()).second) {
      throw InputError(fmt::format("{}: a field occurs twice: {}", name, value.get<std::string>()));
    }
    return true;
  };
  try {
    Json json = Json::parse(text, check);
    if (!json.is_object())
      throw InputError(fmt::format("{}: not a JSON object", name));
    return json;
  } catch (const Json::exception &error) {
    throw InputError(fmt::format("{}: not valid JSON: {}", name, error.what()));
  }
}

} // namespace

ConfigFields::ConfigFields(std::string_view text, std::string name)
    : name(std::move(name)), object(parse(text, this->name)) {
  for (const char *key : extractorObjects)
    if (auto nested = object.find(key); nested != object.end() && nested->is_object()) {
      this->name += std::string(": ") + key;
      object = Json(std::move(*nested));
      return;
    }
}

const Json *ConfigFields::find(const std::string &key) {
  readKeys.insert(key);
  auto field = object.find(key);
  return field == object.end() || field->is_null() ? nullptr : &*field;
}

bool ConfigFields::isNull(const std::string &key) const {
  auto field = object.find(key);
  return field != object.end() && field->is_null();
}

bool ConfigFields::boolean(const std::string &key, bool fallback) {
  const Json *value = find(key);
  if (value && !value->is_boolean())
    refuse(key, *value, "true or false");
  return value ? value->get<bool>() : fallback;
}

size_t ConfigFields::integer(const std::string &key, size_t fallback, size_t minimum,
                             size_t maximum) {
  const Json *value = find(key);
  return value ? integer(*value, key, minimum, maximum) : fallback;
}

size_t ConfigFields::integer(const Json &value, const std::string &where, size_t minimum,
                             size_t maximum) const {
  // Not unsigned: negative, or no integer at all.
  if (!value.is_number_unsigned() || value.get<uint64_t>() < minimum ||
      value.get<uint64_t>() > maximum)
    refuse(where, value, fmt::format("an integer from {} to {}", minimum, maximum));
  return value.get<size_t>();
}

std::string ConfigFields::text(const std::string &key, const std::string &fallback) {
  const Json *value = find(key);
  if (value && !value->is_string())
    refuse(key, *value, "a string");
  return value ? value->get<std::string>() : fallback;
}

double ConfigFields::number(const Json &value, const std::string &where) const {
  if (!value.is_number() || !std::isfinite(value.get<double>()))
    refuse(where, value, "a finite number");
  return value.get<double>();
}

void ConfigFields::ignore(std::initializer_list<const char *> keys) {
  readKeys.insert(keys.begin(), keys.end());
}

std::vector<std::string> ConfigFields::unreadKeys() const {
  std::vector<std::string> keys;
  for (const auto &[key, value] : object.items())
    if (!readKeys.contains(key))
      keys.push_back(key);
  return keys;
}

void ConfigFields::refuse(const std::string &where, const Json &found,
                          const std::string &allowed) const {
  constexpr size_t longest = 80;
  std::string text = found.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
  if (text.size() > longest)
    text = text.substr(0, longest) + "...";
  throw InputError(fmt::format("{}: {}: found {}, allowed is {}", name, where, text, allowed));
}

} // namespace transept::features

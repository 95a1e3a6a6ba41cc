// SPDX-License-Identifier: Apache-2.0
//
// Every key is read by name; one that nobody knows is an error, because it is likely a misspelt
// one.

#include "serve/Configuration.h"

#include "base/Error.h"
#include "base/Json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace transept::serve {

namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kLargestFile = 1 << 20;

/// A file that is an object, as a whole or in part.
const Json &object(const Json &value, const std::string &where) {
  if (!value.is_object())
    refuseValue(value, where, "an object");
  return value;
}

void refuseUnread(const JsonFields &fields) {
  std::vector<std::string> unread = fields.unreadKeys();
  if (!unread.empty())
    throw InputError(fmt::format("{}: found {}, which is no key here", fields.origin(),
                                 quoteText(unread.front())));
}

std::vector<std::string> texts(JsonFields &fields, const std::string &key) {
  std::vector<std::string> result;
  const Json *list = fields.find(key);
  if (!list)
    return result;
  if (!list->is_array())
    refuseValue(*list, fields.where(key), "a list of texts");
  for (const Json &each : *list)
    result.push_back(toText(each, fields.where(key)));
  return result;
}

std::map<std::string, std::string> textsByName(JsonFields &fields, const std::string &key) {
  std::map<std::string, std::string> result;
  if (const Json *given = fields.find(key))
    for (const auto &[name, value] : object(*given, fields.where(key)).items())
      result[name] = toText(value, fields.where(key) + "." + name);
  return result;
}

ModelSettings readModel(const Json &json, const std::string &where) {
  if (json.is_string())
    return {.library = json.get<std::string>()};
  JsonFields fields(object(json, where), where);
  ModelSettings model;
  model.library = fields.text("library", "");
  model.sourceLanguages = texts(fields, "sourceLanguages");
  model.targetLanguages = texts(fields, "targetLanguages");
  model.languageNames = textsByName(fields, "languageNames");
  model.targetPrefixes = textsByName(fields, "targetPrefixes");
  model.splitsSentences = fields.boolean("splitsSentences", true);
  model.level = fields.text("level", "");
  for (auto [key, field] : {std::pair("encoderCacheBytes", &model.encoderCacheBytes),
                            std::pair("selfCacheBytes", &model.selfCacheBytes)})
    if (auto bytes = fields.optionalInteger(key, {.minimum = 0}))
      *field = uint64_t(*bytes);
  refuseUnread(fields);
  if (model.library.empty())
    throw InputError(where + ": expects \"library\", the file of a compiled model");
  return model;
}

ApiKey readKey(const Json &json, const std::string &where, size_t number) {
  JsonFields fields(object(json, where), where);
  ApiKey key;
  key.key = fields.text("key", "");
  key.name = fields.text("name", fmt::format("key {}", number));
  key.weight = fields.number("weight", 1, {.minimum = 1e-3, .maximum = 1e3});
  key.priority = int(fields.integer("priority", 0, {.minimum = -1000, .maximum = 1000}));
  refuseUnread(fields);
  if (key.key.size() < 8)
    throw InputError(where + ": expects \"key\" with 8 characters or more");
  return key;
}

void readLimits(const Json &json, const std::string &where, Limits &limits) {
  JsonFields fields(object(json, where), where);
#define LIMIT(name, flag, value, minimum, maximum, help)                                           \
  limits.name = uint64_t(fields.integer(#name, int64_t(limits.name), {minimum, maximum}));
#include "serve/limits.inc"
#undef LIMIT
  refuseUnread(fields);
}

} // namespace

void checkModelName(const std::string &name, const std::string &where) {
  bool isName = !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [](char each) {
    return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'z') ||
           (each >= 'A' && each <= 'Z') || each == '.' || each == '_' || each == '-';
  });
  if (!isName)
    throw InputError(fmt::format("{}: the model's name is {}, but must be 1 to 128 letters, digits "
                                 "and ._-, because it is a part of paths",
                                 where, quoteText(name)));
}

void readConfiguration(const Json &json, const std::string &origin, Configuration &configuration) {
  JsonFields fields(object(json, origin), origin);
  configuration.address = fields.text("address", configuration.address);
  configuration.port = uint16_t(fields.integer("port", configuration.port, {0, 65535}));
  for (auto [key, field] : {std::pair("wyomingPort", &configuration.wyomingPort),
                            std::pair("grpcPort", &configuration.grpcPort)})
    if (auto port = fields.optionalInteger(key, {0, 65535}))
      *field = uint16_t(*port);
  configuration.threads = unsigned(fields.integer("threads", configuration.threads, {0, 1024}));
  if (const Json *models = fields.find("models"))
    for (const auto &[name, value] : object(*models, fields.where("models")).items()) {
      checkModelName(name, fields.where("models"));
      configuration.models[name] = readModel(value, fields.where("models") + "." + name);
    }
  if (const Json *keys = fields.find("keys")) {
    if (!keys->is_array())
      refuseValue(*keys, fields.where("keys"), "a list");
    std::set<std::string> known;
    for (const Json &key : *keys) {
      size_t number = configuration.keys.size();
      std::string where = fmt::format("{}[{}]", fields.where("keys"), number);
      configuration.keys.push_back(readKey(key, where, number));
      if (!known.insert(configuration.keys.back().key).second)
        throw InputError(where + ": the key is there twice");
    }
  }
  if (const Json *limits = fields.find("limits"))
    readLimits(*limits, fields.where("limits"), configuration.limits);
  refuseUnread(fields);
}

void readConfiguration(const std::string &file, Configuration &configuration) {
  readConfiguration(readJsonFile(file, {.bytes = kLargestFile}), file, configuration);
}

} // namespace transept::serve

// SPDX-License-Identifier: Apache-2.0
//
// Each value is checked by itself, and named by its list.

#include "compiler/frontend/families/ListFields.h"

#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

template <typename Value, typename Read>
std::vector<Value> listField(JsonFields &config, const std::string &key,
                             std::vector<Value> fallback, const char *what, Read read) {
  const auto *list = config.find(key);
  if (!list)
    return fallback;
  if (!list->is_array())
    refuseValue(*list, config.where(key), what);
  std::vector<Value> result;
  for (const auto &each : *list)
    result.push_back(read(each));
  return result;
}

} // namespace

std::vector<int64_t> numbersField(JsonFields &config, const std::string &key,
                                  std::vector<int64_t> fallback, IntegerRange range) {
  return listField(config, key, std::move(fallback), "a list of integers",
                   [&](const nlohmann::ordered_json &each) {
                     return toInteger(each, config.where(key), range);
                   });
}

std::vector<bool> flagsField(JsonFields &config, const std::string &key,
                             std::vector<bool> fallback) {
  return listField(
      config, key, std::move(fallback), "a list of true and false",
      [&](const nlohmann::ordered_json &each) { return toBoolean(each, config.where(key)); });
}

} // namespace transept::frontend

// SPDX-License-Identifier: Apache-2.0
//
// Places are written as in "tokenizer.json: model.unk_token".

#include "media/tokenizers/tokenizer_json/Fields.h"
#include "base/Error.h"

#include "media/tokenizers/Tokenizer.h"

#include <fmt/format.h>

namespace transept::text {

Fields::Fields(const Json &json, std::string where) : json(json), place(std::move(where)) {
  if (!json.is_object())
    throw InputError(fmt::format("{}: found {}, allowed is an object", place, quote(json)));
}

const Json *Fields::find(const std::string &key) const {
  auto found = json.find(key);
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

const Json &Fields::need(const std::string &key) const {
  if (const Json *found = find(key))
    return *found;
  throw InputError(fmt::format("{}: missing", where(key)));
}

std::string Fields::text(const std::string &key) const {
  const Json &value = need(key);
  if (!value.is_string())
    refuse(key, value, "a text");
  return value.get<std::string>();
}

std::string Fields::text(const std::string &key, const std::string &fallback) const {
  return find(key) ? text(key) : fallback;
}

bool Fields::boolean(const std::string &key, bool fallback) const {
  const Json *value = find(key);
  if (value && !value->is_boolean())
    refuse(key, *value, "true and false");
  return value ? value->get<bool>() : fallback;
}

std::vector<Fields> Fields::objects(const std::string &key) const {
  const Json &value = need(key);
  if (!value.is_array())
    refuse(key, value, "an array of objects");
  std::vector<Fields> elements;
  for (size_t index = 0; index < value.size(); ++index)
    elements.emplace_back(value[index], fmt::format("{}[{}]", where(key), index));
  return elements;
}

Fields Fields::object(const std::string &key) const {
  return Fields(need(key), where(key));
}

void Fields::refuse(const std::string &key, const Json &found, const std::string &allowed) const {
  throw InputError(fmt::format("{}: found {}, allowed is {}", where(key), quote(found), allowed));
}

} // namespace transept::text

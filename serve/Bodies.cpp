// SPDX-License-Identifier: Apache-2.0
//
// Options of generation come from generation_options.inc, by Hugging Face's names.

#include "serve/Bodies.h"

#include "serve/Errors.h"

#include "transept/detail/OptionRange.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace transept::serve {

namespace {

using detail::OptionRange;
// The ranges of generation_options.inc.
using detail::atLeast;
using detail::between;

constexpr int kDepth = 16;

void read(const Json &value, const std::string &where, OptionRange range,
          std::optional<int> &field) {
  field = int(toInteger(value, where, {int64_t(range.minimum), int64_t(range.maximum)}));
}

void read(const Json &value, const std::string &where, OptionRange range,
          std::optional<float> &field) {
  field = float(toNumber(value, where, {range.minimum, range.maximum}));
}

void read(const Json &value, const std::string &where, OptionRange, std::optional<bool> &field) {
  field = toBoolean(value, where);
}

void read(const Json &value, const std::string &where, OptionRange,
          std::optional<EarlyStopping> &field) {
  if (value.is_boolean())
    field = value.get<bool>() ? EarlyStopping::AtOnce : EarlyStopping::WhenUnlikely;
  else if (value.is_string() && value.get<std::string>() == "never")
    field = EarlyStopping::Never;
  else
    refuseValue(value, where, "true, false or \"never\"");
}

std::vector<Id> idsOf(const Json &value, const std::string &where) {
  if (!value.is_array())
    refuseValue(value, where, "a list of token ids");
  std::vector<Id> ids;
  ids.reserve(value.size());
  for (const Json &each : value)
    ids.push_back(Id(toInteger(each, where, {0, INT32_MAX})));
  return ids;
}

void read(const Json &value, const std::string &where, OptionRange,
          std::optional<std::vector<Id>> &field) {
  field = value.is_number() ? std::vector<Id>{Id(toInteger(value, where, {0, INT32_MAX}))}
                            : idsOf(value, where);
}

void read(const Json &value, const std::string &where, OptionRange,
          std::optional<std::vector<std::vector<Id>>> &field) {
  if (!value.is_array())
    refuseValue(value, where, "a list of lists of token ids");
  field.emplace();
  for (const Json &each : value)
    field->push_back(idsOf(each, where));
}

void read(const Json &value, const std::string &where, OptionRange range,
          std::optional<ExponentialDecay> &field) {
  if (!value.is_array() || value.size() != 2)
    refuseValue(value, where, "a number of tokens and a factor: [30, 1.1]");
  field = {int(toInteger(value[0], where, {0, INT32_MAX})),
           float(toNumber(value[1], where, {range.minimum, range.maximum}))};
}

void read(const Json &value, const std::string &where, OptionRange range,
          std::optional<std::vector<SequenceBias>> &field) {
  if (!value.is_array())
    refuseValue(value, where, "a list of [[ids], number]");
  field.emplace();
  for (const Json &each : value) {
    if (!each.is_array() || each.size() != 2)
      refuseValue(each, where, "[[ids], number]");
    field->push_back(
        {idsOf(each[0], where), float(toNumber(each[1], where, {range.minimum, range.maximum}))});
  }
}

void read(const Json &value, const std::string &where, OptionRange,
          std::optional<std::vector<std::string>> &field) {
  const Json list = value.is_string() ? Json::array({value}) : value;
  if (!list.is_array())
    refuseValue(value, where, "a text or a list of texts");
  field.emplace();
  for (const Json &each : list) {
    if (!each.is_string())
      refuseValue(each, where, "a text");
    field->push_back(each.get<std::string>());
  }
}

int hexDigit(char digit) {
  return digit >= '0' && digit <= '9'   ? digit - '0'
         : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
         : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                        : -1;
}

std::string decoded(std::string_view text) {
  std::string result;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      result += text[at] == '+' ? ' ' : text[at];
      continue;
    }
    bool hasDigits = text.size() - at > 2;
    int high = hasDigits ? hexDigit(text[at + 1]) : -1,
        low = hasDigits ? hexDigit(text[at + 2]) : -1;
    if (high < 0 || low < 0)
      throw HttpError(400, fmt::format("the form has {} where % and two hexadecimal digits belong",
                                       quoteText(text.substr(at, 3))));
    result += char(high * 16 + low);
    at += 2;
  }
  return result;
}

} // namespace

std::string mediaType(const std::string &contentType) {
  std::string type = contentType.substr(0, contentType.find(';'));
  while (!type.empty() && type.back() == ' ')
    type.pop_back();
  std::ranges::transform(type, type.begin(), [](unsigned char each) { return std::tolower(each); });
  return type;
}

Json jsonBody(const HttpRequest &request) {
  std::string type = mediaType(request.contentType);
  if (!type.empty() && type != "application/json")
    throw HttpError(415, fmt::format("Content-Type is {}, but must be application/json",
                                     quoteText(request.contentType)));
  if (request.hasBinaryTensors)
    throw HttpError(400, "tensors in binary are not taken: give them as JSON, without "
                         "Inference-Header-Content-Length");
  Json json = parseJson(request.body, "body", {.depth = kDepth});
  if (!json.is_object())
    refuseValue(json, "body", "an object");
  return json;
}

Json formBody(const HttpRequest &request) {
  Json fields = Json::object();
  std::string_view rest = request.body;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('&'), rest.size());
    std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    size_t equals = std::min(pair.find('='), pair.size());
    std::string key = decoded(pair.substr(0, equals));
    std::string value = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (fields.contains(key))
      throw HttpError(400, fmt::format("the form has {} twice", quoteText(key)), key);
    fields[key] = value;
  }
  return fields;
}

void refuseUnknown(const JsonFields &fields, const std::string &allowed) {
  std::vector<std::string> unread = fields.unreadKeys();
  if (!unread.empty())
    throw HttpError(400,
                    fmt::format("{}: found {}, allowed are {}", fields.origin(),
                                quoteText(unread.front()), allowed),
                    unread.front());
}

TextOptions textOptions(const Json &parameters, const std::string &where) {
  if (!parameters.is_object())
    refuseValue(parameters, where, "an object");
  JsonFields fields(parameters, where);
  TextOptions options;
  GenerateOptions &generate = options.generate;
  std::string names;
#define OPTION_OF_ANY_TYPE(name, abi_name, key, flag, hugging_face_name, neutral, range, help)     \
  if (const Json *value = fields.find(hugging_face_name))                                          \
    read(*value, fields.where(hugging_face_name), range, generate.name);                           \
  names += std::string(hugging_face_name) + ", ";
#define OPTION_MODEL_ID(...)
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
  options.sourceLanguage = fields.text("source_language", "");
  options.targetLanguage = fields.text("target_language", "");
  options.prefix = fields.text("prefix", "");
  options.splitsSentences = fields.boolean("split_sentences", false);
  options.truncates = fields.boolean("truncate", false);
  generate.seed = uint64_t(fields.integer("seed", 0, {.minimum = 0}));
  generate.ignoreModelDefaults = fields.boolean("ignore_model_defaults", false);
  refuseUnknown(fields, names + "source_language, target_language, prefix, split_sentences, "
                                "truncate, seed, ignore_model_defaults");
  return options;
}

std::string dump(const Json &json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace transept::serve

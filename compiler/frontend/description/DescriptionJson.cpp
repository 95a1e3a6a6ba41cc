// SPDX-License-Identifier: Apache-2.0
//
// Writer and reader as archives over DescriptionFields.h. A tensor reference without transposition
// or rows is written as its bare name, which keeps descriptions readable.

#include "compiler/frontend/description/DescriptionJson.h"

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t formatVersion = 1;

template <typename Enum>
concept Enumeration = requires { EnumNames<Enum>::rows; };

template <typename Value> constexpr bool isArray = false;
template <typename Element> constexpr bool isArray<std::vector<Element>> = true;

class Writer {
public:
  template <typename Value, typename... Range>
  void required(const char *key, Value &value, Range...) {
    object[key] = write(value);
  }
  template <typename Value, typename... Range>
  void required(const char *key, std::optional<Value> &value, Range...) {
    if (value)
      object[key] = write(*value);
  }
  template <typename Value, typename... Range>
  void defaulted(const char *key, Value &value, Range...) {
    object[key] = write(value);
  }

  template <typename Value> void present(const char *key, Value &value, bool isThere) {
    if (isThere)
      object[key] = write(value);
  }

  template <typename Value> void requiredUnless(const char *key, Value &value, bool isReplaced) {
    present(key, value, !isReplaced);
  }

  template <typename Value> static Json write(Value &value) {
    if constexpr (Enumeration<Value>) {
      for (const auto &[each, name] : EnumNames<Value>::rows)
        if (each == value)
          return name;
      throw InputError("a description holds an enumerator without a name");
    } else if constexpr (requires(Writer &writer) { visitFields(writer, value); }) {
      Writer writer;
      visitFields(writer, value);
      return std::move(writer.object);
    } else if constexpr (isArray<Value>) {
      Json array = Json::array();
      for (auto &each : value)
        array.push_back(write(each));
      return array;
    } else {
      return value;
    }
  }
  static Json write(checkpoints::TensorReference &value) {
    if (value == checkpoints::TensorReference{.name = value.name})
      return value.name;
    Writer writer;
    visitFields(writer, value);
    return std::move(writer.object);
  }

  Json object = Json::object();
};

class Reader {
public:
  Reader(const Json &object, const std::string &path) : fields(object, path) {}

  template <typename Value, typename... Range>
  void required(const char *key, Value &value, Range... range) {
    const Json *field = fields.find(key);
    if (!field)
      throw InputError(fmt::format("{}.{} is missing", fields.origin(), key));
    value = read<Value>(*field, path(key), range...);
  }
  template <typename Value, typename... Range>
  void required(const char *key, std::optional<Value> &value, Range... range) {
    value.reset();
    if (const Json *field = fields.find(key))
      value = read<Value>(*field, path(key), range...);
  }
  template <typename Value, typename... Range>
  void defaulted(const char *key, Value &value, Range... range) {
    if (const Json *field = fields.find(key))
      value = read<Value>(*field, path(key), range...);
  }

  template <typename Value> void present(const char *key, Value &value, bool) {
    defaulted(key, value);
  }

  template <typename Value> void requiredUnless(const char *key, Value &value, bool isReplaced) {
    if (!isReplaced)
      required(key, value);
  }

  void refuseUnknownKeys() const {
    if (auto keys = fields.unreadKeys(); !keys.empty())
      throw InputError(fmt::format("{}: unknown key '{}'", fields.origin(), keys.front()));
  }

  template <typename Value, typename... Range>
  static Value read(const Json &json, const std::string &path, Range... range) {
    if constexpr (std::is_same_v<Value, bool>)
      return toBoolean(json, path);
    else if constexpr (std::is_same_v<Value, int64_t>)
      return toInteger(json, path, range...);
    else if constexpr (std::is_same_v<Value, double>)
      return toNumber(json, path, range...);
    else if constexpr (std::is_same_v<Value, std::string>)
      return toText(json, path);
    else if constexpr (std::is_same_v<Value, std::map<std::string, std::string>>)
      return readMap(json, path);
    else if constexpr (Enumeration<Value>)
      return readEnum<Value>(json, path);
    else if constexpr (isArray<Value>)
      return readArray<Value>(json, path, range...);
    else
      return readObject<Value>(json, path);
  }

private:
  std::string path(const char *key) const { return fields.origin() + "." + key; }

  template <typename Enum> static Enum readEnum(const Json &json, const std::string &path) {
    std::string allowed;
    for (const auto &[value, name] : EnumNames<Enum>::rows) {
      if (json.is_string() && json.get_ref<const std::string &>() == name)
        return value;
      allowed += fmt::format("{}\"{}\"", allowed.empty() ? "" : ", ", name);
    }
    refuseValue(json, path, "one of " + allowed);
  }

  template <typename Array, typename... Range>
  static Array readArray(const Json &json, const std::string &path, Range... range) {
    if (!json.is_array())
      refuseValue(json, path, "an array");
    Array array;
    for (size_t index = 0; index < json.size(); ++index)
      array.push_back(read<typename Array::value_type>(
          json[index], fmt::format("{}[{}]", path, index), range...));
    return array;
  }

  static std::map<std::string, std::string> readMap(const Json &json, const std::string &path) {
    if (!json.is_object())
      refuseValue(json, path, "an object of strings");
    std::map<std::string, std::string> map;
    for (const auto &[key, value] : json.items())
      map[key] = toText(value, path + "." + key);
    return map;
  }

  template <typename Value> static Value readObject(const Json &json, const std::string &path) {
    Value value;
    if constexpr (std::is_same_v<Value, checkpoints::TensorReference>) {
      if (json.is_string())
        return {.name = json.get<std::string>()};
      if (!json.is_object())
        refuseValue(json, path,
                    "a tensor's name, or an object with name, isTransposed, rowBegin "
                    "and rowCount");
    }
    Reader reader(json, path);
    visitFields(reader, value);
    reader.refuseUnknownKeys();
    return value;
  }

  JsonFields fields;
};

} // namespace

std::string toJson(const Description &description) {
  Json json = {{"version", formatVersion}};
  Description copy = description;
  json.update(Writer::write(copy));
  if (description.checkpoint.empty())
    json.erase("checkpoint");
  if (description.weights.empty())
    json.erase("weights");
  try {
    return json.dump(2) + "\n";
  } catch (const Json::exception &) {
    throw InputError("a name in the description is not valid UTF-8");
  }
}

Description fromJson(std::string_view text, const std::string &origin) {
  Json json = parseJson(text, origin);
  std::string path = origin + ": $";
  if (!json.is_object())
    refuseValue(json, path, "an object");
  auto version = json.find("version");
  if (version == json.end())
    throw InputError(fmt::format("{}.version is missing", path));
  toInteger(*version, path + ".version", {formatVersion, formatVersion});
  json.erase(version);
  return Reader::read<Description>(json, path);
}

} // namespace transept::frontend

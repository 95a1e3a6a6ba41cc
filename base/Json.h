// SPDX-License-Identifier: Apache-2.0
//
// JSON as it comes from outside: bounded in size and depth, without duplicate keys, and read
// through accessors whose errors name the file and the key. Every reader of the front end goes
// through it.

#ifndef TRANSEPT_BASE_JSON_H
#define TRANSEPT_BASE_JSON_H

#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace transept {

struct JsonLimits {
  int64_t bytes = int64_t(64) << 20;
  int depth = 64;
  /// Leaves out all other members of the outermost object, which may hold megabytes.
  std::optional<std::string> onlyMember = std::nullopt;
};

/// Parses `text`; `origin` (a file's path) begins every error. Keys keep their order.
nlohmann::ordered_json parseJson(std::string_view text, const std::string &origin,
                                 JsonLimits limits = {});

/// Reads and parses a file.
nlohmann::ordered_json readJsonFile(const std::string &path, JsonLimits limits = {});

/// The whole of a regular file, at most `maximumBytes` long.
std::string readFile(const std::string &path, int64_t maximumBytes);

/// A value as it is quoted in errors: its JSON text, shortened.
std::string quoteJson(const nlohmann::ordered_json &value);

/// A text from outside as it is quoted in errors: nothing in it reaches a terminal as a command.
std::string quoteText(std::string_view text);

struct IntegerRange {
  int64_t minimum = std::numeric_limits<int64_t>::min();
  int64_t maximum = std::numeric_limits<int64_t>::max();
};

struct NumberRange {
  double minimum = std::numeric_limits<double>::lowest();
  double maximum = std::numeric_limits<double>::max();
};

/// Each throws InputError "<where>: found ..., allowed ...".
int64_t toInteger(const nlohmann::ordered_json &value, const std::string &where,
                  IntegerRange range = {});
double toNumber(const nlohmann::ordered_json &value, const std::string &where,
                NumberRange range = {});
bool toBoolean(const nlohmann::ordered_json &value, const std::string &where);
std::string toText(const nlohmann::ordered_json &value, const std::string &where);
[[noreturn]] void refuseValue(const nlohmann::ordered_json &value, const std::string &where,
                              const std::string &allowed);

/// The fields of one JSON object; remembers which were asked for, so that the rest can be reported.
class JsonFields {
public:
  /// Keeps a reference to `object`. `origin` names the file.
  JsonFields(const nlohmann::ordered_json &object, std::string origin);

  /// The field's value; null when the key is absent or its value is JSON's null.
  const nlohmann::ordered_json *find(const std::string &key);
  /// Whether the key is there, be it with the value null.
  bool contains(const std::string &key) const;
  /// "file: key", the place that errors name.
  std::string where(const std::string &key) const;

  int64_t integer(const std::string &key, int64_t fallback, IntegerRange range);
  double number(const std::string &key, double fallback, NumberRange range);
  bool boolean(const std::string &key, bool fallback);
  std::string text(const std::string &key, const std::string &fallback);
  std::optional<int64_t> optionalInteger(const std::string &key, IntegerRange range);

  void markRead(const std::string &key);
  std::vector<std::string> unreadKeys() const;
  const std::string &origin() const { return file; }

private:
  const nlohmann::ordered_json &object;
  std::string file;
  std::set<std::string> readKeys;
};

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The fields of a JSON object, with every type and range checked; errors name the file and the
// field. The front end of the compiler has its own like this, which this folder must not need.

#ifndef TRANSEPT_MEDIA_PREPROCESSOR_CONFIGFIELDS_H
#define TRANSEPT_MEDIA_PREPROCESSOR_CONFIGFIELDS_H

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace transept::features {

class ConfigFields {
public:
  using Json = nlohmann::ordered_json;

  /// Parses a JSON object, bounded in size and depth; of a processor_config.json that has the
  /// extractor in an object of its own, that object. Throws InputError.
  ConfigFields(std::string_view text, std::string name);

  /// What errors begin with: the file, and the object in it.
  const std::string &origin() const { return name; }

  /// Null when the field is absent or null. Counts as read.
  const Json *find(const std::string &key);

  /// Whether it is there and null.
  bool isNull(const std::string &key) const;

  bool boolean(const std::string &key, bool fallback);
  size_t integer(const std::string &key, size_t fallback, size_t minimum, size_t maximum);
  std::string text(const std::string &key, const std::string &fallback);
  /// A finite number; `where` is the field, or a part of it.
  double number(const Json &value, const std::string &where) const;
  size_t integer(const Json &value, const std::string &where, size_t minimum, size_t maximum) const;

  /// Marks fields as read that have no influence on the result.
  void ignore(std::initializer_list<const char *> keys);
  std::vector<std::string> unreadKeys() const;

  [[noreturn]] void refuse(const std::string &where, const Json &found,
                           const std::string &allowed) const;

private:
  std::string name;
  Json object;
  std::set<std::string> readKeys;
};

} // namespace transept::features

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The objects of tokenizer.json with typed access; errors say where, what was found and what is
// allowed.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_TOKENIZER_JSON_FIELDS_H
#define TRANSEPT_MEDIA_TOKENIZERS_TOKENIZER_JSON_FIELDS_H

#include "media/tokenizers/BoundedJson.h"

#include <string>
#include <vector>

namespace transept::text {

class Fields {
public:
  /// Keeps a reference to `json`. Throws InputError when it is no object.
  Fields(const Json &json, std::string where);

  /// Null when the key is absent or its value is JSON's null.
  const Json *find(const std::string &key) const;
  /// Throws InputError when the key is absent.
  const Json &need(const std::string &key) const;
  std::string text(const std::string &key) const;
  std::string text(const std::string &key, const std::string &fallback) const;
  bool boolean(const std::string &key, bool fallback) const;
  /// The elements of an array.
  std::vector<Fields> objects(const std::string &key) const;
  Fields object(const std::string &key) const;
  std::string where(const std::string &key) const { return place + "." + key; }
  [[noreturn]] void refuse(const std::string &key, const Json &found,
                           const std::string &allowed) const;

private:
  const Json &json;
  std::string place;
};

} // namespace transept::text

#endif

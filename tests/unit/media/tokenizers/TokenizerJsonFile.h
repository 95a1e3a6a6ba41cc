// SPDX-License-Identifier: Apache-2.0
//
// Tokenizers of a tokenizer.json that a test writes.

#ifndef TRANSEPT_TESTS_UNIT_MEDIA_TOKENIZERS_TOKENIZERJSONFILE_H
#define TRANSEPT_TESTS_UNIT_MEDIA_TOKENIZERS_TOKENIZERJSONFILE_H

#include "media/tokenizers/Tokenizer.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace transept::text {

inline std::unique_ptr<Tokenizer> create(const std::string &text) {
  std::vector<Asset> assets = {{"tokenizer.json", text}};
  return createTokenizer("tokenizer-json", {}, assets);
}

inline std::unique_ptr<Tokenizer> create(const nlohmann::json &file) {
  return create(file.dump());
}

} // namespace transept::text

#endif

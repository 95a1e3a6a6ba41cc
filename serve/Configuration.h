// SPDX-License-Identifier: Apache-2.0
//
// What a server is told: by a JSON file, and by flags, which come before the file.

#ifndef TRANSEPT_SERVE_CONFIGURATION_H
#define TRANSEPT_SERVE_CONFIGURATION_H

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace transept::serve {

struct Limits {
#define LIMIT(name, flag, value, minimum, maximum, help) uint64_t name = value;
#include "serve/limits.inc"
#undef LIMIT
};

/// A model as the configuration gives it.
struct ModelSettings {
  std::string library; ///< the file
  /// What it translates from and to, as clients name languages; empty: what its tokenizer marks.
  std::vector<std::string> sourceLanguages = {}, targetLanguages = {};
  /// What the model calls a language, or writes before a text of it, where clients name it
  /// otherwise: {"de": "deu_Latn"}.
  std::map<std::string, std::string> languageNames = {};
  /// What stands before a text for each target language: {"de": ">>de<< "}.
  std::map<std::string, std::string> targetPrefixes = {};
  /// Whether texts of /translate are translated sentence by sentence.
  bool splitsSentences = true;
  std::optional<uint64_t> encoderCacheBytes = {}, selfCacheBytes = {};
  std::string level = {};
  bool operator==(const ModelSettings &) const = default;
};

/// Who may use the server. All of one key are one caller of the models' schedule.
struct ApiKey {
  std::string key, name;
  double weight = 1;
  int priority = 0;
  bool operator==(const ApiKey &) const = default;
};

struct Configuration {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;
  std::optional<uint16_t> wyomingPort = {}, grpcPort = {}; ///< none: not spoken
  unsigned threads = 0;                                    ///< of all models together; 0: all cores
  std::map<std::string, ModelSettings> models = {};
  std::vector<ApiKey> keys = {};
  Limits limits = {};
};

/// Adds what a file says to `configuration`. Throws InputError, which names file and key.
void readConfiguration(const std::string &file, Configuration &configuration);
/// The same for its JSON; `origin` begins errors.
void readConfiguration(const nlohmann::ordered_json &json, const std::string &origin,
                       Configuration &configuration);

/// Names of models are parts of paths: throws InputError for others than letters, digits and ._-
void checkModelName(const std::string &name, const std::string &where);

} // namespace transept::serve

#endif

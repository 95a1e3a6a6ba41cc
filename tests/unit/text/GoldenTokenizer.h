// SPDX-License-Identifier: Apache-2.0
//
// The tokenizers of tests/golden/tokenizers, created as a compiled library would create them: from
// files in memory and settings.

#ifndef TRANSEPT_TESTS_UNIT_TEXT_GOLDENTOKENIZER_H
#define TRANSEPT_TESTS_UNIT_TEXT_GOLDENTOKENIZER_H

#include "text/Tokenizer.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace transept::text {

using Files = std::map<std::string, std::string>;

inline Files readGoldenFiles(const std::string &folder) {
  Files files;
  std::filesystem::path path =
      std::filesystem::path(TRANSEPT_SOURCE_DIR) / "tests/golden/tokenizers" / folder;
  for (const auto &entry : std::filesystem::directory_iterator(path)) {
    std::ifstream stream(entry.path(), std::ios::binary);
    files[entry.path().filename().string()].assign(std::istreambuf_iterator<char>(stream), {});
  }
  return files;
}

inline std::vector<Asset> assetsOf(const Files &files) {
  std::vector<Asset> assets;
  for (const auto &[name, content] : files)
    assets.push_back({name, content});
  return assets;
}

/// What compiler/frontend/TokenizerFiles.cpp makes of tokenizer_config.json.
inline Settings settingsOf(const Files &files) {
  Settings settings;
  auto config = nlohmann::json::parse(files.at("tokenizer_config.json"));
  for (const char *key : {"extra_ids", "legacy", "add_prefix_space", "separate_vocabs"})
    if (config.contains(key))
      settings[key] = config[key].dump();
  return settings;
}

inline std::string kindOf(const std::string &folder) {
  return folder == "marian" ? "marian" : "t5";
}

inline std::unique_ptr<Tokenizer> createGoldenTokenizer(const std::string &folder) {
  Files files = readGoldenFiles(folder);
  return createTokenizer(kindOf(folder), settingsOf(files), assetsOf(files));
}

} // namespace transept::text

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The tokenizers of tests/golden/tokenizers, created as a compiled library would create them: from
// files in memory and settings.

#ifndef TRANSEPT_TESTS_UNIT_MEDIA_TOKENIZERS_GOLDENTOKENIZER_H
#define TRANSEPT_TESTS_UNIT_MEDIA_TOKENIZERS_GOLDENTOKENIZER_H

#include "compiler/frontend/tokenizers/TokenizerFiles.h"
#include "media/tokenizers/Tokenizer.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace transept::text {

/// Bytes of a text on which a quadratic loop takes more than seconds. Sanitizers look for other
/// mistakes, and are many times slower.
#ifdef __SANITIZE_ADDRESS__
inline constexpr size_t longTextSize = 10'000;
#else
inline constexpr size_t longTextSize = 200'000;
#endif

using Files = std::map<std::string, std::string>;

inline std::string goldenPath(const std::string &folder) {
  return std::string(TRANSEPT_SOURCE_DIR) + "/tests/golden/tokenizers/" + folder;
}

inline Files readGoldenFiles(const std::string &folder) {
  Files files;
  for (const auto &entry : std::filesystem::directory_iterator(goldenPath(folder))) {
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

/// What the compiler makes of the folder.
inline frontend::Tokenizer findGoldenTokenizer(const std::string &folder) {
  std::vector<std::string> warnings;
  auto tokenizer = frontend::findTokenizer(goldenPath(folder), "", warnings);
  // These were recorded with tokenizer.set_prefix_tokens(language="german", task="transcribe").
  if (folder == "whisper") {
    tokenizer.settings["source_language"] = "de";
    tokenizer.settings["prefix"] =
        R"(["<|startoftranscript|>", "{language}", "<|transcribe|>", "<|notimestamps|>"])";
  }
  return tokenizer;
}

inline Settings settingsOf(const std::string &folder) {
  return findGoldenTokenizer(folder).settings;
}

inline std::string kindOf(const std::string &folder) {
  return findGoldenTokenizer(folder).kind;
}

/// From the files that the compiler would embed, and no others.
inline std::unique_ptr<Tokenizer> createGoldenTokenizer(const std::string &folder) {
  frontend::Tokenizer found = findGoldenTokenizer(folder);
  Files all = readGoldenFiles(folder), files;
  for (const std::string &name : found.files)
    files[name] = all.at(name);
  return createTokenizer(found.kind, found.settings, assetsOf(files));
}

/// From tokenizer.json alone.
inline std::unique_ptr<Tokenizer> createFastTokenizer(const std::string &folder) {
  Files files = readGoldenFiles(folder);
  Files alone = {{"tokenizer.json", files.at("tokenizer.json")},
                 {"tokenizer_config.json", files.at("tokenizer_config.json")}};
  return createTokenizer("tokenizer-json", {}, assetsOf(alone));
}

/// Those that have a tokenizer.json.
inline const std::vector<std::string> &fastFolders() {
  static const std::vector<std::string> folders = {
      "bart",    "bert_cased", "bert_uncased", "blenderbot", "gpt2",         "mbart",
      "mbart50", "nllb",       "pegasus",      "t5",         "t5_nonlegacy", "whisper"};
  return folders;
}

inline const std::vector<std::string> &goldenFolders() {
  static const std::vector<std::string> folders = {
      "bart",   "bert_cased", "bert_japanese", "bert_uncased",   "blenderbot", "blenderbot_small",
      "byt5",   "gpt2",       "m2m_100",       "marian",         "mbart",      "mbart50",
      "mt5",    "nllb",       "pegasus",       "speech_to_text", "t5",         "t5_nonlegacy",
      "whisper"};
  return folders;
}

} // namespace transept::text

#endif

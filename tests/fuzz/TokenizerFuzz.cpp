// SPDX-License-Identifier: Apache-2.0
//
// Mutated tokenizer files, one at a time beside the untouched others: they are refused with an
// error, or give a tokenizer that encodes and decodes whatever it is given. The input's first byte
// says which file the rest replaces.

#include "base/Error.h"
#include "compiler/frontend/tokenizers/TokenizerFiles.h"
#include "media/tokenizers/Tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace transept;
using Files = std::map<std::string, std::string>;

struct Case {
  std::string file, kind;
  text::Settings settings;
  Files files;
};

void addCases(std::vector<Case> &cases, const std::string &folder,
              const std::vector<std::string> &names) {
  std::string path = TRANSEPT_SOURCE_DIR "/tests/golden/tokenizers/" + folder;
  std::vector<std::string> warnings;
  frontend::Tokenizer found = frontend::findTokenizer(path, "", warnings);
  Files files;
  for (const auto &entry : std::filesystem::directory_iterator(path)) {
    std::ifstream stream(entry.path(), std::ios::binary);
    files[entry.path().filename()].assign(std::istreambuf_iterator<char>(stream), {});
  }
  for (const std::string &name : names) {
    bool isJson = name == "tokenizer.json";
    cases.push_back({name, isJson ? "tokenizer-json" : found.kind,
                     isJson ? text::Settings() : found.settings, files});
  }
}

std::vector<Case> &cases() {
  static std::vector<Case> all = [] {
    std::vector<Case> result;
    addCases(result, "bart",
             {"vocab.json", "merges.txt", "tokenizer_config.json", "tokenizer.json"});
    addCases(result, "bert_uncased", {"vocab.txt", "tokenizer_config.json", "tokenizer.json"});
    addCases(result, "blenderbot_small", {"vocab.json", "merges.txt"});
    addCases(result, "m2m_100", {"vocab.json", "tokenizer_config.json"});
    addCases(result, "nllb", {"tokenizer.json", "added_tokens.json", "special_tokens_map.json"});
    addCases(result, "pegasus", {"tokenizer.json", "tokenizer_config.json"});
    addCases(result, "t5_nonlegacy", {"tokenizer.json"});
    addCases(result, "whisper", {"tokenizer_config.json"});
    return result;
  }();
  return all;
}

} // namespace

extern "C" void addFuzzSeeds(std::vector<std::string> &seeds) {
  for (size_t index = 0; index < cases().size(); ++index)
    seeds.push_back(char(index) + cases()[index].files.at(cases()[index].file));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  Case &chosen = cases()[data[0] % cases().size()];
  const std::string content(reinterpret_cast<const char *>(data) + 1, size - 1);
  std::vector<text::Asset> assets;
  for (const auto &[name, bytes] : chosen.files)
    assets.push_back({name, name == chosen.file ? content : bytes});
  try {
    auto tokenizer = text::createTokenizer(chosen.kind, chosen.settings, assets);
    for (const char *sample :
         {"", "The small boat's 42 naïve 日本 \xff\xe3 </s> <mask>!", "\n a"}) {
      std::vector<int32_t> ids = tokenizer->encode(sample);
      ids.insert(ids.end(), {-1, 0, 1, 7, INT32_MAX});
      tokenizer->encodeTarget(sample, {.addSpecialTokens = true, .maximumLength = 3});
      for (bool skips : {true, false})
        tokenizer->decode(ids, {.skipSpecialTokens = skips, .withTimestamps = skips});
    }
  } catch (const InputError &) {
  }
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// Reads what the manifest says of the tokenizer.

#include "media/library/LibraryTokenizer.h"

#include "base/Json.h"
#include "base/LibraryManifest.h"

#include <algorithm>
#include <string>

namespace transept::media {

std::unique_ptr<text::Tokenizer> openTokenizer(const transept_model_table &table) {
  auto facts = parseJson({table.manifest, table.manifest_size}, "manifest of the library",
                         {.onlyMember = "tokenizer"});
  if (!facts.contains("tokenizer"))
    return nullptr;
  auto tokenizer = facts.at("tokenizer").get<manifest::Tokenizer>();
  if (tokenizer.kind.empty())
    return nullptr;
  std::vector<text::Asset> assets;
  for (const transept_asset &asset : std::span(table.assets, table.asset_count))
    assets.push_back({asset.name, {static_cast<const char *>(asset.data), asset.size}});
  return text::createTokenizer(tokenizer.kind, tokenizer.settings, assets);
}

LanguagePlace targetLanguagePlace(const transept_model_table &table,
                                  const text::Tokenizer &tokenizer) {
  const transept_generation_defaults *defaults = table.generation;
  auto isStart = [&](const std::string &name) {
    return tokenizer.languageId(name) == defaults->decoder_start_id;
  };
  return defaults && std::ranges::any_of(tokenizer.languages(), isStart)
             ? LanguagePlace::DecoderStart
             : LanguagePlace::ForcedBeginning;
}

} // namespace transept::media

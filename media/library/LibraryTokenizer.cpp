// SPDX-License-Identifier: Apache-2.0
//
// Reads what the manifest says of the tokenizer.

#include "media/library/LibraryTokenizer.h"

#include "media/tokenizers/BoundedJson.h"

#include <algorithm>
#include <string>

namespace transept::media {

std::unique_ptr<text::Tokenizer> openTokenizer(const transept_model_table &table) {
  // Not by base/LibraryManifest.h, whose kind of JSON would be a second copy of the parser.
  const text::Json facts = text::parseMember({table.manifest, table.manifest_size},
                                             "manifest of the library", "tokenizer");
  if (!facts.is_object())
    return nullptr;
  auto kind = facts.at("kind").get<std::string>();
  if (kind.empty())
    return nullptr;
  std::vector<text::Asset> assets;
  for (const transept_asset &asset : std::span(table.assets, table.asset_count))
    assets.push_back({asset.name, {static_cast<const char *>(asset.data), asset.size}});
  return text::createTokenizer(kind, facts.at("settings").get<text::Settings>(), assets);
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

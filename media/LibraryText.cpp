// SPDX-License-Identifier: Apache-2.0
//
// Reads what the manifest says of the tokenizer.

#include "media/LibraryText.h"

#include "base/Json.h"
#include "base/LibraryManifest.h"

namespace transept::media {

std::unique_ptr<text::Tokenizer> openTokenizer(const Model &model) {
  auto facts = parseJson(model.manifest(), "manifest of the library");
  if (!facts.contains("tokenizer"))
    return nullptr;
  auto tokenizer = facts.at("tokenizer").get<manifest::Tokenizer>();
  if (tokenizer.kind.empty())
    return nullptr;
  std::vector<text::Asset> assets;
  for (const transept_asset &asset : std::span(model.table().assets, model.table().asset_count))
    assets.push_back({asset.name, {static_cast<const char *>(asset.data), asset.size}});
  return text::createTokenizer(tokenizer.kind, tokenizer.settings, assets);
}

} // namespace transept::media

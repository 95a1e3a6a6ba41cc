// SPDX-License-Identifier: Apache-2.0
//
// Reads manifest.tokenizer: {"kind": ..., "files": [...], "settings": {...}}.

#include "media/LibraryText.h"

#include "base/Json.h"

#include <nlohmann/json.hpp>

namespace transept::media {

std::unique_ptr<text::Tokenizer> openTokenizer(const Model &model) {
  auto manifest = parseJson(model.manifest(), "manifest of the library");
  auto tokenizer = manifest.value("tokenizer", nlohmann::ordered_json::object());
  std::string kind = tokenizer.value("kind", "");
  if (kind.empty())
    return nullptr;
  text::Settings settings;
  for (const auto &[name, value] : tokenizer.at("settings").items())
    settings[name] = toText(value, "manifest of the library: tokenizer." + name);
  std::vector<text::Asset> assets;
  for (const transept_asset &asset : std::span(model.table().assets, model.table().asset_count))
    assets.push_back({asset.name, {static_cast<const char *>(asset.data), asset.size}});
  return text::createTokenizer(kind, settings, assets);
}

} // namespace transept::media

// SPDX-License-Identifier: Apache-2.0
//
// Files as views of memory, so that the text layer never opens one.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_ASSETS_H
#define TRANSEPT_MEDIA_TOKENIZERS_ASSETS_H

#include <span>
#include <string_view>

namespace transept::text {

struct Asset {
  std::string_view name; // the file's name in the checkpoint, e.g. "source.spm"
  std::string_view bytes;
};

/// Null when there is none of that name.
inline const Asset *findAsset(std::span<const Asset> assets, std::string_view name) {
  for (const Asset &asset : assets)
    if (asset.name == name)
      return &asset;
  return nullptr;
}

} // namespace transept::text

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Compiling has checked the file, and said its warnings.

#include "media/library/LibraryPreprocessor.h"

#include "base/Error.h"
#include "base/ModelFolder.h"

#include <fmt/format.h>

#include <span>

namespace transept::media {

features::Settings preprocessorOf(const transept_model_table &table, const char *what) {
  std::vector<std::string> warnings;
  for (const transept_asset &asset : std::span(table.assets, table.asset_count))
    if (isPreprocessorFile(asset.name))
      return features::readSettings({static_cast<const char *>(asset.data), asset.size}, asset.name,
                                    /*defaultType=*/"", warnings);
  throw Error(ErrorCode::Unsupported,
              fmt::format("{} has no {}, so it takes features and no {}; a checkpoint that has "
                          "one must be compiled again",
                          table.name, preprocessorFile, what));
}

void checkFeatureWidth(const transept_model_table &table, size_t width) {
  if (width != table.source_feature_width)
    throw InputError(fmt::format("{} of {} makes rows of {} numbers, but the model takes {}",
                                 preprocessorFile, table.name, width, table.source_feature_width));
}

} // namespace transept::media

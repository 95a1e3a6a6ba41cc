// SPDX-License-Identifier: Apache-2.0
//
// Sizes tell all that can be wrong with an image, so that many are checked before one is read.

#include "media/library/LibraryImages.h"

#include "base/Error.h"
#include "base/ModelFolder.h"
#include "media/library/LibraryPreprocessor.h"

#include "transept/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace transept::media {

namespace {

constexpr const char *kName = "image"; // what errors call it

std::variant<features::ImageSettings, features::FlatPatchSettings>
settingsOf(const transept_model_table &table) {
  features::Settings settings = preprocessorOf(table, "images");
  if (const auto *images = std::get_if<features::ImageSettings>(&settings))
    return *images;
  if (const auto *flat = std::get_if<features::FlatPatchSettings>(&settings))
    return *flat;
  throw Error(ErrorCode::Unsupported, fmt::format("{} takes sounds, not images", table.name));
}

} // namespace

LibraryImages::LibraryImages(const transept_model_table &table)
    : table(table), settings(settingsOf(table)),
      patchSide(size_t(std::lround(std::sqrt(table.source_feature_width / 3.0)))) {
  const auto *flat = std::get_if<features::FlatPatchSettings>(&settings);
  checkFeatureWidth(table, flat ? flat->width() : 3 * patchSide * patchSide);
}

uint64_t LibraryImages::patchCount(const transept_image &image) const {
  features::ImageSize size{image.height, image.width};
  if (const auto *flat = std::get_if<features::FlatPatchSettings>(&settings)) {
    features::ImageSize grid = features::flatPatchGrid(size, *flat);
    return uint64_t(grid.height) * grid.width;
  }
  const auto &whole = std::get<features::ImageSettings>(settings);
  return features::patchCount(whole.crop.value_or(whole.size.value_or(size)), patchSide, kName);
}

void LibraryImages::check(const transept_image &image) const {
  features::checkImageSize(image.width, image.height, kName);
  if (!image.pixels)
    throw InputError(fmt::format("{}: pixels is null", kName));
  uint64_t patches = patchCount(image);
  uint64_t usual = table.source_feature_count;
  if (usual != 0 && patches != usual)
    throw InputError(fmt::format("{}: {} of {} makes {} patches of it, but the model takes {}",
                                 kName, preprocessorFile, table.name, patches, usual));
  uint64_t positions = runtime::rowsAfterSteps(table, patches);
  if (positions == 0 || positions > table.maximum_source_length)
    throw InputError(fmt::format("{}: expects 1 to {} positions of the encoder, but its {} patches "
                                 "become {}",
                                 kName, table.maximum_source_length, patches, positions));
}

features::Features LibraryImages::read(const transept_image &image) const {
  check(image);
  features::Image copy(image.width, image.height);
  std::copy_n(image.pixels, copy.pixels.size(), copy.pixels.begin());
  if (const auto *flat = std::get_if<features::FlatPatchSettings>(&settings))
    return features::flatPatches(copy, *flat);
  const auto &whole = std::get<features::ImageSettings>(settings);
  return features::cutPatches(features::pixelValues(copy, whole, kName), patchSide, kName);
}

} // namespace transept::media

// SPDX-License-Identifier: Apache-2.0
//
// Sizes tell all that can be wrong with an image, so that many are checked before one is read.

#include "media/library/LibraryImages.h"

#include "base/Error.h"
#include "base/ModelFolder.h"
#include "media/library/ImagePrompt.h"
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
  size_t width = flat ? flat->width() : 3 * patchSide * patchSide;
  if (promptColumn(table)) {
    const auto *whole = std::get_if<features::ImageSettings>(&settings);
    width = whole && whole->finalSize() ? 3 * whole->finalSize()->width : 0;
  }
  checkFeatureWidth(table, width);
}

uint64_t LibraryImages::rowCount(const transept_image &image) const {
  features::ImageSize size{image.height, image.width};
  if (const auto *flat = std::get_if<features::FlatPatchSettings>(&settings)) {
    features::ImageSize grid = features::flatPatchGrid(size, *flat);
    return uint64_t(grid.height) * grid.width;
  }
  const auto &whole = std::get<features::ImageSettings>(settings);
  if (promptColumn(table))
    return whole.finalSize()->height;
  return features::patchCount(whole.crop.value_or(whole.size.value_or(size)), patchSide, kName);
}

void LibraryImages::check(const transept_image &image) const {
  features::checkImageSize(image.width, image.height, kName);
  if (!image.pixels)
    throw InputError(fmt::format("{}: pixels is null", kName));
  uint64_t rows = rowCount(image);
  const transept_counted_column *prompt = promptColumn(table);
  const char *what = prompt ? "lines" : "patches";
  uint64_t usual = prompt ? prompt->first_row : table.source_feature_count;
  if (usual != 0 && rows != usual)
    throw InputError(fmt::format("{}: {} of {} makes {} {} of it, but the model takes {}", kName,
                                 preprocessorFile, table.name, rows, what, usual));
  uint64_t positions = runtime::rowsAfterSteps(table, rows);
  if (positions == 0 || positions > table.maximum_source_length)
    throw InputError(fmt::format("{}: expects 1 to {} positions of the encoder, but its {} {} "
                                 "become {}",
                                 kName, table.maximum_source_length, rows, what, positions));
}

features::Features LibraryImages::read(const transept_image &image) const {
  check(image);
  features::Image copy(image.width, image.height);
  std::copy_n(image.pixels, copy.pixels.size(), copy.pixels.begin());
  if (const auto *flat = std::get_if<features::FlatPatchSettings>(&settings))
    return features::flatPatches(copy, *flat);
  const auto &whole = std::get<features::ImageSettings>(settings);
  features::PixelValues pixels = features::pixelValues(copy, whole, kName);
  return promptColumn(table) ? features::cutLines(pixels)
                             : features::cutPatches(pixels, patchSide, kName);
}

} // namespace transept::media

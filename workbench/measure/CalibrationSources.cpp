// SPDX-License-Identifier: Apache-2.0
//
// Reads texts and goldens alike as sources.

#include "workbench/measure/CalibrationSources.h"
#include "base/Error.h"
#include "base/Json.h"
#include "media/MediaSources.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace transept::workbench {

namespace {

namespace fs = std::filesystem;

/// Some hundred sources do; a file that is larger is not meant.
constexpr int64_t kMostBytes = int64_t(64) << 20;

[[noreturn]] void fail(const std::string &path, const std::string &problem) {
  throw InputError(path + ": " + problem);
}

std::vector<Id> readIds(const std::string &line) {
  std::vector<Id> ids;
  std::istringstream words(line);
  for (Id id; words >> id;)
    ids.push_back(id);
  if (!words.eof())
    throw InputError("expects ids with blanks between them, because the model has no tokenizer");
  return ids;
}

std::vector<GoldenSource> readLines(const Model &model, const std::string &path) {
  if (model.sourceFeatureWidth() != 0)
    fail(path, "this model takes sounds or images; expects a directory of them, or of goldens");
  std::vector<GoldenSource> sources;
  std::istringstream lines(readFile(path, kMostBytes));
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.ends_with('\r'))
      line.pop_back();
    if (line.empty())
      continue;
    try {
      sources.emplace_back().ids =
          model.table().text ? model.tokenize(line, {.maximumLength = model.maximumSourceLength()})
                             : readIds(line);
    } catch (const std::exception &error) {
      fail(path, fmt::format("line {}: {}", number, error.what()));
    }
  }
  return sources;
}

std::vector<GoldenSource> readGoldens(const Model &model, const std::string &path) {
  std::vector<GoldenSource> sources;
  Goldens goldens = Goldens::read(path);
  for (const GoldenCase &golden : goldens.cases())
    for (GoldenSource &source : readGoldenSources(model, goldens, golden))
      sources.push_back(std::move(source));
  return sources;
}

std::vector<GoldenSource> readMedia(const Model &model, const std::string &path) {
  std::vector<std::string> files;
  for (const fs::directory_entry &file : fs::directory_iterator(path))
    files.push_back(file.path().string());
  std::ranges::sort(files);
  media::MediaSources media(model, /*keepsShort=*/false);
  std::vector<GoldenSource> sources;
  for (const std::string &file : files)
    sources.emplace_back().features = media.read(file).values;
  return sources;
}

std::vector<GoldenSource> readSources(const Model &model, const std::string &path) {
  if (!model.hasSource())
    fail(path, "a decoder alone reads no sources, so that nothing can be calibrated with them");
  if (!fs::is_directory(path))
    return readLines(model, path);
  if (fs::exists(fs::path(path) / "goldens.json"))
    return readGoldens(model, path);
  if (model.sourceFeatureWidth() != 0)
    return readMedia(model, path);
  fail(path, "has no goldens.json; expects a text file with a source on each line, or a directory "
             "of goldens");
}

} // namespace

CalibrationSources readCalibrationSources(const Model &model, const std::string &path) {
  constexpr size_t kEach = 8;
  std::vector<GoldenSource> all = readSources(model, path);
  if (all.empty())
    fail(path, "has no sources to calibrate with");
  CalibrationSources sources;
  if (all.size() < kEach)
    return {all, all};
  for (size_t index = 0; index < all.size(); ++index)
    (index % kEach == kEach - 1 ? sources.heldOut : sources.used).push_back(std::move(all[index]));
  return sources;
}

} // namespace transept::workbench

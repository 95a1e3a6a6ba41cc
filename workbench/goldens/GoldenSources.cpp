// SPDX-License-Identifier: Apache-2.0
//
// Unpacks the padded tensors of a golden case.

#include "workbench/goldens/GoldenSources.h"
#include "base/Error.h"

#include <fmt/format.h>

#include <cmath>

namespace transept::workbench {

namespace {

[[noreturn]] void failShape(const std::string &name, const FloatTensor &tensor,
                            const std::string &expected) {
  throw InputError(fmt::format("{} has shape {}, but the model takes {}", name,
                               checkpoints::formatShape(tensor.shape), expected));
}

std::vector<GoldenSource> readIds(const IntegerTable &ids) {
  std::vector<GoldenSource> sources(ids.rowCount);
  for (size_t row = 0; row < ids.rowCount; ++row) {
    std::span<const int64_t> values = ids.row(row);
    sources[row].ids.assign(values.begin(), values.end());
    sources[row].columnCount = ids.columnCount;
  }
  return sources;
}

/// [batch, frames, width], or [batch, width, frames] as some feature extractors have it.
std::vector<GoldenSource> readFrames(const FloatTensor &tensor, const Model &model) {
  auto width = int64_t(model.sourceFeatureWidth());
  if (tensor.shape.size() != 3 || (tensor.shape[1] != width && tensor.shape[2] != width))
    failShape("input_features", tensor, fmt::format("[batch, frames, {}]", width));
  bool isTransposed = tensor.shape[2] != width;
  int64_t frames = isTransposed ? tensor.shape[2] : tensor.shape[1];
  std::vector<GoldenSource> sources(size_t(tensor.shape[0]));
  const float *from = tensor.values.data();
  for (GoldenSource &source : sources) {
    source.features.resize(size_t(frames * width));
    for (int64_t frame = 0; frame < frames; ++frame)
      for (int64_t column = 0; column < width; ++column)
        source.features[size_t(frame * width + column)] =
            isTransposed ? from[column * frames + frame] : from[frame * width + column];
    from += frames * width;
  }
  return sources;
}

/// [batch, samples], in whole rows.
std::vector<GoldenSource> readSamples(const FloatTensor &tensor, const Model &model) {
  auto width = int64_t(model.sourceFeatureWidth());
  if (tensor.shape.size() != 2 || tensor.shape[1] % width != 0)
    failShape("input_values", tensor, fmt::format("[batch, samples] in rows of {}", width));
  std::vector<GoldenSource> sources(size_t(tensor.shape[0]));
  const float *from = tensor.values.data();
  for (GoldenSource &source : sources) {
    source.features.assign(from, from + tensor.shape[1]);
    from += tensor.shape[1];
  }
  return sources;
}

/// [batch, channels, height, width] in square patches, row by row of patches.
std::vector<GoldenSource> readPatches(const FloatTensor &tensor, const Model &model) {
  auto patchNumbers = int64_t(model.sourceFeatureWidth());
  std::string expected = fmt::format("images in square patches of {} numbers", patchNumbers);
  if (tensor.shape.size() != 4 || tensor.shape[1] == 0)
    failShape("pixel_values", tensor, expected);
  int64_t channels = tensor.shape[1], height = tensor.shape[2], width = tensor.shape[3];
  int64_t side = std::llround(std::sqrt(double(patchNumbers) / double(channels)));
  if (side * side * channels != patchNumbers || height % side != 0 || width % side != 0)
    failShape("pixel_values", tensor, expected);
  std::vector<GoldenSource> sources(size_t(tensor.shape[0]));
  const float *from = tensor.values.data();
  for (GoldenSource &source : sources) {
    for (int64_t top = 0; top != height; top += side)
      for (int64_t left = 0; left != width; left += side)
        for (int64_t channel = 0; channel < channels; ++channel)
          for (int64_t row = 0; row < side; ++row) {
            const float *line = from + (channel * height + top + row) * width + left;
            source.features.insert(source.features.end(), line, line + side);
          }
    from += channels * height * width;
  }
  return sources;
}

/// [batch, channels, height, width] as lines, pixel by pixel, and behind them a row for each id of
/// a prompt [batch, ids], which is in its column 0.
std::vector<GoldenSource> readLines(const FloatTensor &tensor, const IntegerTable &prompts,
                                    const Model &model) {
  auto lineNumbers = int64_t(model.sourceFeatureWidth());
  std::string expected =
      fmt::format("images of lines of {} numbers, each with a prompt", lineNumbers);
  if (tensor.shape.size() != 4 || tensor.shape[1] * tensor.shape[3] != lineNumbers ||
      size_t(tensor.shape[0]) != prompts.rowCount)
    failShape("pixel_values", tensor, expected);
  int64_t channels = tensor.shape[1], height = tensor.shape[2], width = tensor.shape[3];
  std::vector<GoldenSource> sources(prompts.rowCount);
  const float *from = tensor.values.data();
  for (size_t index = 0; index < sources.size(); ++index, from += channels * height * width) {
    std::vector<float> &features = sources[index].features;
    for (int64_t place = 0; place != height * width; ++place)
      for (int64_t channel = 0; channel < channels; ++channel)
        features.push_back(from[channel * height * width + place]);
    for (int64_t id : prompts.row(index)) {
      features.resize(features.size() + size_t(lineNumbers));
      features[features.size() - size_t(lineNumbers)] = float(id);
    }
  }
  return sources;
}

std::vector<GoldenSource> readContents(const Model &model, const Goldens &goldens,
                                       const GoldenCase &golden) {
  if (model.sourceFeatureWidth() != 0 && golden.inputs.contains("pixel_values") &&
      golden.inputs.contains("input_ids"))
    return readLines(goldens.floats(golden.inputs.at("pixel_values")),
                     goldens.integers(golden.inputs.at("input_ids")), model);
  std::vector<std::string> names;
  for (const char *name : {"input_ids", "input_features", "input_values", "pixel_values",
                           "flattened_patches", "patches"})
    if (golden.inputs.contains(name))
      names.push_back(name);
  if (names.size() != 1)
    throw InputError(
        fmt::format("expects one of the inputs input_ids, input_features, input_values, "
                    "pixel_values, flattened_patches and patches, but got {}",
                    names.empty() ? "none" : fmt::format("{}", fmt::join(names, " and "))));
  const std::string &tensor = golden.inputs.at(names.front());
  if (names.front() == "input_ids")
    return readIds(goldens.integers(tensor));
  FloatTensor numbers = goldens.floats(tensor);
  return names.front() == "input_features" ? readFrames(numbers, model)
         : names.front() == "input_values" ? readSamples(numbers, model)
         : names.front() == "pixel_values" ? readPatches(numbers, model)
                                           : readFrames(numbers, model);
}

/// That of flattened patches is made of floats.
IntegerTable readMask(const Goldens &goldens, const std::string &tensor, bool isOfFloats) {
  if (!isOfFloats)
    return goldens.integers(tensor);
  FloatTensor floats = goldens.floats(tensor);
  if (floats.shape.size() != 2)
    throw InputError("the attention_mask has not two dimensions");
  return {size_t(floats.shape[0]),
          size_t(floats.shape[1]),
          {floats.values.begin(), floats.values.end()}};
}

} // namespace

std::vector<size_t> GoldenSource::keptColumns(std::span<const int32_t> positions) const {
  if (ids.empty())
    return {positions.begin(), positions.end()};
  std::vector<size_t> columns;
  for (size_t column = 0; column < columnCount; ++column)
    if (mask.empty() || mask[column] != 0)
      columns.push_back(column);
  return columns;
}

/// Tokens that are kept and are 1 in the global_attention_mask get the value 2.
static void addGlobalTokens(const Goldens &goldens, const GoldenCase &golden,
                            std::vector<GoldenSource> &sources) {
  auto found = golden.inputs.find("global_attention_mask");
  if (found == golden.inputs.end())
    return;
  IntegerTable globals = goldens.integers(found->second);
  if (globals.rowCount != sources.size())
    throw InputError("the global_attention_mask has another number of rows than the sources");
  for (size_t row = 0; row < globals.rowCount; ++row) {
    std::span<const int64_t> values = globals.row(row);
    std::vector<uint8_t> &mask = sources[row].mask;
    if (values.size() != mask.size())
      throw InputError("the global_attention_mask has another length than the attention_mask");
    for (size_t column = 0; column < values.size(); ++column)
      if (mask[column] != 0 && values[column] != 0)
        mask[column] = 2;
  }
}

std::vector<GoldenSource> readGoldenSources(const Model &model, const Goldens &goldens,
                                            const GoldenCase &golden) {
  std::vector<GoldenSource> sources = readContents(model, goldens, golden);
  auto found = golden.inputs.find("attention_mask");
  if (found == golden.inputs.end())
    return sources;
  IntegerTable mask = readMask(goldens, found->second, golden.inputs.contains("flattened_patches"));
  if (mask.rowCount != sources.size())
    throw InputError("the attention_mask has another number of rows than the sources");
  for (size_t row = 0; row < mask.rowCount; ++row) {
    std::span<const int64_t> values = mask.row(row);
    size_t columns = sources[row].ids.empty()
                         ? sources[row].features.size() / model.sourceFeatureWidth()
                         : sources[row].columnCount;
    if (values.size() != columns)
      throw InputError("the attention_mask has another length than the sources");
    sources[row].mask.assign(values.begin(), values.end());
  }
  addGlobalTokens(goldens, golden, sources);
  return sources;
}

} // namespace transept::workbench

// SPDX-License-Identifier: Apache-2.0
//
// A directory's tensors as one name space: which files hold them, and reading them as float.

#include "checkpoints/Checkpoint.h"

#include "base/Error.h"
#include "base/Json.h"
#include "base/MappedFile.h"
#include "checkpoints/FloatConversion.h"
#include "checkpoints/Safetensors.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::checkpoints {

struct Checkpoint::State {
  std::string directory;
  struct File {
    std::string path;
    MappedFile mapping;
  };
  std::vector<File> files;
  std::map<std::string, TensorInfo, std::less<>> tensors;
  std::vector<std::string> absent;

  void add(const std::string &path);
  void addShards(const std::string &indexPath);
  const MappedFile &mappingOf(const TensorInfo &info) const;
};

void Checkpoint::State::add(const std::string &path) {
  files.push_back({path, MappedFile(path)});
  for (TensorInfo &info : parseSafetensors(files.back().mapping.bytes(), path)) {
    std::string name = info.name;
    auto [place, isNew] = tensors.try_emplace(name, std::move(info));
    if (!isNew)
      throw InputError(
          fmt::format("tensor '{}' is in two shards, {} and {}", name, place->second.file, path));
  }
}

void Checkpoint::State::addShards(const std::string &indexPath) {
  auto index = readJsonFile(indexPath);
  JsonFields fields(index, indexPath);
  const auto *weights = fields.find("weight_map");
  if (!weights || !weights->is_object())
    throw InputError(
        fmt::format("{}: weight_map: an object from tensor names to files is missing", indexPath));
  std::map<std::string, std::string> fileOf;
  std::set<std::string> shards;
  for (const auto &[name, value] : weights->items()) {
    std::string where = fmt::format("{}: weight_map.{}", indexPath, name);
    std::string shard = toText(value, where);
    // A shard lies beside its index: anything else could read files that are none of ours.
    if (shard.empty() || shard == "." || shard == ".." ||
        shard.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos)
      refuseValue(value, where, "the name of a file in the same directory");
    fileOf[name] = shard;
    shards.insert(shard);
  }
  if (shards.empty())
    throw InputError(fmt::format("{}: weight_map names no tensors", indexPath));
  for (const std::string &shard : shards) {
    std::string path = directory + "/" + shard;
    if (!std::filesystem::exists(path))
      throw InputError(fmt::format("{}: the shard {} is missing", indexPath, path));
    add(path);
  }
  for (const auto &[name, shard] : fileOf) {
    auto found = tensors.find(name);
    if (found == tensors.end())
      absent.push_back(name);
    else if (found->second.file != directory + "/" + shard)
      throw InputError(fmt::format("{}: tensor '{}' is said to be in {}, but is in {}", indexPath,
                                   name, shard, found->second.file));
  }
}

const MappedFile &Checkpoint::State::mappingOf(const TensorInfo &info) const {
  return std::find_if(files.begin(), files.end(),
                      [&](const File &file) { return file.path == info.file; })
      ->mapping;
}

Checkpoint::Checkpoint(std::unique_ptr<State> state) : state(std::move(state)) {}
Checkpoint::Checkpoint(Checkpoint &&) noexcept = default;
Checkpoint::~Checkpoint() = default;

Checkpoint Checkpoint::open(const std::string &directory) {
  auto state = std::make_unique<State>();
  state->directory = directory;
  // The order in which Hugging Face's from_pretrained looks for them.
  std::string single = directory + "/model.safetensors";
  std::string index = single + ".index.json";
  if (std::filesystem::exists(single))
    state->add(single);
  else if (std::filesystem::exists(index))
    state->addShards(index);
  else
    throw InputError(
        fmt::format("{}: neither model.safetensors nor model.safetensors.index.json is "
                    "there{}",
                    directory,
                    std::filesystem::exists(directory + "/pytorch_model.bin")
                        ? "; pytorch_model.bin cannot be read, convert it to safetensors"
                        : ""));
  return Checkpoint(std::move(state));
}

const TensorInfo *Checkpoint::find(std::string_view name) const {
  auto found = state->tensors.find(name);
  return found == state->tensors.end() ? nullptr : &found->second;
}

const TensorInfo &Checkpoint::at(std::string_view name) const {
  if (const TensorInfo *info = find(name))
    return *info;
  throw InputError(fmt::format("{}: there is no tensor '{}'", state->directory, name));
}

const std::map<std::string, TensorInfo, std::less<>> &Checkpoint::tensors() const {
  return state->tensors;
}

const std::vector<std::string> &Checkpoint::absentTensors() const {
  return state->absent;
}

const std::string &Checkpoint::directory() const {
  return state->directory;
}

void Checkpoint::release(std::string_view name) const {
  const TensorInfo &info = at(name);
  state->mappingOf(info).release(info.data);
}

namespace {

void checkWeightType(const TensorInfo &info) {
  if (!isWeightType(info.type))
    throw InputError(fmt::format("{}: tensor '{}' is {}, weights may be F32, F16 or BF16",
                                 info.file, info.name, elementTypeName(info.type)));
}

void checkRows(const TensorInfo &info, int64_t first, int64_t count, int64_t rows) {
  if (first < 0 || count < 0 || first > rows || count > rows - first)
    throw InputError(fmt::format("{}: tensor '{}' of shape {}: {} rows from row {} were asked for, "
                                 "it has {}",
                                 info.file, info.name, formatShape(info.shape), count, first,
                                 rows));
}

[[noreturn]] void refuseNonFinite(const TensorInfo &info, int64_t row, int64_t column,
                                  float value) {
  throw InputError(
      fmt::format("{}: tensor '{}' holds {} at row {}, column {}; weights must be finite",
                  info.file, info.name, std::isnan(value) ? "NaN" : "infinity", row, column));
}

} // namespace

void Checkpoint::readFloat(std::string_view name, float *out, int64_t firstRow,
                           int64_t rowCount) const {
  readFloat(TensorReference{.name = std::string(name)}, 0, out, firstRow, rowCount);
}

void Checkpoint::readFloat(const TensorReference &reference, int64_t layer, float *out,
                           int64_t firstRow, int64_t rowCount) const {
  const TensorInfo &info = at(layerName(reference.name, layer));
  checkWeightType(info);
  MatrixShape shape = referenceShape(reference, info);
  checkRows(info, firstRow, rowCount, shape.rows);
  int64_t size = elementSize(info.type);
  int64_t begin = reference.rowBegin + firstRow;
  auto check = [&](std::span<const float> values, int64_t row) {
    if (int64_t bad = findNonFinite(values); bad >= 0)
      refuseNonFinite(info, row + bad / shape.columns, bad % shape.columns, values[size_t(bad)]);
  };
  if (!reference.isTransposed) {
    std::span<float> all(out, size_t(rowCount * shape.columns));
    convertToFloat(info.type, info.data.data() + begin * shape.columns * size, all);
    return check(all, begin);
  }
  for (int64_t row = 0; row < rowCount; ++row) {
    std::span<float> one(out + row * shape.columns, size_t(shape.columns));
    convertToFloat(info.type, info.data.data() + (begin + row) * size, one, info.columnCount());
    check(one, begin + row);
  }
}

std::vector<float> Checkpoint::readAll(const TensorReference &reference, int64_t layer) const {
  MatrixShape shape = referenceShape(reference, at(layerName(reference.name, layer)));
  std::vector<float> values(size_t(shape.rows * shape.columns));
  readFloat(reference, layer, values.data(), 0, shape.rows);
  return values;
}

MatrixShape referenceShape(const TensorReference &reference, const TensorInfo &info) {
  MatrixShape shape{info.rowCount(), info.columnCount()};
  if (reference.isTransposed)
    std::swap(shape.rows, shape.columns);
  if (reference.rowCount == 0 && reference.rowBegin == 0)
    return shape;
  if (reference.rowBegin < 0 || reference.rowCount < 1 || reference.rowBegin > shape.rows ||
      reference.rowCount > shape.rows - reference.rowBegin)
    throw InputError(
        fmt::format("{}: tensor '{}' of shape {}: a reference asks for {} rows from row {}, "
                    "it has {}",
                    info.file, info.name, formatShape(info.shape), reference.rowCount,
                    reference.rowBegin, shape.rows));
  return {reference.rowCount, shape.columns};
}

std::string layerName(std::string_view name, int64_t layer) {
  constexpr std::string_view mark = "{layer}";
  std::string result;
  for (size_t at; (at = name.find(mark)) != std::string_view::npos;) {
    result += name.substr(0, at);
    result += std::to_string(layer);
    name.remove_prefix(at + mark.size());
  }
  return result += name;
}

} // namespace transept::checkpoints

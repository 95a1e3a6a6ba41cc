// SPDX-License-Identifier: Apache-2.0
//
// A directory's tensors as one name space: which files hold them, and reading them as float.

#include "checkpoints/Checkpoint.h"

#include "base/Error.h"
#include "base/Json.h"
#include "base/MappedFile.h"
#include "base/ModelFolder.h"
#include "checkpoints/CTranslate2File.h"
#include "checkpoints/FloatConversion.h"
#include "checkpoints/MarianBinary.h"
#include "checkpoints/NumpyArchive.h"
#include "checkpoints/Safetensors.h"
#include "checkpoints/StridedMatrix.h"
#include "checkpoints/TorchFile.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::checkpoints {

namespace {

using Parse = std::vector<TensorInfo> (*)(std::span<const std::byte> bytes,
                                          const std::string &origin);

struct Format {
  const char *file;
  Parse parse;
};

// The order in which Hugging Face's from_pretrained looks for them.
constexpr Format formats[] = {{"model.safetensors", parseSafetensors},
                              {"pytorch_model.bin", parseTorchFile}};

/// How a file is read that a description names, whatever its name is. Torch's, Marian's and
/// CTranslate2's have the same ending.
Parse parserOf(std::string_view file, std::span<const std::byte> bytes) {
  if (file.ends_with(".npz"))
    return parseNumpyArchive;
  if (file.ends_with(".safetensors"))
    return parseSafetensors;
  if (isMarianBinary(bytes))
    return parseMarianBinary;
  return isCTranslate2File(bytes) ? parseCTranslate2File : parseTorchFile;
}

bool isUtf8(const std::string &text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::type_error &) {
    return false;
  }
}

/// Whether it names a file of the directory itself.
bool isFileName(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\\0", 3)) == name.npos;
}

/// Names go into messages and JSON, and no model has ones that a terminal would obey.
void checkName(const TensorInfo &info) {
  constexpr size_t longest = 1000;
  bool isPlain = std::none_of(info.name.begin(), info.name.end(),
                              [](unsigned char c) { return c < ' ' || c == 0x7f; });
  if (!isPlain || info.name.size() > longest || !isUtf8(info.name))
    throw InputError(fmt::format("{}: {} cannot name a tensor: at most {} bytes of UTF-8 without "
                                 "control characters can",
                                 info.file, quoteText(info.name), longest));
}

} // namespace

struct Checkpoint::State {
  std::string directory;
  struct File {
    std::string path;
    MappedFile mapping;
  };
  std::vector<File> files;
  std::map<std::string, TensorInfo, std::less<>> tensors;
  std::vector<std::string> absent, unread;

  /// Null: as the file's name and beginning say.
  void add(const std::string &path, Parse parse);
  void addShards(const std::string &indexPath, Parse parse);
  void find();
  void addNamed(const std::string &file);
  const MappedFile &mappingOf(const TensorInfo &info) const;
};

void Checkpoint::State::add(const std::string &path, Parse parse) {
  files.push_back({path, MappedFile(path)});
  std::span<const std::byte> bytes = files.back().mapping.bytes();
  if (!parse)
    parse = parserOf(path, bytes);
  for (TensorInfo &info : parse(bytes, path)) {
    checkName(info);
    std::string name = info.name;
    auto [place, isNew] = tensors.try_emplace(name, std::move(info));
    if (!isNew)
      throw InputError(
          fmt::format("tensor '{}' is in two shards, {} and {}", name, place->second.file, path));
  }
}

void Checkpoint::State::addShards(const std::string &indexPath, Parse parse) {
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
    if (!isFileName(shard))
      refuseValue(value, where, "the name of a file in the same directory");
    fileOf[name] = shard;
    shards.insert(shard);
  }
  if (shards.empty())
    throw InputError(fmt::format("{}: weight_map names no tensors", indexPath));
  for (const std::string &shard : shards) {
    std::string path = directory + "/" + shard;
    if (!hasFile(directory, shard))
      throw InputError(fmt::format("{}: the shard {} is missing{}", indexPath, path,
                                   fetchAdvice(directory, shard)));
    add(path, parse);
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

void Checkpoint::State::find() {
  for (const Format &format : formats)
    for (bool isSharded : {false, true}) {
      std::string file = format.file + std::string(isSharded ? ".index.json" : "");
      std::string path = directory + "/" + file;
      if (!files.empty()) {
        if (std::filesystem::exists(path))
          unread.push_back(path);
      } else if (hasFile(directory, file)) {
        isSharded ? addShards(path, format.parse) : add(path, format.parse);
      }
    }
  if (files.empty())
    throw InputError(fmt::format("{}: neither {} nor {} is there, in one file or in shards with "
                                 "FILE.index.json{}",
                                 directory, formats[0].file, formats[1].file,
                                 fetchAdvice(directory, formats[0].file)));
}

void Checkpoint::State::addNamed(const std::string &file) {
  if (!isFileName(file))
    throw InputError(
        fmt::format("{}: the weights are said to be in {}, but allowed is the name of a "
                    "file in this directory",
                    directory, quoteText(file)));
  needFile(directory, file);
  add(directory + "/" + file, /*parse=*/nullptr);
}

const MappedFile &Checkpoint::State::mappingOf(const TensorInfo &info) const {
  return std::find_if(files.begin(), files.end(),
                      [&](const File &file) { return file.path == info.file; })
      ->mapping;
}

Checkpoint::Checkpoint(std::unique_ptr<State> state) : state(std::move(state)) {}
Checkpoint::Checkpoint(Checkpoint &&) noexcept = default;
Checkpoint::~Checkpoint() = default;

Checkpoint Checkpoint::open(const std::string &directory, const std::string &file) {
  auto state = std::make_unique<State>();
  state->directory = directory;
  if (file.empty())
    state->find();
  else
    state->addNamed(file);
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

const std::vector<std::string> &Checkpoint::unreadFiles() const {
  return state->unread;
}

void Checkpoint::release(std::string_view name) const {
  const TensorInfo &info = at(name);
  state->mappingOf(info).release(info.data);
}

namespace {

void checkWeightType(const TensorInfo &info) {
  if (!info.isWeight())
    throw InputError(fmt::format("{}: tensor '{}' is {}, weights may be {}", info.file, info.name,
                                 elementTypeName(info.type), weightTypeNames()));
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

/// Rows of `columns` numbers; the first is row `begin` of the tensor. Of a transposed one each
/// column is a row of the tensor.
void divideRows(const TensorInfo &info, std::span<float> all, int64_t begin, int64_t columns,
                bool isTransposed) {
  for (size_t first = 0; first < all.size(); first += size_t(columns)) {
    auto row = int64_t(first) / columns;
    float factor = isTransposed ? 0 : 1 / info.rowDivisor(begin + row);
    for (int64_t column = 0; column < columns; ++column)
      all[first + size_t(column)] *= isTransposed ? 1 / info.rowDivisor(column) : factor;
  }
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
  int64_t begin = reference.rowBegin + firstRow;
  auto check = [&](std::span<const float> values, int64_t row) {
    if (int64_t bad = findNonFinite(values); bad >= 0)
      refuseNonFinite(info, row + bad / shape.columns, bad % shape.columns, values[size_t(bad)]);
  };
  StridedMatrix matrix(info);
  std::span<float> all(out, size_t(rowCount * shape.columns));
  if (all.empty())
    return;
  // Rows that lie one after another are one run, and so are those of one element.
  if (!reference.isTransposed && info.strides.empty()) {
    convertToFloat(info.type, info.data.data() + begin * shape.columns * elementSize(info.type),
                   all);
  } else if (!reference.isTransposed && shape.columns == 1) {
    matrix.readColumn(0, begin, all);
  } else {
    for (int64_t row = 0; row < rowCount; ++row) {
      auto one = all.subspan(size_t(row * shape.columns), size_t(shape.columns));
      if (reference.isTransposed)
        matrix.readColumn(begin + row, 0, one);
      else
        matrix.readRow(begin + row, one);
    }
  }
  if (info.divisor != 0)
    for (float &value : all)
      value *= 1 / info.divisor;
  if (!info.rowDivisors.empty())
    divideRows(info, all, begin, shape.columns, reference.isTransposed);
  check(all, begin);
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
  std::string result(name);
  for (auto [mark, number] : {std::pair("{layer}", layer), std::pair("{layer+1}", layer + 1)})
    for (size_t at; (at = result.find(mark)) != std::string::npos;)
      result.replace(at, std::string_view(mark).size(), std::to_string(number));
  return result;
}

} // namespace transept::checkpoints

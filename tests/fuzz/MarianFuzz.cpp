// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes Marian's files have, .npz or .bin: either InputError, or tensors that lie inside
// the file and can be read; and their options are read or refused.

#include "base/Error.h"
#include "base/FlatYaml.h"
#include "checkpoints/MarianBinary.h"
#include "checkpoints/NumpyArchive.h"
#include "checkpoints/StridedMatrix.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

using namespace transept;

static void readAll(const checkpoints::TensorInfo &info) {
  checkpoints::StridedMatrix matrix(info);
  std::vector<float> row(size_t(info.columnCount())), column(size_t(info.rowCount()));
  for (int64_t index = 0; index < info.rowCount(); ++index)
    matrix.readRow(index, row);
  for (int64_t index = 0; index < info.columnCount(); ++index)
    matrix.readColumn(index, 0, column);
}

static void check(const checkpoints::TensorInfo &info, std::span<const std::byte> bytes) {
  if (info.data.data() < bytes.data() ||
      info.data.data() + info.data.size() > bytes.data() + bytes.size())
    throw std::logic_error("a tensor lies outside the file: " + info.name);
  if (info.elementCount() != 0 && info.rowCount() * info.columnCount() != info.elementCount())
    throw std::logic_error("a shape does not fit its elements: " + info.name);
  if (info.elementCount() != 0 && info.elementCount() < 10'000 && info.isWeight())
    readAll(info);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::span<const std::byte> bytes(reinterpret_cast<const std::byte *>(data), size);
  for (auto parse : {checkpoints::parseMarianBinary, checkpoints::parseNumpyArchive})
    try {
      for (const checkpoints::TensorInfo &info : parse(bytes, "fuzz"))
        check(info, bytes);
    } catch (const InputError &) {
    }
  try {
    parseFlatYaml({reinterpret_cast<const char *>(data), size}, "fuzz");
  } catch (const InputError &) {
  }
  return 0;
}

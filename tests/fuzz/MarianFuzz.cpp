// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes Marian's files have, .npz or .bin: either InputError, or tensors that lie inside
// the file and can be read; and their options are read or refused.

#include "base/Error.h"
#include "base/FlatYaml.h"
#include "checkpoints/MarianBinary.h"
#include "checkpoints/NumpyArchive.h"
#include "tests/fuzz/ReadTensor.h"

#include <nlohmann/json.hpp>

using namespace transept;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::span<const std::byte> bytes(reinterpret_cast<const std::byte *>(data), size);
  for (auto parse : {checkpoints::parseMarianBinary, checkpoints::parseNumpyArchive})
    try {
      for (const checkpoints::TensorInfo &info : parse(bytes, "fuzz"))
        tests::readTensor(info, bytes);
    } catch (const InputError &) {
    }
  try {
    parseFlatYaml({reinterpret_cast<const char *>(data), size}, "fuzz");
  } catch (const InputError &) {
  }
  return 0;
}

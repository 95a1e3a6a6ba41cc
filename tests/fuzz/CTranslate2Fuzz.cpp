// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes CTranslate2's model.bin has: either InputError, or tensors that lie inside the
// file with their scales, and can be read.

#include "base/Error.h"
#include "checkpoints/CTranslate2File.h"
#include "tests/fuzz/ReadTensor.h"

using namespace transept;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::span<const std::byte> bytes(reinterpret_cast<const std::byte *>(data), size);
  try {
    for (const checkpoints::TensorInfo &info : checkpoints::parseCTranslate2File(bytes, "fuzz"))
      tests::readTensor(info, bytes);
  } catch (const InputError &) {
  }
  return 0;
}

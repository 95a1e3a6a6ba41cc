// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes a safetensors file has: either InputError, or tensors that lie inside the file,
// one after the other.

#include "base/Error.h"
#include "checkpoints/Safetensors.h"

#include <stdexcept>

using namespace transept;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::span<const std::byte> bytes(reinterpret_cast<const std::byte *>(data), size);
  try {
    const std::byte *position = nullptr;
    for (const checkpoints::TensorInfo &info : checkpoints::parseSafetensors(bytes, "fuzz")) {
      if (info.data.data() < bytes.data() ||
          info.data.data() + info.data.size() > bytes.data() + bytes.size() ||
          (position && info.data.data() != position))
        throw std::logic_error("a tensor lies outside its place: " + info.name);
      if (info.elementCount() != 0 && info.rowCount() * info.columnCount() != info.elementCount())
        throw std::logic_error("a shape does not fit its data: " + info.name);
      position = info.data.data() + info.data.size();
    }
  } catch (const InputError &) {
  }
  return 0;
}

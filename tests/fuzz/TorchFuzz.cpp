// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes a file of torch.save has: either InputError, or tensors that lie inside the file
// and can be read.

#include "base/Error.h"
#include "checkpoints/TorchFile.h"
#include "tests/fuzz/ReadTensor.h"
#include "tests/support/TorchFiles.h"

using namespace transept;

extern "C" void addFuzzSeeds(std::vector<std::string> &seeds) {
  std::string shared = torch::storage("FloatStorage", "0", 12);
  std::string value = torch::dictionary(
      {{"model", torch::dictionary(
                     {{"a", torch::tensor(shared, {0, {3, 4}, {4, 1}})},
                      {"b", torch::tensor(shared, {1, {2, 3, 2}, {6, 1, 3}})},
                      {"c", torch::tensor(torch::storage("LongStorage", "1", 2), {0, {2}, {0}})}},
                     torch::orderedDictionary())},
       {"step", torch::list({torch::number(7), torch::none})}});
  std::string floats(48, '\1'), integers(16, '\2');
  seeds.push_back(torch::archive(value, {{"0", floats}, {"1", integers}}));
  seeds.push_back(torch::archive(value, {{"0", floats}, {"1", integers}}, {.isLarge = true}));
  seeds.push_back(torch::legacy(value, {{"1", 2, integers}, {"0", 12, floats}}));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::span<const std::byte> bytes(reinterpret_cast<const std::byte *>(data), size);
  try {
    for (const checkpoints::TensorInfo &info : checkpoints::parseTorchFile(bytes, "fuzz"))
      tests::readTensor(info, bytes);
  } catch (const InputError &) {
  }
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// Whatever a description file says: either InputError, or a description that survives its own JSON
// and whose checks against itself and a checkpoint end in InputError at worst.

#include "base/Error.h"
#include "compiler/frontend/DescribeCheckpoint.h"
#include "compiler/frontend/description/DescriptionJson.h"
#include "compiler/frontend/description/DescriptionTensors.h"

#include <stdexcept>

using namespace transept;
using namespace transept::frontend;

namespace {

std::string golden = TRANSEPT_SOURCE_DIR "/tests/golden/checkpoints/";

} // namespace

extern "C" void addFuzzSeeds(std::vector<std::string> &seeds) {
  std::vector<std::string> warnings;
  for (const char *folder : {"t5", "marian"}) {
    Description description = describeCheckpoint(golden + folder, warnings);
    description.checkpoint.clear();
    seeds.push_back(toJson(description));
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const checkpoints::Checkpoint checkpoint = checkpoints::Checkpoint::open(golden + "t5");
  try {
    Description description = fromJson({reinterpret_cast<const char *>(data), size}, "fuzz");
    std::string written = toJson(description);
    if (toJson(fromJson(written)) != written)
      throw std::logic_error("a description does not survive its JSON");
    checkDescription(description);
    checkTensors(description, checkpoint);
  } catch (const InputError &) {
  }
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// Whatever config.json or generation_config.json says about a good checkpoint: either InputError,
// or a description that makes sense and survives its own JSON.

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionJson.h"
#include "compiler/frontend/description/DescriptionTensors.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Families.h"
#include "compiler/frontend/families/Generation.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

using namespace transept;
using namespace transept::frontend;

namespace {

const checkpoints::Checkpoint &goldenCheckpoint(const std::string &folder) {
  static std::map<std::string, checkpoints::Checkpoint> checkpoints;
  auto found = checkpoints.find(folder);
  if (found == checkpoints.end())
    found = checkpoints
                .emplace(folder, checkpoints::Checkpoint::open(
                                     TRANSEPT_SOURCE_DIR "/tests/golden/checkpoints/" + folder))
                .first;
  return found->second;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view text(reinterpret_cast<const char *>(data), size);
  try {
    std::vector<std::string> warnings;
    auto json = parseJson(text, "fuzz");
    JsonFields config(json, "fuzz");
    readGenerationDefaults(config, nullptr, {}, 300, warnings);
    const Family &family = findFamily(config);
    const checkpoints::Checkpoint &checkpoint =
        goldenCheckpoint(family.modelType == "marian" ? "marian" : "t5");
    FamilyInput input{config, checkpoint, family.modelType, warnings};
    FamilyResult result = family.describe(input);
    result.description.name = "fuzz";
    checkTensors(result.description, checkpoint, result.shapeOrigins);
    result.description.generation =
        readGenerationDefaults(config, nullptr, result.specialIds,
                               result.description.target.embedding.vocabularySize, warnings);
    checkDescription(result.description);
    warnUnknownFields(config, warnings);
    std::string written = toJson(result.description);
    if (toJson(fromJson(written)) != written)
      throw std::logic_error("a description does not survive its JSON");
  } catch (const InputError &) {
  }
  return 0;
}

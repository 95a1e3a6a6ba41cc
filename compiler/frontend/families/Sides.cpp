// SPDX-License-Identifier: Apache-2.0
//
// Reads the configuration of a side inside of that of a model.

#include "compiler/frontend/families/Sides.h"

#include "compiler/frontend/families/Generation.h"

#include <nlohmann/json.hpp>

namespace transept::frontend {

void describePart(FamilyInput &input, FamilyResult &result, const std::string &key, ConfigRole role,
                  const std::function<void(Side &)> &describe,
                  std::span<const std::string_view> honoured) {
  static const nlohmann::ordered_json none = nlohmann::ordered_json::object();
  const auto *object = input.config.find(key);
  JsonFields config(object ? *object : none, input.config.where(key));
  refuseUnsupportedFields(config, role, honoured);
  Side side{config, input.checkpoint, result};
  describe(side);
  markGenerationFields(config);
  warnUnknownFields(config, input.warnings);
}

} // namespace transept::frontend

// SPDX-License-Identifier: Apache-2.0
//
// Generation defaults as Hugging Face resolves them: generation_config.json alone where it exists,
// otherwise the same fields of config.json, then of its decoder's configuration where it has one,
// otherwise the defaults of the configuration class and of GenerationConfig.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_GENERATION_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_GENERATION_H

#include "base/Json.h"
#include "compiler/frontend/description/Description.h"
#include "compiler/frontend/families/Families.h"

#include <string>
#include <vector>

namespace transept::frontend {

/// The fields of `config` that a configuration shares with GenerationConfig, marked as read.
void markGenerationFields(JsonFields &config);

/// `generationConfig` may be null. Marks the generation fields of `config` as read. Options that
/// would change results but are not honoured (guidance_scale, ...) become warnings:
/// a checkpoint must compile although its defaults sample.
GenerationDefaults readGenerationDefaults(JsonFields &config, JsonFields *generationConfig,
                                          const SpecialIdDefaults &defaults, int64_t vocabularySize,
                                          std::vector<std::string> &warnings);

} // namespace transept::frontend

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The coverage penalty of Wu et al. (2016), as CTranslate2 has it: results that look at too little
// of their source count less.
#ifndef TRANSEPT_RUNTIME_DECODE_COVERAGE_H
#define TRANSEPT_RUNTIME_DECODE_COVERAGE_H

#include "runtime/decode/Search.h"
#include "runtime/engine/Handles.h"

namespace transept::runtime {

/// Adds the penalty to the scores of a source's results, puts them in order again and keeps as many
/// as the settings return. Their cross-attention of the last layer is computed once more.
void rankByCoverage(Engine &engine, const GenerationSettings &settings, transept_source *source,
                    std::vector<GeneratedSequence> &results);

} // namespace transept::runtime

#endif

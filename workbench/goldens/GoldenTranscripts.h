// SPDX-License-Identifier: Apache-2.0
//
// Recorded transcripts of long sounds and times of tokens, as the generate function that models of
// speech have in Hugging Face returns them.

#ifndef TRANSEPT_WORKBENCH_GOLDENS_GOLDENTRANSCRIPTS_H
#define TRANSEPT_WORKBENCH_GOLDENS_GOLDENTRANSCRIPTS_H

#include "workbench/goldens/GoldenChecks.h"

namespace transept::workbench {

/// Whether the case is one of those: of kind "whisper_long" or "whisper_word".
bool isTranscriptCase(const GoldenCase &golden);

/// Transcribes each row by itself and compares segments with their times and ids, and times of
/// tokens. Fills in comparisons, ids and failure. Throws InputError where the case does not fit the
/// model.
void checkTranscriptCase(const Model &model, const Goldens &goldens, const GoldenCase &golden,
                         const Tolerances &tolerances, CaseResult &result);

} // namespace transept::workbench

#endif

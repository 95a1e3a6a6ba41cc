// SPDX-License-Identifier: Apache-2.0
//
// Results of lines that the library itself reads: split into sentences, or with unknown tokens
// replaced.

#ifndef TRANSEPT_COMMANDS_SENTENCERESULTS_H
#define TRANSEPT_COMMANDS_SENTENCERESULTS_H

#include "commands/GenerateResults.h"
#include "commands/SourceIsolation.h"

namespace transept::commands {

/// The lines of each source's text. Throws Error about "sources[N]" for one that is refused.
std::vector<std::string> translateTexts(const Model &model, const Sources &given,
                                        const TextOptions &options, const ResultFormat &format);

} // namespace transept::commands

#endif

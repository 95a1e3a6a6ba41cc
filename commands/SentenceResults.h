// SPDX-License-Identifier: Apache-2.0
//
// Results of lines that are split into sentences, by the library itself.

#ifndef TRANSEPT_COMMANDS_SENTENCERESULTS_H
#define TRANSEPT_COMMANDS_SENTENCERESULTS_H

#include "commands/GenerateResults.h"
#include "commands/SourceIsolation.h"

namespace transept::commands {

/// A line for each source's text. Throws Error about "sources[N]" for one that is refused.
std::vector<std::string> translateSentences(const Model &model, const Sources &given,
                                            const TextOptions &options, const ResultFormat &format);

} // namespace transept::commands

#endif

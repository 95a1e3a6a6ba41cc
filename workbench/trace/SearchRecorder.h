// SPDX-License-Identifier: Apache-2.0
//
// What the search over the vocabulary gives, which no buffer of a plan holds: seen where a program
// hands it to beam search.

#ifndef TRANSEPT_WORKBENCH_TRACE_SEARCHRECORDER_H
#define TRANSEPT_WORKBENCH_TRACE_SEARCHRECORDER_H

#include "workbench/story/Story.h"
#include "workbench/trace/TraceFile.h"

#include "transept/model.h"

#include <string>
#include <vector>

namespace transept::workbench {

/// Searches for what follows each beginning of `target`, 16 at most, by one step of beam search
/// without forced tokens. `suppressed` tokens are taken out beside those that the model's rules
/// take out. Rows are counted from `firstRow`. `decode` is the program in the model's story.
std::vector<SearchedRow> recordSearch(const Model &model, const story::Program &decode,
                                      const Source &source, const std::vector<Id> &target,
                                      const std::vector<Id> &suppressed, int64_t firstRow);

/// What is wrong with the searches of a trace beside its own logits, which were computed another
/// way; empty if nothing is. Begins with the name of a value.
std::string problemOfSearches(const Trace &trace);

} // namespace transept::workbench

#endif

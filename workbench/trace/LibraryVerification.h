// SPDX-License-Identifier: Apache-2.0
//
// The end of `--verify-passes`: what passes left is right, so what a library computes otherwise is
// the fault of its plan, a kernel or the packing of weights.

#ifndef TRANSEPT_WORKBENCH_TRACE_LIBRARYVERIFICATION_H
#define TRANSEPT_WORKBENCH_TRACE_LIBRARYVERIFICATION_H

#include "workbench/trace/TraceRecorder.h"

#include <string>
#include <vector>

namespace transept::workbench {

/// What the model of a library computes on some inputs, without the library (InterpretedRun.h
/// makes it).
struct ReferenceRun {
  std::vector<TraceInput> inputs; // each with a target; ids also where the model has no source
  Trace values;
};

/// Runs each of `levels` that this machine can run on the same inputs and compares every value that
/// the plan names and every result that leaves a program: states, logits, attention weights, and
/// what the search over the vocabulary gives, with the logits of the same library. Warns of what
/// cannot be verified. Throws InputError that names the first launch whose result is wrong, its
/// kernels and the element.
void verifyLibrary(const std::string &library, const std::vector<std::string> &levels,
                   const ReferenceRun &reference);

} // namespace transept::workbench

#endif

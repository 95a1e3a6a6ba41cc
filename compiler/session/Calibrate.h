// SPDX-License-Identifier: Apache-2.0
//
// `--calibrate`: what the inputs of each linear layer look like on sources that a user gives.

#ifndef TRANSEPT_COMPILER_SESSION_CALIBRATE_H
#define TRANSEPT_COMPILER_SESSION_CALIBRATE_H

#include "compiler/emit/weights/InputMoments.h"
#include "compiler/session/ChooseWeights.h"

namespace transept::session {

/// Compiles `input` in f32 for this machine, runs it on the sources of `options.calibrate`, with
/// the targets that it generates greedily, and adds up what its linear layers multiply. Throws
/// InputError where there are no sources, and Error where the model refuses one.
emit::Calibration calibrate(const std::string &input, const CompileOptions &options,
                            const std::function<BuiltLibrary(const CompileOptions &)> &build);

} // namespace transept::session

#endif

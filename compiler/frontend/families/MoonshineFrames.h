// SPDX-License-Identifier: Apache-2.0
//
// What Moonshine Streaming's encoder has in place of Moonshine's: frames of samples and windows.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_MOONSHINEFRAMES_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_MOONSHINEFRAMES_H

#include "base/Json.h"
#include "checkpoints/Checkpoint.h"
#include "compiler/frontend/description/Description.h"

#include <string>

namespace transept::frontend {

/// Makes `stack`, whose layers have attention and products, the encoder `module`: gives it
/// features, windows, norms and an activation. Reads sample_rate, frame_ms, sliding_windows and
/// hidden_act, and a number of the checkpoint.
void hearFrames(JsonFields &config, const checkpoints::Checkpoint &checkpoint,
                const std::string &module, Stack &stack);

} // namespace transept::frontend

#endif

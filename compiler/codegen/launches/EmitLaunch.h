// SPDX-License-Identifier: Apache-2.0
//
// Which kernel serves which launch. Every launch op of the plan has an `emitLaunch` here: without
// one, the table in EmitLaunch.cpp does not compile.

#ifndef TRANSEPT_COMPILER_CODEGEN_LAUNCHES_EMITLAUNCH_H
#define TRANSEPT_COMPILER_CODEGEN_LAUNCHES_EMITLAUNCH_H

#include "compiler/codegen/launches/LaunchEmitter.h"

namespace transept::codegen {

/// Calls the emitLaunch of the launch's op. Its name is its own, because a launch without an
/// emitLaunch would convert to the interface.
void emitAnyLaunch(plan::LaunchOpInterface launch, LaunchEmitter &emitter);

// EmitEmbedding.cpp
void emitLaunch(plan::EmbedOp op, LaunchEmitter &launch);
void emitLaunch(plan::EmbedPositionsOp op, LaunchEmitter &launch);
void emitLaunch(plan::TakeFeaturesOp op, LaunchEmitter &launch);
void emitLaunch(plan::WindowsOp op, LaunchEmitter &launch);
void emitLaunch(plan::PrependOp op, LaunchEmitter &launch);
void emitLaunch(plan::AppendOp op, LaunchEmitter &launch);
void emitLaunch(plan::EmbedColumnOp op, LaunchEmitter &launch);

// EmitConvolution.cpp
void emitLaunch(plan::DepthwiseOp op, LaunchEmitter &launch);
void emitLaunch(plan::GridWindowsOp op, LaunchEmitter &launch);

// EmitLinear.cpp
void emitLaunch(plan::LinearOp op, LaunchEmitter &launch);

// EmitAttention.cpp
void emitLaunch(plan::AttendOp op, LaunchEmitter &launch);
void emitLaunch(plan::StoreOp op, LaunchEmitter &launch);

// EmitRecurrence.cpp
void emitLaunch(plan::RecurOp op, LaunchEmitter &launch);

// EmitRows.cpp
void emitLaunch(plan::NormalizeOp op, LaunchEmitter &launch);
void emitLaunch(plan::ElementwiseOp op, LaunchEmitter &launch);
void emitLaunch(plan::TakeRequestedOp op, LaunchEmitter &launch);
void emitLaunch(plan::EmitStatesOp op, LaunchEmitter &launch);

// EmitRotary.cpp
void emitLaunch(plan::RotateOp op, LaunchEmitter &launch);

// EmitSequenceNorm.cpp
void emitLaunch(plan::MeasureRowsOp op, LaunchEmitter &launch);
void emitLaunch(plan::NormalizeSequenceOp op, LaunchEmitter &launch);

// EmitGrid.cpp
void emitLaunch(plan::TileRowsOp op, LaunchEmitter &launch);
void emitLaunch(plan::UntileRowsOp op, LaunchEmitter &launch);
void emitLaunch(plan::MergeTilesOp op, LaunchEmitter &launch);

// EmitGlobalRows.cpp
void emitLaunch(plan::SumBlocksOp op, LaunchEmitter &launch);
void emitLaunch(plan::ReplaceRequestedOp op, LaunchEmitter &launch);

// EmitParts.cpp
void emitLaunch(plan::MoveRowsOp op, LaunchEmitter &launch);
void emitLaunch(plan::ConcatenateOp op, LaunchEmitter &launch);
void emitLaunch(plan::PrependMeanOp op, LaunchEmitter &launch);
void emitLaunch(plan::AttendChannelsOp op, LaunchEmitter &launch);

// EmitVocabulary.cpp
void emitLaunch(plan::SearchOp op, LaunchEmitter &launch);
void emitLaunch(plan::MergeSearchOp op, LaunchEmitter &launch);

} // namespace transept::codegen

#endif

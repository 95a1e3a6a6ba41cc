// SPDX-License-Identifier: Apache-2.0
//
// Turns the launches of one program into functions. It knows what is the same for all of them:
// where buffers, weights and the caller's fields are.

#ifndef TRANSEPT_COMPILER_CODEGEN_LAUNCHES_LAUNCHEMITTER_H
#define TRANSEPT_COMPILER_CODEGEN_LAUNCHES_LAUNCHEMITTER_H

#include "compiler/codegen/kernels/RowMath.h"
#include "dialects/Plan/Plan.h"

#include <optional>

namespace transept::codegen {

/// The value of a field of the invocation (abi.h).
Expression loadField(KernelBuilder &kernel, Expression invocation, llvm::StringRef name);

class LaunchEmitter {
public:
  LaunchEmitter(plan::ProgramOp program, KernelBuilder &kernel);

  /// The function `name` (invocation, worker, worker count) that does the launch's work.
  mlir::func::FuncOp emit(plan::LaunchOpInterface launch, llvm::StringRef name);

  /// What the launches emitted so far need of each worker's scratch memory.
  int64_t scratchBytes() const { return bytes; }
  int64_t scratchBytesPerKey() const { return bytesPerKey; }

  // What follows is for emitLaunch, within the function of its launch.

  KernelBuilder &kernel;
  Expression worker, workerCount;
  /// The rows of the invocation, of which every program's last space has as many.
  Expression rowCount;

  Expression field(llvm::StringRef name) { return loadField(kernel, invocation, name); }
  Expression rowsOf(mlir::Value buffer);
  /// Whether its rows are one sequence: features are, and what they become.
  bool isOneSequence(mlir::Value buffer);
  /// Null for buffers and weights that a launch lacks.
  Expression address(mlir::Value buffer);
  Expression weight(mlir::FlatSymbolRefAttr symbol);
  plan::LayoutAttr layoutOf(mlir::FlatSymbolRefAttr symbol);
  plan::NumberType numbersOf(mlir::FlatSymbolRefAttr symbol);

  /// Asks for scratch memory: this many bytes, and more for each key.
  void needScratch(int64_t bytes, int64_t bytesPerKey = 0);
  /// Likewise, where `keys` are all rows of a space that is one sequence.
  void needScratchOfRows(mlir::Value keys, int64_t bytes, int64_t bytesPerKey);
  Expression scratch();
  /// Where the caller wants the weights of the next cross-attention of the program, or null.
  Expression wantedWeights();

private:
  Expression rowsOfSpace(const Space &space);

  plan::ProgramOp program;
  MadeSpaces spaces; // of the program
  Expression invocation;
  int64_t bytes = 0, bytesPerKey = 0, crossAttentionCount = 0;
};

/// The shape of a launch's norm, of rows of this width; none without a norm.
std::optional<NormShape> normShape(NormAttr norm, int64_t width, mlir::FlatSymbolRefAttr gain,
                                   mlir::FlatSymbolRefAttr shift);

} // namespace transept::codegen

#endif

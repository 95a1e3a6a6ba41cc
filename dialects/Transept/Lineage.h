// SPDX-License-Identifier: Apache-2.0
//
// Where an op comes from, told by its location: the ops of the graph stage that it computes what
// they computed, and the passes that made it so. Passes that replace or change ops write it here;
// explanations, reports and traces read it.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_LINEAGE_H
#define TRANSEPT_DIALECTS_TRANSEPT_LINEAGE_H

#include "mlir/IR/Location.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"

namespace transept {

/// The name in a location ("decoder.layers.0.self_attention.query"), or "".
llvm::StringRef nameOf(mlir::Location location);

/// `location` with `suffix` appended to its name; `location` itself if it has none.
mlir::Location withSuffix(mlir::Location location, llvm::StringRef suffix);

/// One location for an op that computes side by side what ops at `locations` computed, with a name
/// that keeps what their names share: a.0.key and a.1.value give a.key_value.
mlir::Location mergedLocation(llvm::StringRef pass, llvm::ArrayRef<mlir::Location> locations);

/// For an op at `location` that `pass` changed, but which still is what it was.
mlir::Location changedBy(llvm::StringRef pass, mlir::Location location);

/// For an op at `location` that `pass` made to also do, at first, what an op at `prologue` did.
mlir::Location withPrologue(llvm::StringRef pass, mlir::Location prologue, mlir::Location location);

/// For an op at `location` that `pass` made to also do, at last, what ops at `epilogue` did, one
/// after the other: its result is now what the last of them yielded.
mlir::Location withEpilogue(llvm::StringRef pass, mlir::Location location,
                            llvm::ArrayRef<mlir::Location> epilogue);

/// The names of the ops of the graph stage that an op at `location` stands for, each once.
llvm::SmallVector<llvm::StringRef> originsOf(mlir::Location location);

/// The passes that changed an op at `location`, in the order in which they did, each once.
llvm::SmallVector<llvm::StringRef> passesOf(mlir::Location location);

/// The name of what `value` is in the graph stage: that of the last op whose work its own op does
/// (a linear with a residual yields the sum), or of the norm before it for a second result.
llvm::StringRef valueNameOf(mlir::Value value);

/// The location of `value`'s op under the name of the value.
mlir::Location valueLocation(mlir::Value value);

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What LaunchOpInterface answers with. Plan.h includes it; nobody else has to.

#ifndef TRANSEPT_DIALECTS_PLAN_LAUNCHES_H
#define TRANSEPT_DIALECTS_PLAN_LAUNCHES_H

#include "dialects/Plan/PlanTypes.h"

#include <limits>
#include <optional>

namespace transept::plan {

/// Some operands of a launch; optional ones that it lacks are left out.
class Buffers : public llvm::SmallVector<mlir::Value, 4> {
public:
  Buffers() = default;
  Buffers(std::initializer_list<mlir::Value> values) {
    for (mlir::Value value : values)
      if (value)
        push_back(value);
  }
};

/// What a launch touches that other launches of its program may touch. What it has alone (its slot
/// of a cache, its scratch memory) or only reads (weights, the invocation) needs no barrier.
struct Footprint {
  Buffers reads = {}, writes = {};
  /// The memory in which a search leaves what its blocks found.
  bool readsSearchMemory = false, writesSearchMemory = false;
};

/// A weight that a launch reads, and the layouts in which it can read it.
struct WeightUse {
  mlir::FlatSymbolRefAttr symbol;
  llvm::SmallVector<LayoutKind, 2> layouts;
  /// Whether all of it is read, once; of a table only rows are, which the launch's cost counts.
  bool isWhole = true;
};

/// Which keys a row of attention meets.
enum class KeyRange { None, UpToRow, OfSequence, OfSource, OfRows };

/// The least that a launch needs beside its weights: each row of its inputs and outputs once. What
/// kernels keep in their scratch memory is not counted.
struct Cost {
  int64_t bytesPerRow = 0, operationsPerRow = 0;
  KeyRange keys = KeyRange::None;
  mlir::Value keyRows = {}; // OfRows: the keys, all of them
  int64_t bytesPerKey = 0, operationsPerRowAndKey = 0;
  /// What the factors of its products are stored in.
  NumberType factors = NumberType::F32;
  /// How far from its own position a row looks among keys of its sequence.
  int64_t keysBefore = std::numeric_limits<int64_t>::max();
  int64_t keysBehind = std::numeric_limits<int64_t>::max();
};

/// What plan.attend is built of; parts that it lacks stay as they are here.
struct AttendParts {
  mlir::StringAttr label = {};
  KeySource keysFrom = KeySource::Rows;
  mlir::Value query = {}, key = {}, value = {}, output = {}, state = {}, previous = {};
  mlir::Value scores = {}; // of distances or buckets
  int64_t headCount = 0, keyDim = 0, valueDim = 0;
  std::optional<int64_t> keyHeads = {};
  mlir::FloatAttr scale = {}, softCap = {};
  bool multipliesBFloats = false, isCausal = false, hidesRequested = false;
  std::optional<int64_t> windowBefore = {}, windowAfter = {};
  std::optional<int64_t> chunkSize = {}, chunksBefore = {};
  mlir::FlatSymbolRefAttr bias = {};
  std::optional<int64_t> biasReach = {}, blockSize = {}, scoresBefore = {}, scoresAfter = {};
  CacheSlotAttr keySlot = {}, valueSlot = {};
  TilingAttr tiling = {};
};

/// Bytes of one row of each of these buffers; absent ones count nothing.
int64_t rowBytes(mlir::ValueRange buffers);

/// What LaunchOpInterface verifies of every launch: that each operand is read or written ...
llvm::LogicalResult verifyFootprint(mlir::Operation *launch);
/// ... and that each weight is there, in a layout that the launch can read.
llvm::LogicalResult verifyWeights(mlir::Operation *launch, mlir::SymbolTableCollection &tables);

} // namespace transept::plan

#endif

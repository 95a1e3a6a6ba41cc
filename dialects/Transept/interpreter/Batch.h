// SPDX-License-Identifier: Apache-2.0
//
// How the rows of each sequence space divide into sequences while one function runs: what the
// types say symbolically (`source`, `target.history`), in numbers.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_BATCH_H
#define TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_BATCH_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <vector>

namespace transept {

/// The rows of all sequences, one sequence after another.
struct SequenceSpace {
  std::vector<int64_t> lengths;   // rows of each sequence
  std::vector<int64_t> positions; // of each row in its sequence

  int64_t rowCount() const { return positions.size(); }
  int64_t sequenceCount() const { return lengths.size(); }
};

/// The sequence spaces of one run. All spaces hold the same number of sequences.
class Batch {
public:
  /// Adds space `name`, whose sequences have `lengths` rows each, at the positions behind
  /// `pastLengths` (none: 0), with the spaces derived from it: `name.history`, all positions so
  /// far, and `name.requested`, all its rows until requestRows says otherwise.
  void addSpace(llvm::StringRef name, llvm::ArrayRef<int64_t> lengths,
                llvm::ArrayRef<int64_t> pastLengths = {});

  /// Makes `name.requested` the given rows of space `name`, in ascending order.
  void requestRows(llvm::StringRef name, llvm::ArrayRef<int64_t> rows);

  /// The space of that name, or null.
  const SequenceSpace *find(llvm::StringRef name) const;

  /// What addSpace and requestRows were given.
  llvm::ArrayRef<int64_t> pastLengths(llvm::StringRef name) const;
  llvm::ArrayRef<int64_t> requestedRows(llvm::StringRef name) const;

private:
  llvm::StringMap<SequenceSpace> spaces;
  llvm::StringMap<std::vector<int64_t>> pasts;
  llvm::StringMap<std::vector<int64_t>> requests;
};

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// How the rows of each sequence space divide into sequences while one function runs: what the
// types say symbolically (`source`, `target.history`), in numbers.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_BATCH_H
#define TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_BATCH_H

#include "dialects/Transept/Space.h"

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <map>
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
  /// Adds `space`, whose sequences have `lengths` rows each, at the positions behind `pastLengths`
  /// (none: 0), with what is derived from it: its history, all positions so far, and its requested
  /// rows, all until requestRows says otherwise.
  void addSpace(const Space &space, llvm::ArrayRef<int64_t> lengths,
                llvm::ArrayRef<int64_t> pastLengths = {});

  /// Requests the given rows of `space`, in ascending order.
  void requestRows(const Space &space, llvm::ArrayRef<int64_t> rows);

  /// The sequences of `space`, or null.
  const SequenceSpace *find(const Space &space) const;

  /// What addSpace and requestRows were given.
  llvm::ArrayRef<int64_t> pastLengths(const Space &space) const;
  llvm::ArrayRef<int64_t> requestedRows(const Space &space) const;

private:
  std::map<Space, SequenceSpace> spaces;
  std::map<Space, std::vector<int64_t>> pasts;
  std::map<Space, std::vector<int64_t>> requests;
};

} // namespace transept

#endif

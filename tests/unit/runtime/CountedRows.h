// SPDX-License-Identifier: Apache-2.0
//
// Counts the target rows that a toy model is given, which results do not show: a search that feeds
// rows twice, or rows that nobody needs, gives the same.
#ifndef TRANSEPT_TESTS_UNIT_RUNTIME_COUNTEDROWS_H
#define TRANSEPT_TESTS_UNIT_RUNTIME_COUNTEDROWS_H

#include "ToyModel.h"

#include <algorithm>

namespace transept::tests {

/// Stands around a toy model's decode from now on; to be made before the model is opened, one at a
/// time.
class CountedRows {
public:
  explicit CountedRows(ToyModel &toy) : decode(*toy.level.decode) {
    original = decode.run;
    decode.run = run;
    toy.level.decode = &decode;
    clear();
  }
  CountedRows(const CountedRows &) = delete;

  static void clear() {
    count = 0;
    most = 0;
    highest = -1;
  }
  /// Of all calls since clear().
  static int rows() { return count; }
  static int mostRowsOfACall() { return most; }
  static int highestPosition() { return highest; }

private:
  static void run(const transept_invocation *invocation, std::uint32_t worker,
                  std::uint32_t workerCount) {
    if (worker == 0) {
      count += int(invocation->row_count);
      most = std::max(most.load(), int(invocation->row_count));
      for (std::int64_t row = 0; row < invocation->row_count; ++row)
        highest = std::max(highest.load(), int(invocation->positions[row]));
    }
    original(invocation, worker, workerCount);
  }

  inline static decltype(transept_program::run) original;
  inline static std::atomic<int> count, most, highest;

  transept_program decode;
};

} // namespace transept::tests

#endif

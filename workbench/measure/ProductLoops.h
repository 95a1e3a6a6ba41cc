// SPDX-License-Identifier: Apache-2.0
//
// Loops of nothing but the instructions that multiply matrices: how fast a core can do that at
// most.

#ifndef TRANSEPT_WORKBENCH_MEASURE_PRODUCTLOOPS_H
#define TRANSEPT_WORKBENCH_MEASURE_PRODUCTLOOPS_H

#include <cstdint>

namespace transept::workbench {

struct ProductLoop {
  const char *instructions;
  double operations; // of one run; a multiply-add counts as two
  /// Its result depends on all of them, so that none is left out.
  float (*run)();
};

/// The fastest loop for products of `arithmetic` (TRANSEPT_ARITHMETIC_*) that a processor with
/// these `features` (TRANSEPT_CPU_*) can run.
ProductLoop fastestProductLoop(uint32_t arithmetic, uint64_t features);

} // namespace transept::workbench

#endif

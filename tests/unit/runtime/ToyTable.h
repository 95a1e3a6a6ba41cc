// SPDX-License-Identifier: Apache-2.0
//
// What the tables of all toys have.
#ifndef TRANSEPT_TESTS_UNIT_RUNTIME_TOYTABLE_H
#define TRANSEPT_TESTS_UNIT_RUNTIME_TOYTABLE_H

#include "transept/abi.h"

namespace transept::tests {

/// A table of one level, which has two programs, and of `weights`; all of them must outlive it.
template <typename Weights>
void beginToyTable(transept_model_table &table, transept_level &level, transept_program &encode,
                   transept_program &decode, const Weights *weights) {
  table.abi_version = TRANSEPT_ABI_VERSION;
  table.structure_size = sizeof(transept_model_table);
  table.name = "toy";
  table.manifest = "{}";
  table.manifest_size = 2;
  table.weights = weights;
  table.weights_size = sizeof(Weights);
  level = {"any", 0, &encode, &decode};
  table.levels = &level;
  table.level_count = 1;
  table.vocabulary_block_count = 1;
  table.runtime = &transept_runtime_functions;
}

} // namespace transept::tests

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The tables of the levels of a library: their programs and what these launch.

#ifndef TRANSEPT_COMPILER_EMIT_TABLE_PROGRAMTABLES_H
#define TRANSEPT_COMPILER_EMIT_TABLE_PROGRAMTABLES_H

#include "compiler/emit/table/ModelTable.h"
#include "compiler/emit/table/TableWriter.h"

namespace transept::emit {

/// A transept_level for each, in order.
std::vector<llvm::Constant *> levelTables(TableWriter &writer, llvm::ArrayRef<LevelFacts> levels);

} // namespace transept::emit

#endif

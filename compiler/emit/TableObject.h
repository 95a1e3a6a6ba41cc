// SPDX-License-Identifier: Apache-2.0
//
// The model table as object code.

#ifndef TRANSEPT_COMPILER_EMIT_TABLEOBJECT_H
#define TRANSEPT_COMPILER_EMIT_TABLEOBJECT_H

#include "compiler/emit/link/UnloadedSection.h"
#include "compiler/emit/table/ModelTable.h"

#include <string>

namespace transept::emit {

/// The object, with these sections beside the table. It is for any processor of the architecture:
/// the table says which ones can run the rest.
std::string compileTable(const ModelFacts &facts, llvm::ArrayRef<UnloadedSection> sections);

} // namespace transept::emit

#endif

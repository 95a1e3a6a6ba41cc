// SPDX-License-Identifier: Apache-2.0
//
// What `transept inspect` prints: JSON about the model, its caches and its needs
// (base/LibraryManifest.h).

#ifndef TRANSEPT_COMPILER_EMIT_TABLE_MANIFEST_H
#define TRANSEPT_COMPILER_EMIT_TABLE_MANIFEST_H

#include "compiler/emit/table/ModelTable.h"

namespace transept::emit {

/// `facts` have their levels and the size of the weights.
std::string manifestFor(const ModelFacts &facts, const frontend::Description &description);

} // namespace transept::emit

#endif

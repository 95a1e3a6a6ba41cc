// SPDX-License-Identifier: Apache-2.0
//
// For people who ask where a model's numbers come from: each tensor of the checkpoint, its file and
// what the description uses it for.

#ifndef TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_TENSORTABLE_H
#define TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_TENSORTABLE_H

#include "compiler/frontend/description/Description.h"

#include <string>

namespace transept::frontend {

/// A line a tensor, sorted by name: name, type, shape, file, roles (or "not used"), in columns.
/// Opens the description's checkpoint; throws InputError as that does.
std::string tensorTable(const Description &description);

} // namespace transept::frontend

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Tables that no file stores: a field of a few letters says how many rows are computed, so that it
// is checked before any are.

#ifndef TRANSEPT_COMPILER_SESSION_IMPLIEDSIZES_H
#define TRANSEPT_COMPILER_SESSION_IMPLIEDSIZES_H

#include "base/OutputFile.h"
#include "compiler/frontend/description/Description.h"

namespace transept::session {

/// Throws InputError where the tables that the description's numbers imply are larger than what is
/// free for `library`; with `needsMemory`, because the interpreter holds them, also where they are
/// larger than this machine's memory. The message names the number's place in the description and
/// the field of the checkpoint's config.json that says it.
void checkImpliedSizes(const frontend::Description &description, const OutputFile &library,
                       bool needsMemory);

} // namespace transept::session

#endif

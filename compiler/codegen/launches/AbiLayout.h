// SPDX-License-Identifier: Apache-2.0
//
// The compiler's view of the C ABI's structures, taken from the one list of their fields.

#ifndef TRANSEPT_COMPILER_CODEGEN_LAUNCHES_ABILAYOUT_H
#define TRANSEPT_COMPILER_CODEGEN_LAUNCHES_ABILAYOUT_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace transept::codegen {

enum class FieldKind { Pointer, U64, I64, U32, I32, F32 };

struct InvocationField {
  FieldKind kind;
  int64_t offset; // bytes from the start of transept_invocation
};

/// The field of transept_invocation with this name, where pointers have so many bytes; the name
/// must exist.
InvocationField invocationField(llvm::StringRef name, int64_t pointerBytes);

} // namespace transept::codegen

#endif

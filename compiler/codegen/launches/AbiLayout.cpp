// SPDX-License-Identifier: Apache-2.0
//
// Looks up fields of the invocation that programs read.

#include "compiler/codegen/launches/AbiLayout.h"

#include "transept/abi.h"

#include "llvm/Support/ErrorHandling.h"

#include <cstddef>

namespace transept::codegen {

namespace {

constexpr FieldKind pointer = FieldKind::Pointer, u64 = FieldKind::U64, i64 = FieldKind::I64;

struct NamedField {
  const char *name;
  InvocationField field;
};

constexpr NamedField kFields[] = {
#define LIST_FIELD(kind, c_type, name, meaning)                                                    \
  {#name, {kind, offsetof(transept_invocation, name)}},
#define TRANSEPT_INVOCATION_FIELDS LIST_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_INVOCATION_FIELDS
#undef LIST_FIELD
};

} // namespace

InvocationField invocationField(llvm::StringRef name) {
  for (const NamedField &candidate : kFields)
    if (name == candidate.name)
      return candidate.field;
  llvm_unreachable("every field that code generation names is in abi_fields.inc");
}

} // namespace transept::codegen

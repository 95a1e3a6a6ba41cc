// SPDX-License-Identifier: Apache-2.0
//
// Looks up fields of the invocation that programs read. Offsets are computed, because the machine
// that compiles may have wider pointers than the one that runs.

#include "compiler/codegen/launches/AbiLayout.h"

#include "transept/abi.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"

namespace transept::codegen {

namespace {

constexpr FieldKind pointer = FieldKind::Pointer, u64 = FieldKind::U64, i64 = FieldKind::I64;

struct NamedField {
  const char *name;
  FieldKind kind;
};

constexpr NamedField kFields[] = {
#define LIST_FIELD(kind, c_type, name, meaning) {#name, kind},
#define TRANSEPT_INVOCATION_FIELDS LIST_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_INVOCATION_FIELDS
#undef LIST_FIELD
};

int64_t sizeOf(FieldKind kind, int64_t pointerBytes) {
  return kind == pointer ? pointerBytes : kind == u64 || kind == i64 ? 8 : 4;
}

} // namespace

InvocationField invocationField(llvm::StringRef name, int64_t pointerBytes) {
  int64_t offset = 0;
  for (const NamedField &candidate : kFields) {
    // C aligns each of these types to its size.
    int64_t size = sizeOf(candidate.kind, pointerBytes);
    offset = int64_t(llvm::alignTo(uint64_t(offset), uint64_t(size)));
    if (name == candidate.name)
      return {candidate.kind, offset};
    offset += size;
  }
  llvm_unreachable("every field that code generation names is in abi_fields.inc");
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// The tables of the ABI as structures whose fields must all be given, made from abi_fields.inc: a
// table that misses a field, or names one that does not exist, does not compile.

#ifndef TRANSEPT_COMPILER_EMIT_TABLE_TABLEVALUES_H
#define TRANSEPT_COMPILER_EMIT_TABLE_TABLEVALUES_H

#include "transept/abi.h"

#include "llvm/IR/Constant.h"

#include <concepts>
#include <stdexcept>
#include <utility>

namespace transept::emit {

/// A field has no default constructor, so that no initializer of a table can leave it out.
template <typename Value> struct Field;

template <std::integral Value> struct Field<Value> {
  template <std::integral Number> Field(Number number) : value(Value(number)) {
    if (!std::in_range<Value>(+number))
      throw std::range_error("a field of the model table cannot hold " + std::to_string(number));
  }
  Value value;
};

template <> struct Field<float> {
  Field(double number) : value(float(number)) {}
  float value;
};

/// What a pointer points to is another constant, or null.
template <> struct Field<llvm::Constant *> {
  Field(llvm::Constant *constant) : value(constant) {}
  llvm::Constant *value;
};

/// The values of one of the ABI's structures, to be written with designated initializers.
template <typename Structure> struct Values;

using u32_value = uint32_t;
using i32_value = int32_t;
using u64_value = uint64_t;
using f32_value = float;
using pointer_value = llvm::Constant *;

#define TRANSEPT_MODEL_FIELDS TABLE_FIELD
#define TRANSEPT_LEVEL_FIELDS TABLE_FIELD
#define TRANSEPT_PROGRAM_FIELDS TABLE_FIELD
#define TRANSEPT_LAUNCH_FIELDS TABLE_FIELD
#define TRANSEPT_CACHE_SLOT_FIELDS TABLE_FIELD
#define TRANSEPT_ROW_STEP_FIELDS TABLE_FIELD
#define TRANSEPT_RETURNED_ATTENTION_FIELDS TABLE_FIELD
#define TRANSEPT_ASSET_FIELDS TABLE_FIELD
#define TRANSEPT_GENERATION_FIELDS TABLE_FIELD
#define TRANSEPT_SPEECH_FIELDS TABLE_FIELD
#define TRANSEPT_LANGUAGE_FIELDS TABLE_FIELD
#define TRANSEPT_ALIGNMENT_HEAD_FIELDS TABLE_FIELD
#define TRANSEPT_CLASSIFIER_FIELDS TABLE_FIELD
#define TRANSEPT_COUNTED_COLUMN_FIELDS TABLE_FIELD
#define TRANSEPT_FORECASTER_FIELDS TABLE_FIELD

#define TABLE_FIELD(kind, c_type, name, meaning) Field<kind##_value> name;
#define TRANSEPT_BEGIN_FIELDS(structure) template <> struct Values<structure> {
#define TRANSEPT_END_FIELDS                                                                        \
  }                                                                                                \
  ;
#include "transept/abi_fields.inc"
#undef TABLE_FIELD

// visitFields(values, visit): calls visit with the value of each field in order.
#define TABLE_FIELD(kind, c_type, name, meaning) visit(values.name.value);
#define TRANSEPT_BEGIN_FIELDS(structure)                                                           \
  template <typename Visit> void visitFields(const Values<structure> &values, Visit visit) {
#define TRANSEPT_END_FIELDS }
#include "transept/abi_fields.inc"
#undef TABLE_FIELD

#undef TRANSEPT_MODEL_FIELDS
#undef TRANSEPT_LEVEL_FIELDS
#undef TRANSEPT_PROGRAM_FIELDS
#undef TRANSEPT_LAUNCH_FIELDS
#undef TRANSEPT_CACHE_SLOT_FIELDS
#undef TRANSEPT_ROW_STEP_FIELDS
#undef TRANSEPT_RETURNED_ATTENTION_FIELDS
#undef TRANSEPT_ASSET_FIELDS
#undef TRANSEPT_GENERATION_FIELDS
#undef TRANSEPT_SPEECH_FIELDS
#undef TRANSEPT_LANGUAGE_FIELDS
#undef TRANSEPT_ALIGNMENT_HEAD_FIELDS
#undef TRANSEPT_CLASSIFIER_FIELDS
#undef TRANSEPT_COUNTED_COLUMN_FIELDS
#undef TRANSEPT_FORECASTER_FIELDS

} // namespace transept::emit

#endif

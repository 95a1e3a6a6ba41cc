// SPDX-License-Identifier: Apache-2.0
//
// The types that weights come in, and tensors of any rank seen as matrices.

#include "checkpoints/TensorInfo.h"

#include <array>
#include <cstring>
#include <fmt/format.h>

namespace transept::checkpoints {

namespace {

struct TypeRow {
  ElementType type;
  std::string_view name;
  int64_t size;
};

constexpr std::array<TypeRow, 15> types = {{{ElementType::Bool, "BOOL", 1},
                                            {ElementType::U8, "U8", 1},
                                            {ElementType::I8, "I8", 1},
                                            {ElementType::F8E5M2, "F8_E5M2", 1},
                                            {ElementType::F8E4M3, "F8_E4M3", 1},
                                            {ElementType::I16, "I16", 2},
                                            {ElementType::U16, "U16", 2},
                                            {ElementType::F16, "F16", 2},
                                            {ElementType::BF16, "BF16", 2},
                                            {ElementType::I32, "I32", 4},
                                            {ElementType::U32, "U32", 4},
                                            {ElementType::F32, "F32", 4},
                                            {ElementType::F64, "F64", 8},
                                            {ElementType::I64, "I64", 8},
                                            {ElementType::U64, "U64", 8}}};

const TypeRow &typeRow(ElementType type) {
  return types[size_t(type)];
}

} // namespace

std::string_view elementTypeName(ElementType type) {
  return typeRow(type).name;
}
std::optional<ElementType> findElementType(std::string_view name) {
  for (const TypeRow &row : types)
    if (row.name == name)
      return row.type;
  return std::nullopt;
}

int64_t elementSize(ElementType type) {
  return typeRow(type).size;
}

bool isWeightType(ElementType type) {
  return type == ElementType::F64 || type == ElementType::F32 || type == ElementType::F16 ||
         type == ElementType::BF16;
}

std::string_view weightTypeNames() {
  return "F64, F32, F16 or BF16";
}

int64_t TensorInfo::elementCount() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size; // cannot overflow: the parser checked it, in this order
  return count;
}

size_t TensorInfo::rowDimension() const {
  size_t dimension = 0;
  while (dimension + 2 < shape.size() && shape[dimension] == 1)
    ++dimension;
  return dimension;
}

int64_t TensorInfo::rowCount() const {
  return shape.empty() ? 1 : shape[rowDimension()];
}

int64_t TensorInfo::columnCount() const {
  int64_t columns = 1;
  for (size_t dimension = rowDimension() + 1; dimension < shape.size(); ++dimension)
    if (__builtin_mul_overflow(columns, shape[dimension], &columns))
      return 0; // only possible beside a dimension of 0: the parser checked the whole product
  return columns;
}

float TensorInfo::rowDivisor(int64_t row) const {
  float value = 0;
  std::memcpy(&value, rowDivisors.data() + size_t(row) * sizeof(value), sizeof(value));
  return value;
}

std::string formatShape(std::span<const int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

} // namespace transept::checkpoints

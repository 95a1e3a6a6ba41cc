// SPDX-License-Identifier: Apache-2.0
//
// A tensor as a checkpoint stores it, whatever the format of its file.

#ifndef TRANSEPT_CHECKPOINTS_TENSORINFO_H
#define TRANSEPT_CHECKPOINTS_TENSORINFO_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace transept::checkpoints {

enum class ElementType {
  Bool,
  U8,
  I8,
  F8E5M2,
  F8E4M3,
  I16,
  U16,
  F16,
  BF16,
  I32,
  U32,
  F32,
  F64,
  I64,
  U64
};

/// The name that safetensors uses, e.g. "BF16".
std::string_view elementTypeName(ElementType type);
std::optional<ElementType> findElementType(std::string_view name);
int64_t elementSize(ElementType type);
/// F64, F32, F16 and BF16: what weights may be stored as.
bool isWeightType(ElementType type);
/// "F64, F32, F16 or BF16", for errors.
std::string_view weightTypeNames();

struct TensorInfo {
  std::string name;
  ElementType type = ElementType::F32;
  std::vector<int64_t> shape;
  /// In the mapped file; not aligned to the element's size. Of a strided tensor from its first
  /// element to its last, with whatever lies between.
  std::span<const std::byte> data;
  /// Elements from one index of a dimension to the next; empty where rows lie one after another.
  std::vector<int64_t> strides = {};
  /// Of numbers that are stored as whole ones, I8, I16 or I32: what they are to be divided by; 0:
  /// nothing.
  float divisor = 0;
  /// The same with a divisor for each row: rowCount() numbers of f32, not aligned. Or empty.
  std::span<const std::byte> rowDivisors = {};
  /// Path of the file that holds it.
  std::string file;

  /// Whether it may be a weight: numbers of a weight type, or whole numbers with divisors.
  bool isWeight() const { return isWeightType(type) || divisor != 0 || !rowDivisors.empty(); }
  /// Of a tensor with divisors for rows.
  float rowDivisor(int64_t row) const;

  int64_t elementCount() const;
  /// A tensor as a matrix: the first dimension by the product of the others (rank 0 is 1 x 1),
  /// after leading dimensions of 1 that a matrix does not need.
  int64_t rowCount() const;
  int64_t columnCount() const;
  /// Which dimension the rows are counted in.
  size_t rowDimension() const;
};

/// "[300, 48]"
std::string formatShape(std::span<const int64_t> shape);

} // namespace transept::checkpoints

#endif

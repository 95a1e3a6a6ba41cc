// SPDX-License-Identifier: Apache-2.0
//
// The weights of a checkpoint directory, one safetensors file or many shards with an index. Every
// number in a header is checked before it is used; tensors stay in the mapped file and are read as
// float a few rows at a time.

#ifndef TRANSEPT_COMPILER_FRONTEND_SAFETENSORS_H
#define TRANSEPT_COMPILER_FRONTEND_SAFETENSORS_H

#include "compiler/frontend/Description.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace transept::frontend {

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

/// The name that the format uses, e.g. "BF16".
std::string_view elementTypeName(ElementType type);
int64_t elementSize(ElementType type);
/// F32, F16 and BF16: what weights may be stored as.
bool isWeightType(ElementType type);

struct TensorInfo {
  std::string name;
  ElementType type = ElementType::F32;
  std::vector<int64_t> shape;
  /// In the mapped file; not aligned to the element's size.
  std::span<const std::byte> data;
  /// Path of the file that holds it.
  std::string file;

  int64_t elementCount() const;
  /// A tensor as a matrix: the first dimension by the product of the others (rank 0 is 1 x 1),
  /// after leading dimensions of 1 that a matrix does not need.
  int64_t rowCount() const;
  int64_t columnCount() const;
};

/// "[300, 48]"
std::string formatShape(std::span<const int64_t> shape);

/// The tensors of one file, in the order of their data. `origin` is used in errors and becomes
/// TensorInfo::file. Throws Error for whatever the reference implementation refuses.
std::vector<TensorInfo> parseSafetensors(std::span<const std::byte> bytes,
                                         const std::string &origin);

/// Read-only after opening; any number of threads may read.
class Checkpoint {
public:
  /// model.safetensors, or else model.safetensors.index.json with its shards.
  static Checkpoint open(const std::string &directory);
  Checkpoint(Checkpoint &&) noexcept;
  ~Checkpoint();

  /// Null when there is no such tensor.
  const TensorInfo *find(std::string_view name) const;
  /// Throws Error, naming the checkpoint, when there is no such tensor.
  const TensorInfo &at(std::string_view name) const;
  const std::map<std::string, TensorInfo, std::less<>> &tensors() const;
  const std::string &directory() const;

  /// Converts rows [firstRow, firstRow + rowCount) of a tensor, seen as a matrix, to float.
  /// Throws Error for types other than F32, F16, BF16, and for NaN or infinity, with its index.
  void readFloat(std::string_view name, float *out, int64_t firstRow, int64_t rowCount) const;

  /// The same for a reference (its transposition and row range applied, rows counted from its
  /// first); `layer` replaces `{layer}`.
  void readFloat(const TensorReference &reference, int64_t layer, float *out, int64_t firstRow,
                 int64_t rowCount) const;

  /// All numbers of a reference, row after row: for biases, gains and small tables.
  std::vector<float> readAll(const TensorReference &reference, int64_t layer = 0) const;

  /// Gives the tensor's pages back to the system; it can still be read.
  void release(std::string_view name) const;

private:
  struct State;
  explicit Checkpoint(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

/// Rows and columns of a reference, its transposition and row range applied.
struct MatrixShape {
  int64_t rows = 0, columns = 0;
  bool operator==(const MatrixShape &) const = default;
};
MatrixShape referenceShape(const TensorReference &reference, const TensorInfo &info);

/// `name` with every `{layer}` replaced by the number.
std::string layerName(std::string_view name, int64_t layer);

} // namespace transept::frontend

#endif

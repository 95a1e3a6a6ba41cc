// SPDX-License-Identifier: Apache-2.0
//
// The weights of a checkpoint directory, one file or many shards with an index: tensors stay in the
// mapped files and are read as float a few rows at a time.

#ifndef TRANSEPT_CHECKPOINTS_CHECKPOINT_H
#define TRANSEPT_CHECKPOINTS_CHECKPOINT_H

#include "checkpoints/TensorInfo.h"
#include "checkpoints/TensorReference.h"

#include <map>
#include <memory>

namespace transept::checkpoints {

/// Read-only after opening; any number of threads may read.
class Checkpoint {
public:
  /// model.safetensors or pytorch_model.bin, each in one file or in shards with FILE.index.json;
  /// the first that is there, in this order. Or `file` of the directory, if there is a name: these,
  /// .npz, Marian's .bin or CTranslate2's.
  static Checkpoint open(const std::string &directory, const std::string &file = "");
  Checkpoint(Checkpoint &&) noexcept;
  ~Checkpoint();

  /// Null when there is no such tensor.
  const TensorInfo *find(std::string_view name) const;
  /// Throws InputError, naming the checkpoint, when there is no such tensor.
  const TensorInfo &at(std::string_view name) const;
  const std::map<std::string, TensorInfo, std::less<>> &tensors() const;
  /// Tensors that the index names, but no shard holds. Whoever needs one finds that it is not
  /// there.
  const std::vector<std::string> &absentTensors() const;
  const std::string &directory() const;
  /// Weight files that are there, but are not read because another comes first.
  const std::vector<std::string> &unreadFiles() const;

  /// Converts rows [firstRow, firstRow + rowCount) of a tensor, seen as a matrix, to float.
  /// Throws InputError for types other than F64, F32, F16, BF16, and for NaN or infinity, with its
  /// index.
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

} // namespace transept::checkpoints

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Which tensor of a checkpoint, and which part of it: what a description asks for.

#ifndef TRANSEPT_CHECKPOINTS_TENSORREFERENCE_H
#define TRANSEPT_CHECKPOINTS_TENSORREFERENCE_H

#include <cstdint>
#include <string>
#include <string_view>

namespace transept::checkpoints {

/// A tensor of the checkpoint, or a part of one. `name` may contain what layerName replaces.
struct TensorReference {
  std::string name;
  /// Stored [inputs, outputs] instead of [outputs, inputs].
  bool isTransposed = false;
  /// Rows [rowBegin, rowBegin + rowCount) of the stored tensor (after transposition); 0 rows = all.
  int64_t rowBegin = 0;
  int64_t rowCount = 0;

  bool operator==(const TensorReference &) const = default;
};

/// `name` with every `{layer}` replaced by the number, which counts from 0, and every `{layer+1}`
/// by the next.
std::string layerName(std::string_view name, int64_t layer);

} // namespace transept::checkpoints

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What a description asks of its checkpoint, as a list: every tensor with its role and shape. The
// checks walk it, and so can whoever packs weights.

#ifndef TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTIONTENSORS_H
#define TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTIONTENSORS_H

#include "checkpoints/Checkpoint.h"
#include "compiler/frontend/description/Description.h"

#include <string>
#include <utility>
#include <vector>

namespace transept::frontend {

struct TensorUse {
  std::string role; // the JSON path without "$.", e.g. "source.selfAttention.query.weight"
  checkpoints::TensorReference reference;
  int64_t layer = 0; // replaces `{layer}` in the reference's name
  /// After the reference's transposition and rows.
  std::vector<int64_t> shape;
  /// Whether it may be stored with dimensions of 1 before these, as [1, 1, n].
  bool mayHaveLeadingOnes = false;
  /// Of a convolution, stored as [outputs, channels, kernel size], and as [outputs, channels, side,
  /// side] where it reads patches (kernel size 1); 0 for others.
  int64_t kernelSize = 0;
  /// Of a convolution over squares: stored as [outputs, channels, kernel size, kernel size].
  bool isOfGrid = false;
};

/// Every tensor of every layer, in the order of the model.
std::vector<TensorUse> listTensors(const Description &description);

/// Checks a description alone: counts that must agree, names that must be there, and so on.
/// Throws InputError with the JSON path of what is wrong.
void checkDescription(const Description &description);

/// For errors: roles that begin with `first` have shapes that come from the config fields `second`.
using ShapeOrigins = std::vector<std::pair<std::string, std::string>>;

/// Checks that each tensor of the description is in the checkpoint in a type of weights and in the
/// right shape. Throws InputError. Values are not read.
void checkTensors(const Description &description, const checkpoints::Checkpoint &checkpoint,
                  const ShapeOrigins &origins = {});

} // namespace transept::frontend

#endif

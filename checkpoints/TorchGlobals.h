// SPDX-License-Identifier: Apache-2.0
//
// The names that a torch checkpoint may import, each with what it means here. Every other name is
// refused.

#ifndef TRANSEPT_CHECKPOINTS_TORCHGLOBALS_H
#define TRANSEPT_CHECKPOINTS_TORCHGLOBALS_H

#include "checkpoints/Pickle.h"
#include "checkpoints/TensorInfo.h"

namespace transept::checkpoints {

enum class TorchRole {
  Dictionary,
  Tensor,      // (storage, offset, shape, strides, ...)
  TypedTensor, // the same, whose seventh argument is the type
  Parameter,   // (tensor, ...)
  Storage,     // of `type`
  Bytes,       // a storage of any type
  Type,        // `type` itself
  Other        // says nothing about weights
};

struct TorchGlobal {
  PickleGlobal name;
  TorchRole role;
  ElementType type = ElementType::U8;
};

/// All of them; PickleValue::integer of a Global is an index into this list.
std::span<const TorchGlobal> torchGlobals();

/// Their names, in the same order, for readPickle.
std::span<const PickleGlobal> torchGlobalNames();

} // namespace transept::checkpoints

#endif

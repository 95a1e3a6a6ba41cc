// SPDX-License-Identifier: Apache-2.0
//
// The tensors that the pickle of a torch checkpoint describes: views, with offset and strides, of
// storages that its file holds in whichever way.

#ifndef TRANSEPT_CHECKPOINTS_TORCHTENSORS_H
#define TRANSEPT_CHECKPOINTS_TORCHTENSORS_H

#include "checkpoints/Pickle.h"
#include "checkpoints/TensorInfo.h"

#include <functional>

namespace transept::checkpoints {

/// A run of numbers that tensors share, or the part of one that a legacy file calls a view.
struct TorchStorage {
  std::string key;
  std::optional<ElementType> type; // nothing for bytes of any type
  int64_t elementCount = 0;        // of the whole storage; bytes where there is no type
  int64_t viewBegin = 0;           // elements
  int64_t viewCount = 0;           // elementCount where it is no view

  int64_t elementBytes() const { return type ? elementSize(*type) : 1; }
};

/// What a Persistent value says. Throws InputError when it is no storage.
TorchStorage torchStorage(const Pickle &pickle, const PickleValue &persistent,
                          const std::string &origin);

/// The bytes of a whole storage, whose size has been compared with its elementCount.
using StorageReader = std::function<std::span<const std::byte>(const TorchStorage &)>;

/// The tensors of the dictionary that the pickle is, or of the one under its key "state_dict" or
/// "model". Whatever else is in it is left out. Throws InputError for tensors that do not lie
/// inside their storage. `origin` begins every error and becomes TensorInfo::file.
std::vector<TensorInfo> torchTensors(const Pickle &pickle, const StorageReader &storages,
                                     const std::string &origin);

} // namespace transept::checkpoints

#endif

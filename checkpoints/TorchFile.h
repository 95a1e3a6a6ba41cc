// SPDX-License-Identifier: Apache-2.0
//
// What torch.save writes, and Hugging Face calls pytorch_model.bin: a zip archive with a pickle and
// a member for each storage, or the legacy format, pickles followed by the storages.

#ifndef TRANSEPT_CHECKPOINTS_TORCHFILE_H
#define TRANSEPT_CHECKPOINTS_TORCHFILE_H

#include "checkpoints/TensorInfo.h"

namespace transept::checkpoints {

/// The tensors of one file, in the order of its dictionary; several may share their bytes. `origin`
/// is used in errors and becomes TensorInfo::file. Runs nothing that the file says. Throws
/// InputError for a file that is damaged, or is not of little-endian, uncompressed tensors.
std::vector<TensorInfo> parseTorchFile(std::span<const std::byte> bytes, const std::string &origin);

} // namespace transept::checkpoints

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The safetensors format: names, types, shapes and places of a file's tensors. Every number in a
// header is checked before it is used; the tensors stay in the mapped file.

#ifndef TRANSEPT_CHECKPOINTS_SAFETENSORS_H
#define TRANSEPT_CHECKPOINTS_SAFETENSORS_H

#include "checkpoints/TensorInfo.h"

namespace transept::checkpoints {

/// The tensors of one file, in the order of their data. `origin` is used in errors and becomes
/// TensorInfo::file. Throws InputError for whatever the reference implementation refuses.
std::vector<TensorInfo> parseSafetensors(std::span<const std::byte> bytes,
                                         const std::string &origin);

} // namespace transept::checkpoints

#endif

// SPDX-License-Identifier: Apache-2.0
//
// numpy's .npz: a zip archive of arrays, each a short header and its numbers.

#ifndef TRANSEPT_CHECKPOINTS_NUMPYARCHIVE_H
#define TRANSEPT_CHECKPOINTS_NUMPYARCHIVE_H

#include "checkpoints/TensorInfo.h"

namespace transept::checkpoints {

/// The arrays of the archive, in the mapped `bytes`, by the names of its members without ".npy".
/// `origin` begins every error. Throws InputError for what is no such archive, is compressed, or
/// holds other arrays than of little-endian numbers.
std::vector<TensorInfo> parseNumpyArchive(std::span<const std::byte> bytes,
                                          const std::string &origin);

} // namespace transept::checkpoints

#endif

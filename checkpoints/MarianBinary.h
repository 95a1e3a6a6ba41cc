// SPDX-License-Identifier: Apache-2.0
//
// Marian's .bin, the format of the translators in Firefox: tensors of f32, and matrices of bytes
// that share one multiplier.

#ifndef TRANSEPT_CHECKPOINTS_MARIANBINARY_H
#define TRANSEPT_CHECKPOINTS_MARIANBINARY_H

#include "checkpoints/TensorInfo.h"

namespace transept::checkpoints {

/// Whether the file begins as one does: with version 1 and a number of tensors that fits into it.
bool isMarianBinary(std::span<const std::byte> bytes);

/// The tensors, in the mapped `bytes`; those of bytes have a divisor. `origin` begins every error.
/// Throws InputError for what is no such file, and for layouts of one processor.
std::vector<TensorInfo> parseMarianBinary(std::span<const std::byte> bytes,
                                          const std::string &origin);

} // namespace transept::checkpoints

#endif

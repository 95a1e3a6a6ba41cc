// SPDX-License-Identifier: Apache-2.0
//
// CTranslate2's model.bin: tensors of f32, f16 and bf16, matrices of bytes with a scale for each
// row, and numbers that say how the model computes.

#ifndef TRANSEPT_CHECKPOINTS_CTRANSLATE2FILE_H
#define TRANSEPT_CHECKPOINTS_CTRANSLATE2FILE_H

#include "checkpoints/TensorInfo.h"

namespace transept::checkpoints {

/// Whether the file begins as one of any version does: with a small number. Marian's do so as well.
bool isCTranslate2File(std::span<const std::byte> bytes);

/// The tensors, in the mapped `bytes`, under the names that the same model has in transformers:
/// layers that CTranslate2 joined are seen one by one, and embeddings that are shared are there
/// once. Single numbers keep CTranslate2's names ("encoder/num_heads"); "spec" is the name of the
/// kind of model and "spec/revision" its revision. `origin` begins every error. Throws InputError
/// for what is no such file, is of another version, or holds what these names do not have.
std::vector<TensorInfo> parseCTranslate2File(std::span<const std::byte> bytes,
                                             const std::string &origin);

} // namespace transept::checkpoints

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Stored numbers to float: plain loops over unaligned bytes that the compiler vectorizes, exact for
// every value including subnormals.

#ifndef TRANSEPT_CHECKPOINTS_FLOATCONVERSION_H
#define TRANSEPT_CHECKPOINTS_FLOATCONVERSION_H

#include "checkpoints/TensorInfo.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace transept::checkpoints {

float halfToFloat(uint16_t bits);
float brainToFloat(uint16_t bits);

/// Converts out.size() elements beginning at `data`; `stride` counts elements between two of them.
/// `type` is a weight type, I8, I16 or I32; F64 and I32 are rounded.
void convertToFloat(ElementType type, const std::byte *data, std::span<float> out,
                    int64_t stride = 1);

/// Index of the first NaN or infinity, or -1.
int64_t findNonFinite(std::span<const float> values);

} // namespace transept::checkpoints

#endif

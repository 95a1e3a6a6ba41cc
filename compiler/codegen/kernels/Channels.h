// SPDX-License-Identifier: Apache-2.0
//
// Kernels that sum over all rows of a sequence, channel by channel: attention to channels, and the
// mean of rows. Their operands: kernel_operands.inc.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_CHANNELS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_CHANNELS_H

#include "compiler/codegen/kernels/KernelOperands.h"

namespace transept::codegen {

/// The mean of all rows, then these. Strides count floats.
struct PrependMeanShape {
  int64_t width = 0, inputStride = 0, outputStride = 0;

  bool operator==(const PrependMeanShape &) const = default;
};
Kernel<PrependMeanOperands> prependMeanKernel(KernelBuilder &kernel, const PrependMeanShape &shape);

/// output[t, i] = sum_j softmax_j(rows^-1/2 sum_s query[s, i] key[s, j]) value[t, j] within each
/// group of `size` columns.
struct ChannelAttentionShape {
  int64_t groupCount = 0, size = 0;
  int64_t queryStride = 0, keyStride = 0, valueStride = 0, outputStride = 0;
  /// All rows are one sequence.
  bool isOne = false;

  bool operator==(const ChannelAttentionShape &) const = default;
  std::string name() const;
  int64_t scratchBytes(const Target &target) const;
};
Kernel<ChannelAttentionOperands> channelAttentionKernel(KernelBuilder &kernel,
                                                        const ChannelAttentionShape &shape);

} // namespace transept::codegen

#endif

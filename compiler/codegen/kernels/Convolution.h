// SPDX-License-Identifier: Apache-2.0
//
// Kernels of convolutions: of each channel by itself, and the windows of a grid that a linear layer
// multiplies. Their operands: kernel_operands.inc.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_CONVOLUTION_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_CONVOLUTION_H

#include "compiler/codegen/kernels/KernelOperands.h"
#include "dialects/Transept/Transept.h"

#include <optional>

namespace transept::codegen {

/// Each of `channels` channels convolved with its own `kernel` numbers, kernel^2 over a grid.
/// Strides of rows count floats.
struct DepthwiseShape {
  int64_t channels = 0, inputStride = 0, outputStride = 0;
  int64_t kernel = 1, stride = 1, padding = 0;
  /// Places of a line of the grid before and behind; 0 where rows are not places of a grid.
  int64_t width = 0, madeWidth = 0;
  int64_t panelWidth = 0; // of the packed weight
  bool hasBias = false;
  std::optional<ActivationKind> activation = {};
  /// All rows are one sequence.
  bool isOne = false;

  bool operator==(const DepthwiseShape &) const = default;
  std::string name() const;
};
Kernel<DepthwiseOperands> depthwiseKernel(KernelBuilder &kernel, const DepthwiseShape &shape);

/// Row i of the output: the window of place i, output[c * kernel^2 + l * kernel + k]. A row of the
/// input is a place or, with `areLines`, a whole line.
struct GridWindowsShape {
  int64_t channels = 0, inputStride = 0, outputStride = 0;
  int64_t kernel = 1, stride = 1, padding = 0;
  int64_t width = 0, madeWidth = 0;
  bool areLines = false;

  bool operator==(const GridWindowsShape &) const = default;
  std::string name() const;
};
Kernel<WindowsOperands> gridWindowsKernel(KernelBuilder &kernel, const GridWindowsShape &shape);

} // namespace transept::codegen

#endif

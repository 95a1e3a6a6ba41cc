// SPDX-License-Identifier: Apache-2.0
//
// Launches of convolutions that are no linear layer behind windows of rows.

#ifndef TRANSEPT_PLAN_CONVOLUTION_OPS
#define TRANSEPT_PLAN_CONVOLUTION_OPS

include "dialects/Plan/PlanDialect.td"

def Plan_DepthwiseOp : Plan_LaunchOp<"depthwise",
    [DeclareOpInterfaceMethods<MakesSpace, ["makesSpace"]>]> {
  let summary = "a convolution of each channel by itself";
  let description = [{
    Where the space stays the same, each sequence is convolved by itself; else the invocation's rows
    are one sequence, as they are over a grid of lines of `width` rows.

    - `depthwise_c1` input and output have the same width
    - `depthwise_c2` padding and behind, which is the padding where it is left out, are not
      negative, and below the kernel
    - `depthwise_c3` output in the input's space has as many rows: the stride is 1, padding and
      behind are kernel - 1 together
    - `depthwise_c4` over a grid padding is the same behind, and the width positive
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output,
                       FlatSymbolRefAttr:$weight, OptionalAttr<FlatSymbolRefAttr>:$bias,
                       I64Attr:$kernel, I64Attr:$stride, I64Attr:$padding,
                       OptionalAttr<I64Attr>:$padding_behind, OptionalAttr<I64Attr>:$width,
                       OptionalAttr<Transept_Activation>:$activation);
  let assemblyFormat = [{
    $label $input `into` $output `weight` $weight (`bias` $bias^)? `kernel` $kernel `stride` $stride
    `padding` $padding (`behind` $padding_behind^)? (`width` $width^)? (`activation` $activation^)?
    attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Rows of zeros behind a sequence.
    int64_t paddingBehind() { return int64_t(getPaddingBehind().value_or(getPadding())); }
  }];
}

def Plan_GridWindowsOp : Plan_LaunchOp<"grid_windows", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "windows of a grid for a convolution";
  let description = [{
    The invocation's rows are one sequence, a grid of lines of `width` places.

    - `grid_windows_c1` the output is kernel^2 times as wide as a place; the input is as wide as a
      place or as a line
    - `grid_windows_c2` padding is not negative, and below the kernel
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output, I64Attr:$kernel,
                       I64Attr:$stride, I64Attr:$padding, I64Attr:$width,
                       OptionalAttr<I64Attr>:$height);
  let assemblyFormat = [{
    $label $input `into` $output `kernel` $kernel `stride` $stride `padding` $padding `width` $width
    (`height` $height^)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Numbers of a place.
    int64_t channels() {
      int64_t taps = int64_t(getKernel()) * int64_t(getKernel());
      return taps == 0 ? 0 : getOutput().getType().getWidth() / taps;
    }
    /// Rows of a line of the input: 1 where each is a whole line.
    int64_t lineRows() {
      return getInput().getType().getWidth() == channels() ? int64_t(getWidth()) : 1;
    }
  }];
}

#endif

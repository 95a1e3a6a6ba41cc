// SPDX-License-Identifier: Apache-2.0
//
// Convolutions that are no linear layer behind windows of rows: those of each channel by itself,
// and windows that reach in both directions of a grid.

#ifndef TRANSEPT_CONVOLUTION_OPS
#define TRANSEPT_CONVOLUTION_OPS

include "dialects/Transept/TranseptTypes.td"
include "dialects/Transept/TranseptAttributes.td"

def Transept_DepthwiseConvolutionOp : Transept_Op<"depthwise_convolution",
    [DeclareOpInterfaceMethods<MakesSpace, ["makesSpace"]>]> {
  let summary = "convolve each channel by itself";
  let description = [{
    result[i, c] = bias[c] + sum_k weight[c, k] * input[i * stride + k - padding, c], 0 outside the
    sequence. A sequence of n rows gives (n + padding + behind - kernel) / stride + 1 rows; `behind`
    is the padding where it is left out.

    With `width` each sequence is a grid, line by line: a row is a place of a line of that many. The
    kernel then has as many lines as columns, weight[c, l * kernel + k], and stride and padding
    count both.

    - `depthwise_convolution_c1` input, result and bias have the same width
    - `depthwise_convolution_c2` weight is [width of the input, kernel], kernel^2 over a grid
    - `depthwise_convolution_c3` padding and behind are not negative, and below the kernel
    - `depthwise_convolution_c4` a result in the input's space has as many rows: the stride is 1,
      padding and behind are kernel - 1 together
    - `depthwise_convolution_c5` a grid has the same padding behind, and lines that with it are at
      least as wide as the kernel
    - `makes_space_c1` input and result are rows of the same space, or of different ones, both
      derived from the source

    ```mlir
    func.func @convolve(%rows: !transept.rows<source x 512 x f32>, %w: tensor<512x9xf32>,
                        %b: tensor<512xf32>,
                        %places: !transept.rows<source.places x 256 x f32>, %v: tensor<256x9xf32>) {
      %same = transept.depthwise_convolution %rows, %w bias %b kernel 9 stride 1 padding 4
          : (!transept.rows<source x 512 x f32>, tensor<512x9xf32>, tensor<512xf32>)
          -> !transept.rows<source x 512 x f32>
      %fewer = transept.depthwise_convolution %places, %v kernel 3 stride 2 padding 1 width 64
          : (!transept.rows<source.places x 256 x f32>, tensor<256x9xf32>)
          -> !transept.rows<source.fewer x 256 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Matrix:$weight,
                       Optional<Transept_Vector>:$bias, Transept_Size:$kernel,
                       Transept_Size:$stride, Transept_Size:$padding,
                       OptionalAttr<Transept_Size>:$padding_behind,
                       OptionalAttr<Transept_Size>:$width,
                       OptionalAttr<Transept_Activation>:$activation);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? `kernel` $kernel `stride` $stride `padding` $padding
    (`behind` $padding_behind^)? (`width` $width^)? (`activation` `` $activation^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Rows of zeros behind a sequence.
    int64_t paddingBehind() { return int64_t(getPaddingBehind().value_or(getPadding())); }
  }];
}

def Transept_GridWindowsOp : Transept_Op<"grid_windows",
    [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "gather the windows of a grid that a convolution multiplies";
  let description = [{
    Each sequence is a grid of lines of `width` places. A row of the input is a place, line by line,
    or a whole line, place by place. A row of the result is a place, too: that at line i and column
    j has

    result[c * kernel^2 + l * kernel + k] = input[i * stride + l - padding, j * stride + k - padding, c],

    0 outside the grid. Lines, and places of each, become (n + 2 * padding - kernel) / stride + 1. A
    convolution is a `linear` behind it, with the weight [outputs, channels, kernel, kernel] read as
    a matrix. With `height` all sequences have that many lines.

    Lines become rows again, as a flattened [channels, width], by `windows` of one line each.

    - `grid_windows_c1` the result is kernel^2 times as wide as a place; the input is as wide as a
      place or as a line
    - `grid_windows_c2` padding is not negative, and below the kernel
    - `grid_windows_c3` with padding, lines are at least as wide as the kernel
    - `makes_space_c1` input and result are rows of different spaces, both derived from the source
    - `makes_space_c2` kernel and stride are positive
    - `makes_space_c4` lines have 1 to 65536 places

    ```mlir
    func.func @stem(%frames: !transept.rows<source.features x 80 x f32>) {
      %windows = transept.grid_windows %frames kernel 3 stride 2 padding 1 width 80
          : (!transept.rows<source.features x 80 x f32>) -> !transept.rows<source.places x 9 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Size:$kernel, Transept_Size:$stride,
                       Transept_Size:$padding, Transept_Size:$width,
                       OptionalAttr<Transept_Size>:$height);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $input `kernel` $kernel `stride` $stride `padding` $padding `width` $width (`height` $height^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Numbers of a place.
    int64_t channels() {
      int64_t taps = int64_t(getKernel()) * int64_t(getKernel());
      return taps == 0 ? 0 : getResult().getType().getWidth() / taps;
    }
    /// Rows of a line of the input: 1 where each is a whole line.
    int64_t lineRows() {
      return getInput().getType().getWidth() == channels() ? int64_t(getWidth()) : 1;
    }
  }];
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Normalizations of rows.

#ifndef TRANSEPT_NORMALIZATION_OPS
#define TRANSEPT_NORMALIZATION_OPS

include "dialects/Transept/TranseptTypes.td"

def Transept_LayerNormOp : Transept_Op<"layer_norm", [AttrSizedOperandSegments, RowWise]> {
  let summary = "normalize each row to mean 0 and variance 1, then gain and bias";
  let description = [{
    result = (x - mean(x)) / sqrt(variance(x) + epsilon) * gain + bias, with the biased variance
    (Ba et al. 2016).

    - `layer_norm_c1` gain and bias have the input's width
    - `layer_norm_c2` input and result have the same type

    ```mlir
    func.func @norm(%x: !transept.rows<source x 512 x f32>, %gain: tensor<512xf32>,
                    %bias: tensor<512xf32>) {
      %normalized = transept.layer_norm %x gain %gain shift %bias epsilon 1.0e-5
          : (!transept.rows<source x 512 x f32>, tensor<512xf32>, tensor<512xf32>)
          -> !transept.rows<source x 512 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Optional<Transept_Vector>:$gain,
                       Optional<Transept_Vector>:$bias, Transept_Number:$epsilon);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $input (`gain` $gain^)? (`shift` $bias^)? `epsilon` $epsilon attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Transept_RmsNormOp : Transept_Op<"rms_norm", [RowWise]> {
  let summary = "divide each row by its root mean square, then gain";
  let description = [{
    result = x / sqrt(mean(x^2) + epsilon) * gain (Zhang and Sennrich 2019). With `heads`, each head
    of the row by itself, all with the same gain, as queries and keys have it (Henry et al. 2020).

    - `rms_norm_c1` gain has the input's width, or that of a head
    - `rms_norm_c2` input and result have the same type
    - `rms_norm_c3` head_count is positive, and divides the input's width

    ```mlir
    func.func @norm(%x: !transept.rows<source x 512 x f32>, %gain: tensor<512xf32>) {
      %normalized = transept.rms_norm %x gain %gain epsilon 1.0e-6
          : (!transept.rows<source x 512 x f32>, tensor<512xf32>)
          -> !transept.rows<source x 512 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Optional<Transept_Vector>:$gain, Transept_Number:$epsilon,
                       OptionalAttr<Transept_Size>:$head_count);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $input (`heads` $head_count^)? (`gain` $gain^)? `epsilon` $epsilon attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Transept_SequenceNormOp : Transept_Op<"sequence_norm", [AttrSizedOperandSegments]> {
  let summary = "normalize each sequence as a whole to mean 0 and variance 1, then gain and bias";
  let description = [{
    result = (x - mean) / sqrt(variance + epsilon) * gain + bias, with mean and biased variance over
    all numbers of all rows of a sequence (Wu and He 2018, with one group), and gain and bias by
    column. Every row depends on all others of its sequence, so that a decoder that goes on row by
    row cannot have it.

    - `sequence_norm_c1` gain and bias have the input's width
    - `sequence_norm_c2` input and result have the same type

    ```mlir
    func.func @norm(%x: !transept.rows<source.frames x 416 x f32>, %gain: tensor<416xf32>,
                    %bias: tensor<416xf32>) {
      %normalized = transept.sequence_norm %x gain %gain shift %bias epsilon 1.0e-5
          : (!transept.rows<source.frames x 416 x f32>, tensor<416xf32>, tensor<416xf32>)
          -> !transept.rows<source.frames x 416 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Optional<Transept_Vector>:$gain,
                       Optional<Transept_Vector>:$bias, Transept_Number:$epsilon);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $input (`gain` $gain^)? (`shift` $bias^)? `epsilon` $epsilon attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

#endif

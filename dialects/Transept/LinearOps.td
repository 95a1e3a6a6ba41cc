// SPDX-License-Identifier: Apache-2.0
//
// Row-wise arithmetic: linear layers with what is fused into them, activations, residuals, slices.

#ifndef TRANSEPT_LINEAR_OPS
#define TRANSEPT_LINEAR_OPS

include "dialects/Transept/TranseptTypes.td"
include "dialects/Transept/TranseptAttributes.td"

def Transept_LinearOp : Transept_Op<"linear",
    [AttrSizedOperandSegments, RowWise]> {
  let summary = "multiply rows by a weight, with what is fused before and after";
  let description = [{
    x' = norm(input) * norm_gain + norm_bias       (input itself without `norm`)
    y = x' weight^T + bias
    result = activation(y) + residual
    normalized = x'                                (only where someone else needs it)

    `weight` is [outputs, inputs]. With `gated`, weight and bias hold the gate's rows, then the
    value's, and result = activation(y_gate) * y_value + residual (Shazeer 2020). Only imported
    forms (`bias` at most) exist before the fusion passes.

    - `linear_c1` the weight's inputs equal the input's width
    - `linear_c2` the weight's outputs (half of them when gated) equal the result's width
    - `linear_c3` bias has one element per output of the weight
    - `linear_c4` input and result are rows of the same space
    - `linear_c5` residual has the result's type
    - `linear_c6` norm_gain and norm_bias need norm, and have the input's width
    - `linear_c7` normalized needs norm, and has the input's type
    - `linear_c8` gated needs an activation

    ```mlir
    func.func @feed_forward(%x: !transept.rows<source x 512 x f32>, %w: tensor<2048x512xf32>,
                            %b: tensor<2048xf32>) {
      %imported = transept.linear %x, %w bias %b
          : (!transept.rows<source x 512 x f32>, tensor<2048x512xf32>, tensor<2048xf32>)
          -> !transept.rows<source x 2048 x f32>
      %fused = transept.linear %x, %w bias %b norm <layer, epsilon = 1.0e-5> activation gelu
          : (!transept.rows<source x 512 x f32>, tensor<2048x512xf32>, tensor<2048xf32>)
          -> !transept.rows<source x 2048 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Matrix:$weight,
                       Optional<Transept_Vector>:$bias, Optional<Transept_Vector>:$norm_gain,
                       Optional<Transept_Vector>:$norm_bias, Optional<Transept_FloatRows>:$residual,
                       OptionalAttr<Transept_Norm>:$norm, OptionalAttr<Transept_Activation>:$activation,
                       UnitAttr:$gated);
  let results = (outs Transept_FloatRows:$result, Optional<Transept_FloatRows>:$normalized);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? (`norm` $norm^)? (`gain` $norm_gain^)? (`shift` $norm_bias^)?
    (`activation` `` $activation^)? (`gated` $gated^)? (`residual` $residual^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Transept_HeadLinearOp : Transept_Op<"head_linear", [AttrSizedOperandSegments, RowWise]> {
  let summary = "multiply the columns of each head by a weight of its own, or by one for all heads";
  let description = [{
    For head h of heads, with its columns of the input and of the result:
    result_h = input_h weight_h^T + bias_h. One weight, or one bias, is that of all heads.

    - `head_linear_c1` there are one weight or head_count weights, of one shape
    - `head_linear_c2` there are no bias, one or head_count, an element for each output of a weight
    - `head_linear_c3` head_count is positive, and the input as wide as head_count times the weights'
      inputs
    - `head_linear_c4` the result is rows of the input's space, as wide as head_count times the
      weights' outputs

    ```mlir
    func.func @distances(%q: !transept.rows<source x 512 x f32>, %w: tensor<33x64xf32>) {
      %scores = transept.head_linear %q weights %w heads 8
          : (!transept.rows<source x 512 x f32>, tensor<33x64xf32>)
          -> !transept.rows<source x 264 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Variadic<Transept_Matrix>:$weights,
                       Variadic<Transept_Vector>:$biases, Transept_Size:$head_count);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $input `weights` $weights (`biases` $biases^)? `heads` $head_count
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Of head `head`.
    ::mlir::Value weightOf(int64_t head) { return getWeights()[getWeights().size() == 1 ? 0 : head]; }
    /// Likewise; null where there are none.
    ::mlir::Value biasOf(int64_t head) {
      if (getBiases().empty())
        return {};
      return getBiases()[getBiases().size() == 1 ? 0 : head];
    }
  }];
}

def Transept_ActivationOp : Transept_Op<"activation", [SameOperandsAndResultType, RowWise]> {
  let summary = "apply an activation function to every element";
  let description = [{
    result[i, j] = kind(input[i, j]):
    `relu` max(x, 0); `gelu` x * (1 + erf(x / sqrt 2)) / 2; `gelu_tanh` its approximation
    x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2 (Hendrycks and Gimpel 2016);
    `silu` x / (1 + exp(-x)); `sigmoid` 1 / (1 + exp(-x));
    `tanh` (exp(2x) - 1) / (exp(2x) + 1); `asinh` log(x + sqrt(x^2 + 1)).

    ```mlir
    func.func @rectify(%x: !transept.rows<source x 2048 x f32>) {
      %positive = transept.activation relu %x : !transept.rows<source x 2048 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Activation:$kind);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "`` $kind $input attr-dict `:` type($result)";
}

def Transept_GateOp : Transept_Op<"gate", [SameOperandsAndResultType, RowWise]> {
  let summary = "multiply gate by value, element by element";
  let description = [{
    result = gate * value (gated feed-forward layers, Shazeer 2020).

    ```mlir
    func.func @gated(%g: !transept.rows<source x 1024 x f32>,
                     %v: !transept.rows<source x 1024 x f32>) {
      %active = transept.activation gelu_tanh %g : !transept.rows<source x 1024 x f32>
      %product = transept.gate %active, %v : !transept.rows<source x 1024 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$gate, Transept_FloatRows:$value);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$gate `,` $value attr-dict `:` type($result)";
}

def Transept_AddOp : Transept_Op<"add", [SameOperandsAndResultType, Commutative, RowWise]> {
  let summary = "add two rows, element by element (residuals, positions)";
  let description = [{
    result = lhs + rhs.

    ```mlir
    func.func @residual(%x: !transept.rows<source x 512 x f32>,
                        %y: !transept.rows<source x 512 x f32>) {
      %sum = transept.add %x, %y : !transept.rows<source x 512 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$lhs, Transept_FloatRows:$rhs);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
}

def Transept_ScaleOp : Transept_Op<"scale", [SameOperandsAndResultType, RowWise]> {
  let summary = "multiply every element by a number";
  let description = [{
    result = factor * input. A scale of a scale is one scale by the product of the factors (in f64),
    and a scale by 1 is nothing.

    ```mlir
    func.func @scale_embedding(%x: !transept.rows<source x 512 x f32>) {
      %scaled = transept.scale %x by 22.627416997969522 : !transept.rows<source x 512 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Number:$factor);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input `by` $factor attr-dict `:` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Transept_SliceColumnsOp : Transept_Op<"slice_columns", [RowWise]> {
  let summary = "take adjacent columns of every row";
  let description = [{
    result[i, j] = input[i, begin + j].

    - `slice_columns_c1` begin plus the result's width lies within the input's width
    - `slice_columns_c2` input and result are rows of the same space and element type

    ```mlir
    func.func @keys(%merged: !transept.rows<source x 1536 x f32>) {
      %keys = transept.slice_columns %merged from 512
          : (!transept.rows<source x 1536 x f32>) -> !transept.rows<source x 512 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Size:$begin);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input `from` $begin attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Transept_RequestedRowsOp : Transept_Op<"requested_rows"> {
  let summary = "keep only the rows that the caller requests";
  let description = [{
    result[i] = input[requested(i)]. In `decode` these are the rows whose vocabulary scores are
    wanted, so that the projection runs on no others; in `encode`, which has them where the model
    asks for them, those that see the whole source and that all others see.

    - `requested_rows_c1` input is rows of space S, the result rows of S.requested, of the same
      width and element type

    ```mlir
    func.func @wanted(%states: !transept.rows<target x 512 x f32>) {
      %wanted = transept.requested_rows %states
          : (!transept.rows<target x 512 x f32>) -> !transept.rows<target.requested x 512 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif

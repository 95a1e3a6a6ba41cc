// SPDX-License-Identifier: Apache-2.0
//
// The launch of a linear layer.

#ifndef TRANSEPT_PLAN_LINEAR_OPS
#define TRANSEPT_PLAN_LINEAR_OPS

include "dialects/Plan/PlanDialect.td"

def Plan_LinearOp : Plan_LaunchOp<"linear", [AttrSizedOperandSegments]> {
  let summary = "a linear layer with what is fused into it";
  let description = [{
    output = activation(norm(input) weight^T + bias) + residual. A gated layer has two products, of
    which the first goes through the activation and gates the second. `normalized` receives
    norm(input). With heads, each head's columns of the input give those of the output, by the next
    panels of the weight and of the bias (head after head, each filled up to whole panels), or, where
    it is shared, by the same weight.

    - `linear_c1` there is a norm where there is a gain, a shift or a normalized result
    - `linear_c2` a gated layer has an activation
    - `linear_c3` input, output, residual and normalized are rows of the same space
    - `linear_c4` the residual is as wide as the output, normalized as wide as the input
    - `linear_c5` the strategy's numbers are positive
    - `linear_c6` heads divide input and output, and are without norm, activation and residual;
      weights are shared by heads
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output,
                       Optional<Plan_Buffer>:$residual, Optional<Plan_Buffer>:$normalized,
                       FlatSymbolRefAttr:$weight, OptionalAttr<FlatSymbolRefAttr>:$bias,
                       OptionalAttr<Transept_Norm>:$norm, OptionalAttr<FlatSymbolRefAttr>:$norm_gain,
                       OptionalAttr<FlatSymbolRefAttr>:$norm_bias,
                       OptionalAttr<Transept_Activation>:$activation, UnitAttr:$gated,
                       OptionalAttr<I64Attr>:$head_count, UnitAttr:$shares_weight,
                       Plan_LinearStrategy:$strategy);
  let assemblyFormat = [{
    $label $input `into` $output `weight` $weight (`bias` $bias^)?
    (`norm` $norm^)? (`gain` $norm_gain^)? (`shift` $norm_bias^)? (`normalized` `into` $normalized^)?
    (`activation` `` $activation^)? (`gated` $gated^)? (`residual` $residual^)?
    (`heads` $head_count^)? (`shared` $shares_weight^)? $strategy
    attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

#endif

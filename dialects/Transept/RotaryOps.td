// SPDX-License-Identifier: Apache-2.0
//
// Positions that turn queries and keys in place of being added to states.

#ifndef TRANSEPT_ROTARY_OPS
#define TRANSEPT_ROTARY_OPS

include "dialects/Transept/TranseptTypes.td"

def Transept_RotaryOp : Transept_Op<"rotary", [RowWise]> {
  let summary = "turn pairs of columns of each head by the row's position";
  let description = [{
    The first `dims` columns of each head are pairs (a, b), of which pair i turns by an angle:
    result = (a cos - b sin, b cos + a sin), with
    angle = position * theta^(-2i / dims) / factor (Su et al. 2021, section 3.2).

    Pair i is columns i and i + dims / 2, or 2i and 2i + 1 if `interleaved`; columns from `dims` on
    stay as they are. position is the row's in its own sequence. The frequency, without and with the
    factor, and its product with the position are rounded to f32, as the original models do.

    - `rotary_c1` head_count is positive, and divides the input's width
    - `rotary_c2` dims is even and positive, and at most a head's width
    - `rotary_c3` theta and factor are positive
    - `rotary_c4` input and result have the same type

    ```mlir
    func.func @turn(%q: !transept.rows<target x 512 x f32>) {
      %turned = transept.rotary %q heads 8 dims 64 theta 10000.0
          : (!transept.rows<target x 512 x f32>) -> !transept.rows<target x 512 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Size:$head_count, Transept_Size:$dims,
                       Transept_Number:$theta, UnitAttr:$interleaved,
                       DefaultValuedAttr<Transept_Number, "1.0">:$factor);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $input `heads` $head_count `dims` $dims `theta` $theta (`interleaved` $interleaved^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

#endif

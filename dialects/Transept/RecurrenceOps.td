// SPDX-License-Identifier: Apache-2.0
//
// What carries a state from one row of a sequence to the next.

#ifndef TRANSEPT_RECURRENCE_OPS
#define TRANSEPT_RECURRENCE_OPS

include "dialects/Transept/TranseptTypes.td"

def Transept_GatedRecurrenceOp : Transept_Op<"gated_recurrence"> {
  let summary = "carry a state along each sequence, a gate in each column";
  let description = [{
    For row t of a sequence, in each column: result[t] = gate[t] * result[t - 1] + (1 - gate[t]) *
    value[t], and result[-1] = 0: the simpler simple recurrent unit (Kim et al. 2019, section 3.1),
    whose gate is a sigmoid. With `after`, a self cache of the results so far, result[-1] is the last
    of these, and the new results are appended to it.

    - `gated_recurrence_c1` gate, value and result have the same type
    - `gated_recurrence_c2` rows and cache have the same space, width and element type
    - `gated_recurrence_c3` the rows are all of a side: parts of one have no row before the next

    ```mlir
    func.func @remember(%gate: !transept.rows<target x 256 x f32>,
                        %value: !transept.rows<target x 256 x f32>) {
      %states = transept.gated_recurrence %gate, %value
          : (!transept.rows<target x 256 x f32>, !transept.rows<target x 256 x f32>)
          -> !transept.rows<target x 256 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$gate, Transept_FloatRows:$value,
                       Optional<Transept_SelfCache>:$past);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$gate `,` $value (`after` $past^)? attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The launch that carries a state along each sequence.

#ifndef TRANSEPT_PLAN_RECURRENCE_OPS
#define TRANSEPT_PLAN_RECURRENCE_OPS

include "dialects/Plan/PlanDialect.td"

def Plan_RecurOp : Plan_LaunchOp<"recur"> {
  let summary = "a gated recurrence along each sequence";
  let description = [{
    With a slot of the self cache, a sequence goes on from the last of its states there, and its new
    ones are stored behind it, so that positions may be forgotten as those of attention are.

    - `recur_c1` gate, value and output are rows of the same space and width
    - `recur_c2` the slot holds one row of values of that width, in f32: what is rounded at one
      position would be carried to all behind it
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$gate, Plan_Buffer:$value, Plan_Buffer:$output,
                       OptionalAttr<Plan_CacheSlot>:$slot);
  let assemblyFormat = "$label $gate `,` $value `into` $output (`states` $slot^)? attr-dict `:` type(operands)";
  let hasVerifier = 1;
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Launches of the search over the vocabulary.

#ifndef TRANSEPT_PLAN_VOCABULARY_OPS
#define TRANSEPT_PLAN_VOCABULARY_OPS

include "dialects/Plan/PlanDialect.td"

def Plan_SearchOp : Plan_LaunchOp<"search"> {
  let summary = "score the vocabulary block by block";
  let description = [{
    Leaves each block's best tokens and sums in the memory of the search, for merge_search.

    - `search_c1` vocabulary_size is positive
    - `search_c2` there is a norm where there is a gain or a shift
    - `search_c3` the input is of the rows that are requested
    - `search_c4` soft_cap is positive
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, FlatSymbolRefAttr:$weight,
                       OptionalAttr<FlatSymbolRefAttr>:$bias, OptionalAttr<Transept_Norm>:$norm,
                       OptionalAttr<FlatSymbolRefAttr>:$norm_gain,
                       OptionalAttr<FlatSymbolRefAttr>:$norm_bias, I64Attr:$vocabulary_size,
                       OptionalAttr<F64Attr>:$soft_cap);
  let assemblyFormat = [{
    $label $input `weight` $weight (`bias` $bias^)? (`norm` $norm^)? (`gain` $norm_gain^)?
    (`shift` $norm_bias^)? attr-dict `:` type($input)
  }];
  let hasVerifier = 1;
}

def Plan_MergeSearchOp : Plan_LaunchOp<"merge_search"> {
  let summary = "merge the blocks' best tokens and sums";
  let description = [{
    - `merge_search_c1` vocabulary_size is positive
  }];
  let arguments = (ins StrAttr:$label, I64Attr:$vocabulary_size);
  let assemblyFormat = "$label attr-dict";
  let hasVerifier = 1;
}

#endif

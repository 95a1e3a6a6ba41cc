// SPDX-License-Identifier: Apache-2.0
//
// Rows of a long source that all others look at beside their window: sums of blocks, and rows that
// the caller requests.

#ifndef TRANSEPT_GLOBAL_ROWS_OPS
#define TRANSEPT_GLOBAL_ROWS_OPS

include "dialects/Transept/TranseptTypes.td"

def Transept_SumBlocksOp : Transept_Op<"sum_blocks", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "add up the rows of each block of a sequence";
  let description = [{
    Row i of a sequence of n rows is in block min(i / block_size, n / block_size - 1), divisions
    rounded down: what follows the last whole block belongs to that one (Guo et al. 2021, section
    3.1, as Hugging Face's LongT5 computes it). result[b] = the sum of the rows of block b; a
    sequence of less than one block has none.

    - `sum_blocks_c1` input and result have the same width
    - `makes_space_c1` input and result are rows of different spaces, both derived from the source
    - `makes_space_c2` block_size is positive
    - `makes_space_c3` block_size is at most 65536

    ```mlir
    func.func @sums(%rows: !transept.rows<source x 768 x f32>) {
      %sums = transept.sum_blocks %rows of 16
          : (!transept.rows<source x 768 x f32>) -> !transept.rows<source.blocks x 768 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Size:$block_size);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input `of` $block_size attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transept_ReplaceRequestedOp : Transept_Op<"replace_requested"> {
  let summary = "put other rows in place of the requested ones";
  let description = [{
    result[i] = requested[j] where row i is the j-th that is requested, else input[i]: the way back
    from transept.requested_rows.

    - `replace_requested_c1` requested are the requested rows of the input's space, as wide as it
    - `replace_requested_c2` input and result are of one type

    ```mlir
    func.func @replace(%rows: !transept.rows<source x 768 x f32>,
                       %others: !transept.rows<source.requested x 768 x f32>) {
      %result = transept.replace_requested %rows, %others
          : (!transept.rows<source x 768 x f32>, !transept.rows<source.requested x 768 x f32>)
          -> !transept.rows<source x 768 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_FloatRows:$requested);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input `,` $requested attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif

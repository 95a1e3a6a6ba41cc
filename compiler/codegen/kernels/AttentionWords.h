// SPDX-License-Identifier: Apache-2.0
//
// Queries, keys and values as words of two bf16, for attention whose products multiply bf16.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTIONWORDS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTIONWORDS_H

#include "compiler/codegen/kernels/Attention.h"
#include "compiler/codegen/kernels/WordProduct.h"

namespace transept::codegen {

/// How one head lies in scratch. Keys come in blocks of TRANSEPT_KEY_BLOCK, word by word of the
/// head dim: [word][key]; values in words of two keys: [pair of keys][column]. What fills up is 0
/// in values, and anything in keys, whose scores are hidden.
struct AttentionWords {
  int64_t keyDim, valueDim;
  int64_t paddedKeyDim;   // whole registers of tiles
  int64_t valueColumns;   // whole panels
  int64_t queryRowBytes;  // a row of queries
  int64_t weightRowBytes; // a row of softmax weights of one step
  int64_t keyBlockBytes;
  int64_t bytesPerKey; // keys and values
  int64_t lanes, panelWidth;
  int64_t blocksAtOnce; // of keys, in one product of scores

  AttentionWords(const AttentionShape &shape, const Target &target);

  /// Scores of `blocksAtOnce` blocks of keys.
  WordProduct scores() const;
  /// Weights of a step times values: a panel of columns at a time.
  WordProduct sums() const;
};

/// Rows of floats, `stride` apart, that become words.
struct RowsOfFloats {
  Expression count, from;
  int64_t stride = 0;
  Expression to;
};
/// Rounds them to rows of bf16, filled up with zeros.
void emitQueryWords(KernelBuilder &kernel, const AttentionWords &words, const RowsOfFloats &rows);
/// Keys and values -> words, up to whole steps of kKeysPerStep keys. `rounded` has room for one
/// block of rounded keys.
void emitKeyWords(KernelBuilder &kernel, const AttentionWords &words, const RowsOfFloats &rows,
                  Expression rounded);
void emitValueWords(KernelBuilder &kernel, const AttentionWords &words, const RowsOfFloats &rows);

} // namespace transept::codegen

#endif

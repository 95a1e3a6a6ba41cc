// SPDX-License-Identifier: Apache-2.0
//
// Where attention's keys and values lie, for each source of them, and in what order products read
// them.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTIONKEYS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTIONKEYS_H

#include "compiler/codegen/kernels/AttentionMask.h"
#include "compiler/codegen/kernels/AttentionWords.h"

namespace transept::codegen {

class AttentionKeys {
public:
  /// `memory`: the part of a worker's scratch for keys in other orders (attentionScratchBytes).
  AttentionKeys(KernelBuilder &kernel, const AttentionShape &shape,
                const AttentionOperands &operands, const AttentionWords &words, Expression memory)
      : kernel(kernel), shape(shape), operands(operands), words(words), transposedKeys(memory),
        zero(kernel.integer(0)) {}

  Expression unitCount();
  AttentionUnit unitOf(Expression index);
  /// The unit that this worker computes after `index`, or the last one: where its keys lie.
  AttentionUnit unitAfter(Expression index);

  /// Emits what a unit needs before its first step: rows in the order of reading, new rows of the
  /// self cache in their pages.
  void prepare(const AttentionUnit &unit);

  /// The block of keys [keyDim][TRANSEPT_KEY_BLOCK] that begins at `key`, a multiple of that.
  Expression keyBlock(const AttentionUnit &unit, Expression key);
  /// The first value row at `key`, and numbers from one to the next.
  std::pair<Expression, int64_t> valueRows(const AttentionUnit &unit, Expression key);
  /// The same as words, where bf16 are multiplied.
  Expression keyWordsAt(Expression key) {
    return kernel.bytesAt(keyWords, key * (2 * words.paddedKeyDim));
  }
  Expression valueWordsAt(Expression key) {
    return kernel.bytesAt(valueWords, key * (2 * words.valueColumns));
  }

  /// A place among keys or values, which caches may hold as bf16.
  Expression numbersAt(Expression pointer, Expression offset) {
    return kernel.numbersAt(pointer, offset, shape.cachesBFloats);
  }

private:
  AttentionUnit placeOf(Expression index);
  void transposeKeys(const AttentionUnit &unit);
  void packWords(const AttentionUnit &unit);
  void appendRows(const AttentionUnit &unit);

  Expression cached(Expression floats) {
    return shape.cachesBFloats ? kernel.roundToBFloat(floats) : floats;
  }
  Expression pagedKeys(Expression page, Expression head);
  Expression pagedValues(Expression page, Expression head);
  /// This head's keys and values of a row, where Rows and new rows have them.
  Expression keyRow(const AttentionUnit &unit, Expression row);
  Expression valueRow(const AttentionUnit &unit, Expression row);

  KernelBuilder &kernel;
  const AttentionShape &shape;
  const AttentionOperands &operands;
  const AttentionWords &words;
  Expression transposedKeys, keyWords, valueWords, zero;
};

} // namespace transept::codegen

#endif

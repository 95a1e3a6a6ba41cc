// SPDX-License-Identifier: Apache-2.0
//
// Emits the preparation of keys and values, and where products find them.

#include "compiler/codegen/kernels/AttentionKeys.h"

#include "compiler/codegen/kernels/RowMath.h"
#include "compiler/codegen/kernels/RowOrder.h"
#include "compiler/codegen/kernels/Tiles.h"

#include "transept/abi.h"

namespace transept::codegen {

namespace {
constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
} // namespace

AttentionUnit AttentionKeys::unitOf(Expression index) {
  AttentionUnit unit = placeOf(index);
  unit.hasRisingPositions = emitHasRisingPositions(kernel, shape, operands, unit);
  return unit;
}

AttentionUnit AttentionKeys::unitAfter(Expression index) {
  return placeOf(kernel.minimum(index + operands.workerCount, unitCount() - 1));
}

Expression AttentionKeys::unitCount() {
  return operands.groupCount * (shape.headCount / shape.headsPerUnit());
}

/// All but what is to be known of its rows' positions.
AttentionUnit AttentionKeys::placeOf(Expression index) {
  AttentionUnit unit;
  int64_t taken = shape.headsPerUnit(), units = shape.headCount / taken;
  unit.group = index / units;
  unit.head = index % units;
  unit.keyHead =
      taken == 1 && shape.queriesPerKey() > 1 ? unit.head / shape.queriesPerKey() : unit.head;
  if (taken > 1)
    unit.head = unit.head * taken;
  if (shape.tiles) {
    Tile tile = emitTile(kernel, *shape.tiles, unit.group);
    unit.firstRow = tile.firstRow;
    unit.rowCount = tile.height * tile.width;
    unit.tileWidth = tile.width;
  } else if (shape.keys == KeySource::OtherRows || shape.isOneSequence) {
    unit.firstRow = zero;
    unit.rowCount = operands.queryRows;
  } else {
    unit.firstRow = kernel.loadInt64(operands.groupOffsets, unit.group);
    unit.rowCount = kernel.loadInt64(operands.groupOffsets, unit.group + 1) - unit.firstRow;
  }
  unit.firstKeyRow = unit.firstRow;
  unit.past = zero;
  switch (shape.keys) {
  case KeySource::Rows:
    unit.keyCount = unit.rowCount;
    break;
  case KeySource::OtherRows:
    unit.keyCount = operands.keyRows;
    break;
  case KeySource::Pages:
    unit.past = kernel.loadInt64(operands.pastLengths, unit.group);
    unit.keyCount = unit.past + unit.rowCount;
    unit.container = kernel.loadPointer(operands.containers, unit.group);
    break;
  case KeySource::EncoderCache:
    unit.keyCount = kernel.loadInt64(operands.containerLengths, unit.group);
    unit.container = kernel.loadPointer(operands.containers, unit.group);
    break;
  }
  return unit;
}

void AttentionKeys::prepare(const AttentionUnit &unit) {
  if (shape.multipliesBFloats)
    packWords(unit);
  else if (shape.readsRows())
    transposeKeys(unit);
  if (shape.keys == KeySource::Pages)
    appendRows(unit);
}

Expression AttentionKeys::keyRow(const AttentionUnit &unit, Expression row) {
  return kernel.floatsAt(operands.key,
                         (unit.firstKeyRow + row) * shape.keyStride + unit.keyHead * shape.keyDim);
}

Expression AttentionKeys::valueRow(const AttentionUnit &unit, Expression row) {
  return kernel.floatsAt(operands.value, (unit.firstKeyRow + row) * shape.valueStride +
                                             unit.keyHead * shape.valueDim);
}

/// Rows -> blocks [keyDim][kBlock], the order in which the score product reads them.
void AttentionKeys::transposeKeys(const AttentionUnit &unit) {
  kernel.loop(zero, unit.keyCount, kBlock, [&](Expression key) {
    Expression from = keyRow(unit, key);
    Expression count = kernel.minimum(unit.keyCount - key, kernel.integer(kBlock));
    emitTransposeKeys(kernel, {.count = count,
                               .rows = from,
                               .stride = kernel.integer(shape.keyStride),
                               .depth = shape.keyDim,
                               .block = kernel.floatsAt(transposedKeys, key * shape.keyDim)});
  });
}

/// This head's keys and values as words.
void AttentionKeys::packWords(const AttentionUnit &unit) {
  Expression rounded = transposedKeys;
  keyWords = kernel.bytesAt(rounded, words.keyBlockBytes);
  Expression steps = kernel.ceilDivide(unit.keyCount, kKeysPerStep) * kKeysPerStep;
  valueWords = kernel.bytesAt(keyWords, steps * (2 * words.paddedKeyDim));
  Expression key = keyRow(unit, zero), value = valueRow(unit, zero);
  emitKeyWords(kernel, words,
               {.count = unit.keyCount, .from = key, .stride = shape.keyStride, .to = keyWords},
               rounded);
  emitValueWords(
      kernel, words,
      {.count = unit.keyCount, .from = value, .stride = shape.valueStride, .to = valueWords});
}

/// Writes this head's keys and values of the new rows into the self cache's pages.
void AttentionKeys::appendRows(const AttentionUnit &unit) {
  kernel.loop(zero, unit.rowCount, 1, [&](Expression row) {
    Expression position = unit.past + row, inPage = position % kBlock;
    Expression page = kernel.loadPointer(unit.container, position / kBlock);
    Expression keyFrom = keyRow(unit, row);
    Expression keyTo = numbersAt(pagedKeys(page, unit.keyHead), inPage);
    kernel.loop(zero, kernel.integer(shape.keyDim), 1, [&](Expression d) {
      kernel.store(cached(kernel.loadFloat(kernel.floatsAt(keyFrom, d))),
                   numbersAt(keyTo, d * kBlock));
    });
    Expression valueFrom = valueRow(unit, row);
    Expression valueTo = numbersAt(pagedValues(page, unit.keyHead), inPage * shape.valueDim);
    forEachVector(kernel, shape.valueDim, [&](Expression column, int64_t count) {
      kernel.storeFirst(cached(kernel.loadFirst(kernel.floatsAt(valueFrom, column), count)),
                        numbersAt(valueTo, column), count);
    });
  });
}

Expression AttentionKeys::pagedKeys(Expression page, Expression head) {
  return numbersAt(page, operands.keySlot * kBlock + head * (shape.keyDim * kBlock));
}

Expression AttentionKeys::pagedValues(Expression page, Expression head) {
  return numbersAt(page, operands.valueSlot * kBlock + head * (kBlock * shape.valueDim));
}

Expression AttentionKeys::keyBlock(const AttentionUnit &unit, Expression key) {
  Expression offset = key * shape.keyDim;
  switch (shape.keys) {
  case KeySource::Rows:
  case KeySource::OtherRows:
    return kernel.floatsAt(transposedKeys, offset);
  case KeySource::Pages:
    return pagedKeys(kernel.loadPointer(unit.container, key / kBlock), unit.keyHead);
  case KeySource::EncoderCache: {
    Expression positions = kernel.ceilDivide(unit.keyCount, kBlock) * kBlock;
    return numbersAt(unit.container, positions * operands.keySlot +
                                         unit.keyHead * positions * shape.keyDim + offset);
  }
  }
  llvm_unreachable("every key source has its case");
}

std::pair<Expression, int64_t> AttentionKeys::valueRows(const AttentionUnit &unit, Expression key) {
  switch (shape.keys) {
  case KeySource::Rows:
  case KeySource::OtherRows:
    return {valueRow(unit, key), shape.valueStride};
  case KeySource::Pages:
    return {pagedValues(kernel.loadPointer(unit.container, key / kBlock), unit.keyHead),
            shape.valueDim};
  case KeySource::EncoderCache: {
    Expression positions = kernel.ceilDivide(unit.keyCount, kBlock) * kBlock;
    return {numbersAt(unit.container, positions * operands.valueSlot +
                                          (unit.keyHead * positions + key) * shape.valueDim),
            shape.valueDim};
  }
  }
  llvm_unreachable("every key source has its case");
}

} // namespace transept::codegen

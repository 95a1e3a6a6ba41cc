// SPDX-License-Identifier: Apache-2.0
//
// Emits the attention kernel. The unit of work is one head of one group of query rows: a sequence,
// or all hypotheses of one source over its shared encoder keys.

#include "compiler/codegen/kernels/Attention.h"

#include "compiler/codegen/kernels/RowMath.h"
#include "compiler/codegen/kernels/TileProduct.h"

#include "transept/abi.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

namespace transept::codegen {

using namespace mlir;

namespace {
constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
constexpr double kInfinity = std::numeric_limits<float>::infinity();
} // namespace

std::string AttentionShape::name() const {
  static constexpr const char *sources[] = {"rows", "pages", "encoder_cache"};
  std::string result =
      llvm::formatv("attention_{0}_{1}x{2}", sources[int(keys)], headCount, keyDim);
  if (valueDim != keyDim)
    result += llvm::formatv("x{0}", valueDim);
  if (scale != 1)
    result += llvm::formatv("_scale{0:E}", scale);
  if (isCausal)
    result += "_causal";
  if (windowBefore >= 0 || windowAfter >= 0)
    result += llvm::formatv("_window{0}_{1}", windowBefore, windowAfter);
  if (biasReach >= 0)
    result += llvm::formatv("_bias{0}", biasReach);
  return result +
         llvm::formatv("_from{0}_{1}_{2}_to{3}", queryStride, keyStride, valueStride, outputStride)
             .str();
}

Expressions AttentionOperands::asList() const {
  return {query,      key,          value,        bias,       output,           positions,
          groupCount, groupOffsets, pastLengths,  containers, containerLengths, keySlot,
          valueSlot,  weights,      weightStride, scratch,    worker,           workerCount};
}

namespace {

/// Where a worker's scratch is divided, in floats.
struct Scratch {
  int64_t queries, scores, weights, sums, maxima, totals, keys;
  int64_t sumStride;

  Scratch(const AttentionShape &shape, const Target &target) {
    int64_t rows = target.tileRows();
    sumStride = llvm::alignTo(shape.valueDim, target.panelWidth());
    queries = 0;
    scores = queries + rows * shape.keyDim + 16;
    weights = scores + rows * kKeysPerStep;
    sums = weights + rows * kKeysPerStep + 16;
    maxima = sums + rows * sumStride;
    totals = maxima + 16;
    keys = totals + 16;
  }
};

/// What the loops know of one unit of work.
struct Unit {
  Expression group, head;
  Expression firstRow, rowCount;
  Expression past;     // keys before the first query row's own position (causal only)
  Expression keyCount; // keys of the group
  Expression container;
};

class AttentionEmitter {
public:
  AttentionEmitter(KernelBuilder &kernel, const AttentionShape &shape,
                   const AttentionOperands &operands)
      : kernel(kernel), shape(shape), operands(operands), scratch(shape, kernel.target()),
        tileRows(kernel.target().tileRows()), panelWidth(kernel.target().panelWidth()),
        zero(kernel.integer(0)) {
    auto part = [&](int64_t offset) { return kernel.floatsAt(operands.scratch, offset); };
    queries = part(scratch.queries);
    scores = part(scratch.scores);
    weights = part(scratch.weights);
    sums = part(scratch.sums);
    maxima = part(scratch.maxima);
    totals = part(scratch.totals);
    transposedKeys = part(scratch.keys);
  }

  void emit() {
    Expression units = operands.groupCount * shape.headCount;
    kernel.loop(operands.worker, units, operands.workerCount, [&](Expression unit) {
      Unit work = unitOf(unit);
      if (shape.keys == KeySource::Rows)
        transposeKeys(work);
      if (shape.keys == KeySource::Pages)
        appendRows(work);
      kernel.loop(zero, work.rowCount, tileRows, [&](Expression first) {
        Expression rows = kernel.minimum(work.rowCount - first, kernel.integer(tileRows));
        queryTile(work, first, rows);
      });
    });
  }

private:
  Unit unitOf(Expression index) {
    Unit unit;
    unit.group = index / shape.headCount;
    unit.head = index % shape.headCount;
    unit.firstRow = kernel.loadInt64(operands.groupOffsets, unit.group);
    unit.rowCount = kernel.loadInt64(operands.groupOffsets, unit.group + 1) - unit.firstRow;
    unit.past = zero;
    switch (shape.keys) {
    case KeySource::Rows:
      unit.keyCount = unit.rowCount;
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

  /// Rows -> blocks [keyDim][kBlock], the order in which the score product reads them.
  void transposeKeys(const Unit &unit) {
    kernel.loop(zero, unit.keyCount, kBlock, [&](Expression key) {
      Expression from = kernel.floatsAt(operands.key, (unit.firstRow + key) * shape.keyStride +
                                                          unit.head * shape.keyDim);
      Expression count = kernel.minimum(unit.keyCount - key, kernel.integer(kBlock));
      emitTransposeKeys(kernel, count, from, kernel.integer(shape.keyStride), shape.keyDim,
                        kernel.floatsAt(transposedKeys, key * shape.keyDim));
    });
  }

  /// Writes this head's keys and values of the new rows into the self cache's pages.
  void appendRows(const Unit &unit) {
    kernel.loop(zero, unit.rowCount, 1, [&](Expression row) {
      Expression position = unit.past + row, inPage = position % kBlock;
      Expression page = kernel.loadPointer(unit.container, position / kBlock);
      Expression keyFrom = kernel.floatsAt(operands.key, (unit.firstRow + row) * shape.keyStride +
                                                             unit.head * shape.keyDim);
      Expression keyTo = kernel.floatsAt(pagedKeys(page, unit.head), inPage);
      kernel.loop(zero, kernel.integer(shape.keyDim), 1, [&](Expression d) {
        kernel.store(kernel.loadFloat(kernel.floatsAt(keyFrom, d)),
                     kernel.floatsAt(keyTo, d * kBlock));
      });
      Expression valueFrom = kernel.floatsAt(
          operands.value, (unit.firstRow + row) * shape.valueStride + unit.head * shape.valueDim);
      Expression valueTo = kernel.floatsAt(pagedValues(page, unit.head), inPage * shape.valueDim);
      forEachVector(kernel, shape.valueDim, [&](Expression column, int64_t count) {
        kernel.storeFirst(kernel.loadFirst(kernel.floatsAt(valueFrom, column), count),
                          kernel.floatsAt(valueTo, column), count);
      });
    });
  }

  Expression pagedKeys(Expression page, Expression head) {
    return kernel.floatsAt(page, operands.keySlot * kBlock + head * (shape.keyDim * kBlock));
  }
  Expression pagedValues(Expression page, Expression head) {
    return kernel.floatsAt(page, operands.valueSlot * kBlock + head * (kBlock * shape.valueDim));
  }

  /// The block of keys [keyDim][kBlock] that begins at `key`, a multiple of kBlock.
  Expression keyBlock(const Unit &unit, Expression key) {
    Expression offset = key * shape.keyDim;
    switch (shape.keys) {
    case KeySource::Rows:
      return kernel.floatsAt(transposedKeys, offset);
    case KeySource::Pages:
      return pagedKeys(kernel.loadPointer(unit.container, key / kBlock), unit.head);
    case KeySource::EncoderCache: {
      Expression positions = kernel.ceilDivide(unit.keyCount, kBlock) * kBlock;
      return kernel.floatsAt(unit.container, positions * operands.keySlot +
                                                 unit.head * positions * shape.keyDim + offset);
    }
    }
    llvm_unreachable("every key source has its case");
  }

  /// The first value row at `key`, and floats from one to the next.
  std::pair<Expression, int64_t> valueRows(const Unit &unit, Expression key) {
    switch (shape.keys) {
    case KeySource::Rows:
      return {kernel.floatsAt(operands.value, (unit.firstRow + key) * shape.valueStride +
                                                  unit.head * shape.valueDim),
              shape.valueStride};
    case KeySource::Pages:
      return {pagedValues(kernel.loadPointer(unit.container, key / kBlock), unit.head),
              shape.valueDim};
    case KeySource::EncoderCache: {
      Expression positions = kernel.ceilDivide(unit.keyCount, kBlock) * kBlock;
      return {kernel.floatsAt(unit.container, positions * operands.valueSlot +
                                                  (unit.head * positions + key) * shape.valueDim),
              shape.valueDim};
    }
    }
    llvm_unreachable("every key source has its case");
  }

  void queryTile(const Unit &unit, Expression first, Expression rows) {
    Expression queryRow = unit.firstRow + first;
    emitPackRows(
        kernel, rows,
        kernel.floatsAt(operands.query, queryRow * shape.queryStride + unit.head * shape.keyDim),
        kernel.integer(shape.queryStride), kernel.integer(shape.keyDim), queries);
    kernel.loop(zero, rows, 1, [&](Expression row) {
      kernel.store(kernel.number(-kInfinity), kernel.floatsAt(maxima, row));
      kernel.store(kernel.number(0), kernel.floatsAt(totals, row));
      for (int64_t column = 0; column < scratch.sumStride; column += kernel.lanes())
        kernel.store(kernel.vectorNumber(0),
                     kernel.floatsAt(sums, row * scratch.sumStride + column));
    });

    // The tile's last row sees most keys.
    Expression end = unit.keyCount;
    if (shape.isCausal)
      end = kernel.minimum(end, unit.past + first + rows);
    kernel.loop(zero, end, kKeysPerStep, [&](Expression key) {
      Expression count = kernel.minimum(end - key, kernel.integer(kKeysPerStep));
      scoreStep(unit, key, count, rows);
      kernel.loop(zero, rows, 1,
                  [&](Expression row) { softmaxStep(unit, first + row, row, key, count); });
      weighStep(unit, key, count, rows);
    });
    kernel.loop(zero, rows, 1, [&](Expression row) {
      storeRow(unit, queryRow + row, row);
      if (shape.emitsWeights())
        kernel.when(kernel.isNotNull(operands.weights),
                    [&] { finishWeights(unit, queryRow + row, row); });
    });
  }

  /// Where the caller wants the weights of a row of this head.
  Expression wantedWeights(const Unit &unit, Expression queryRow) {
    return kernel.floatsAt(operands.weights,
                           (queryRow * shape.headCount + unit.head) * operands.weightStride);
  }

  /// Visible scores of one step go where the weights will be: they are all there at the row's end.
  void keepScores(const Unit &unit, Expression queryRow, Expression rowScores, Expression key,
                  Expression count) {
    Expression to = kernel.floatsAt(wantedWeights(unit, queryRow), key);
    kernel.loop(zero, count, kernel.lanes(), [&](Expression lane) {
      kernel.storeMasked(kernel.loadVector(kernel.floatsAt(rowScores, lane)),
                         kernel.floatsAt(to, lane), kernel.maskOfFirst(count - lane));
    });
  }

  /// scores -> exp(score - maximum) / total; a row that saw no key has none.
  void finishWeights(const Unit &unit, Expression queryRow, Expression row) {
    Expression at = wantedWeights(unit, queryRow);
    Expression maximum = kernel.broadcast(kernel.loadFloat(kernel.floatsAt(maxima, row)));
    Expression total = kernel.broadcast(kernel.loadFloat(kernel.floatsAt(totals, row)));
    kernel.loop(zero, unit.keyCount, kernel.lanes(), [&](Expression key) {
      Expression place = kernel.floatsAt(at, key);
      // The stride is whole blocks of keys: what is read beyond the last key is the row's own.
      Expression weight = kernel.exponential(kernel.loadVector(place) - maximum) / total;
      kernel.storeMasked(weight, place, kernel.maskOfFirst(unit.keyCount - key));
    });
  }

  /// scores[row][key] = query . key for the keys of one step; as many blocks at once as registers
  /// hold, where blocks lie side by side.
  void scoreStep(const Unit &unit, Expression key, Expression count, Expression rows) {
    TileProduct single{.columns = kBlock};
    TileProduct wide{.columns = kBlock, .panels = panelWidth / kBlock};
    auto product = [&](const TileProduct &product, Expression block) {
      emitTileProduct(kernel, product, rows, queries, keyBlock(unit, key + block),
                      kernel.integer(kBlock * shape.keyDim), kernel.integer(kBlock),
                      kernel.integer(shape.keyDim), kernel.floatsAt(scores, block), kKeysPerStep);
    };
    Expression whole = zero;
    if (shape.keys != KeySource::Pages && wide.panels > 1) {
      whole = count / (wide.panels * kBlock) * (wide.panels * kBlock);
      kernel.loop(zero, whole, wide.panels * kBlock,
                  [&](Expression block) { product(wide, block); });
    }
    kernel.loop(whole, count, kBlock, [&](Expression block) { product(single, block); });
  }

  /// One row's online softmax: scores -> weights relative to the new maximum; earlier sums and
  /// totals shrink by exp(old maximum - new maximum).
  void softmaxStep(const Unit &unit, Expression rowInGroup, Expression row, Expression key,
                   Expression count) {
    int64_t lanes = kernel.lanes(), vectors = kKeysPerStep / lanes;
    Expression rowScores = kernel.floatsAt(scores, row * kKeysPerStep);
    hideAndBias(unit, rowInGroup, rowScores, key, count);
    if (shape.emitsWeights())
      kernel.when(kernel.isNotNull(operands.weights),
                  [&] { keepScores(unit, unit.firstRow + rowInGroup, rowScores, key, count); });
    Expressions values;
    Expression largest = kernel.vectorNumber(-kInfinity);
    for (int64_t v = 0; v < vectors; ++v) {
      values.push_back(kernel.loadVector(kernel.floatsAt(rowScores, v * lanes)));
      largest = kernel.maximum(largest, values.back());
    }
    Expression maximumAt = kernel.floatsAt(maxima, row), totalAt = kernel.floatsAt(totals, row);
    Expression oldMaximum = kernel.loadFloat(maximumAt);
    Expression newMaximum = kernel.maximum(oldMaximum, kernel.maximumOf(largest));
    // A row that has seen no key yet keeps weights of 0: -inf is replaced to avoid -inf - -inf.
    Expression reference =
        kernel.select(newMaximum == kernel.number(-kInfinity), kernel.number(0), newMaximum);
    Expression referenceVector = kernel.broadcast(reference);
    Expression total = kernel.vectorNumber(0);
    for (int64_t v = 0; v < vectors; ++v) {
      Expression weight = kernel.exponential(values[v] - referenceVector);
      kernel.store(weight, kernel.floatsAt(rowScores, v * lanes));
      total = total + weight;
    }
    Expression shrinkVector = kernel.exponential(kernel.broadcast(oldMaximum) - referenceVector);
    for (int64_t column = 0; column < scratch.sumStride; column += lanes) {
      Expression at = kernel.floatsAt(sums, row * scratch.sumStride + column);
      kernel.store(kernel.loadVector(at) * shrinkVector, at);
    }
    Expression shrink = firstOf(shrinkVector);
    kernel.store(kernel.multiplyAdd(kernel.loadFloat(totalAt), shrink, kernel.sumOf(total)),
                 totalAt);
    kernel.store(newMaximum, maximumAt);
  }

  Expression firstOf(Expression vector) {
    return kernel.wrap(vector::ExtractOp::create(kernel, vector, int64_t(0)));
  }

  /// Scales, biases and masks one row's scores in place; nothing where all keys are visible.
  void hideAndBias(const Unit &unit, Expression rowInGroup, Expression rowScores, Expression key,
                   Expression count) {
    Expression limit = key + count;
    if (shape.isCausal)
      limit = kernel.minimum(limit, unit.past + rowInGroup + 1);
    auto change = [&] {
      for (int64_t lane = 0; lane < kKeysPerStep; lane += kernel.lanes()) {
        Expression at = kernel.floatsAt(rowScores, lane);
        kernel.store(visibleScore(unit, rowInGroup, key, lane, limit, kernel.loadVector(at)), at);
      }
    };
    bool isAlwaysNeeded = shape.scale != 1 || shape.biasReach >= 0 || shape.windowBefore >= 0 ||
                          shape.windowAfter >= 0;
    if (isAlwaysNeeded)
      change();
    else
      kernel.when(limit < key + kKeysPerStep, change);
  }

  /// The score, scaled and biased, or -inf where the mask hides the key. `lane` counts from `key`;
  /// keys from `limit` on are hidden.
  Expression visibleScore(const Unit &unit, Expression rowInGroup, Expression key, int64_t lane,
                          Expression limit, Expression score) {
    if (shape.scale != 1)
      score = score * kernel.vectorNumber(shape.scale);
    Expression keyNumbers =
        kernel.laneNumbers(kernel.lanes()) + kernel.broadcast(kernel.truncateToInt32(key + lane));
    Expression visible = keyNumbers < kernel.broadcast(kernel.truncateToInt32(limit));

    if (shape.biasReach >= 0 || shape.windowBefore >= 0 || shape.windowAfter >= 0) {
      Expression distance =
          keyPositions(unit, keyNumbers) -
          kernel.broadcast(kernel.loadInt32(operands.positions, unit.firstRow + rowInGroup));
      auto constant = [&](int64_t value) {
        return kernel.broadcast(kernel.integer32(int32_t(value)));
      };
      if (shape.windowBefore >= 0)
        visible = visible & (distance >= constant(-shape.windowBefore));
      if (shape.windowAfter >= 0)
        visible = visible & (distance <= constant(shape.windowAfter));
      if (shape.biasReach >= 0) {
        Expression cut = kernel.minimum(kernel.maximum(distance, constant(-shape.biasReach)),
                                        constant(shape.biasReach));
        Expression table =
            kernel.floatsAt(operands.bias, unit.head * (2 * shape.biasReach + 1) + shape.biasReach);
        score = score + kernel.gather(table, kernel.toInt64(cut));
      }
    }
    return kernel.select(visible, score, kernel.vectorNumber(-kInfinity));
  }

  /// Positions of the keys: given with the rows of the encoder, counted in the self cache.
  Expression keyPositions(const Unit &unit, Expression keyNumbers) {
    if (shape.keys != KeySource::Rows)
      return keyNumbers;
    // Lanes beyond the sequence are hidden; they only must not be read from outside the array.
    Expression numbers =
        kernel.minimum(keyNumbers, kernel.broadcast(kernel.truncateToInt32(unit.keyCount - 1)));
    Expression rows = kernel.toInt64(numbers) + kernel.broadcast(unit.firstRow);
    return kernel.gatherInt32(operands.positions, rows);
  }

  /// sums[row] += weights[row] . values for the keys of one step; in the self cache page by page.
  void weighStep(const Unit &unit, Expression key, Expression count, Expression rows) {
    emitPackRows(kernel, rows, scores, kernel.integer(kKeysPerStep), kernel.integer(kKeysPerStep),
                 weights);
    TileProduct product{.columns = panelWidth, .accumulates = true};
    int64_t chunk = shape.keys == KeySource::Pages ? kBlock : kKeysPerStep;
    kernel.loop(zero, count, chunk, [&](Expression begin) {
      auto [rowsOfValues, stride] = valueRows(unit, key + begin);
      Expression depth = kernel.minimum(count - begin, kernel.integer(chunk));
      for (int64_t column = 0; column < scratch.sumStride; column += panelWidth)
        emitTileProduct(kernel, product, rows, kernel.floatsAt(weights, begin * rows),
                        kernel.floatsAt(rowsOfValues, column), zero, kernel.integer(stride), depth,
                        kernel.floatsAt(sums, column), scratch.sumStride);
    });
  }

  /// A row that saw no key has total 0 and yields 0.
  void storeRow(const Unit &unit, Expression queryRow, Expression row) {
    Expression total = kernel.loadFloat(kernel.floatsAt(totals, row));
    Expression factor =
        kernel.select(total == kernel.number(0), kernel.number(0), kernel.number(1) / total);
    Expression factors = kernel.broadcast(factor);
    Expression from = kernel.floatsAt(sums, row * scratch.sumStride);
    Expression to = kernel.floatsAt(operands.output,
                                    queryRow * shape.outputStride + unit.head * shape.valueDim);
    forEachVector(kernel, shape.valueDim, [&](Expression column, int64_t count) {
      kernel.storeFirst(kernel.loadVector(kernel.floatsAt(from, column)) * factors,
                        kernel.floatsAt(to, column), count);
    });
  }

  KernelBuilder &kernel;
  const AttentionShape &shape;
  const AttentionOperands &operands;
  Scratch scratch;
  int64_t tileRows, panelWidth;
  Expression zero, queries, scores, weights, sums, maxima, totals, transposedKeys;
};

} // namespace

int64_t attentionScratchBytes(const AttentionShape &shape, const Target &target) {
  return 4 * Scratch(shape, target).keys;
}

int64_t attentionScratchBytesPerKey(const AttentionShape &shape) {
  return shape.keys == KeySource::Rows ? 4 * shape.keyDim : 0;
}

func::FuncOp attentionKernel(KernelBuilder &kernel, const AttentionShape &shape) {
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  Type types[] = {pointer, pointer, pointer, pointer, pointer, pointer, i64,     pointer, pointer,
                  pointer, pointer, i64,     i64,     pointer, i64,     pointer, i64,     i64};
  return kernel.function(shape.name(), types, [&](ArrayRef<Expression> a) {
    AttentionOperands operands{a[0], a[1],  a[2],  a[3],  a[4],  a[5],  a[6],  a[7],  a[8],
                               a[9], a[10], a[11], a[12], a[13], a[14], a[15], a[16], a[17]};
    AttentionEmitter(kernel, shape, operands).emit();
  });
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// Emits the attention kernel. The unit of work is one head of one group of query rows (or all heads
// that append to the same pages): a sequence, or all hypotheses of one source over its shared
// encoder keys.

#include "compiler/codegen/kernels/Attention.h"

#include "compiler/codegen/kernels/AttentionKeys.h"
#include "compiler/codegen/kernels/RowMath.h"
#include "compiler/codegen/kernels/RowOrder.h"
#include "compiler/codegen/kernels/TileRegisters.h"

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
  static constexpr const char *sources[] = {"rows", "pages", "encoder_cache", "other_rows"};
  std::string result =
      llvm::formatv("attention_{0}_{1}x{2}", sources[int(keys)], headCount, keyDim);
  if (valueDim != keyDim)
    result += llvm::formatv("x{0}", valueDim);
  if (keyHeadCount != 0)
    result += llvm::formatv("_keys{0}", keyHeadCount);
  if (scale != 1)
    result += llvm::formatv("_scale{0:E}", scale);
  if (softCap != 0)
    result += llvm::formatv("_cap{0:E}", softCap);
  if (isCausal)
    result += "_causal";
  if (windowBefore >= 0 || windowAfter >= 0)
    result += llvm::formatv("_window{0}_{1}", windowBefore, windowAfter);
  if (chunkSize != 0)
    result += llvm::formatv("_chunks{0}_{1}", chunkSize, chunksBefore);
  if (isOneSequence)
    result += "_one";
  if (hidesRequested)
    result += "_unrequested";
  if (biasReach >= 0)
    result += llvm::formatv("_bias{0}", biasReach);
  if (scoreStride != 0)
    result += llvm::formatv("_scores{0}_{1}_{2}", scoreStride, scoresBefore, scoresAfter);
  if (blockSize != 0)
    result += llvm::formatv("_blocks{0}", blockSize);
  if (tiles)
    result += llvm::formatv("_tiles{0}x{1}_{2}_{3}{4}", tiles->height, tiles->width, tiles->side,
                            tiles->shift, hasPlaceBias ? "_biased" : "");
  if (multipliesBFloats || cachesBFloats)
    result += "_bf16";
  if (isLeft || continues)
    result += llvm::formatv("{0}_state{1}", continues ? "_continues" : "", stateStride);
  return result +
         llvm::formatv("_from{0}_{1}_{2}_to{3}", queryStride, keyStride, valueStride, outputStride)
             .str();
}

namespace {

bool usesTiles(const AttentionShape &shape, const Target &target) {
  return shape.multipliesBFloats && usesTilesFor(target, WordKind::BFloats, 1);
}

/// Query rows that are computed together.
int64_t tileRowsOf(const AttentionShape &shape, const Target &target) {
  return usesTiles(shape, target) ? 2 * kTileRegisterRows : target.tileRows();
}

/// Where a worker's scratch is divided, in bytes.
struct Scratch {
  int64_t queries, scores, weights, sums, maxima, totals, keys, bytes;
  int64_t sumStride;

  Scratch(const AttentionShape &shape, const Target &target) {
    constexpr int64_t kLine = 64;
    int64_t rows = tileRowsOf(shape, target);
    AttentionWords words(shape, target);
    bool isWords = shape.multipliesBFloats;
    sumStride = words.valueColumns;
    queries = 0;
    scores = queries +
             llvm::alignTo(isWords ? rows * words.queryRowBytes : 4 * rows * shape.keyDim + kLine,
                           kLine);
    weights = scores + 4 * rows * kKeysPerStep;
    sums = weights + (isWords ? rows * words.weightRowBytes : 4 * rows * kKeysPerStep + kLine);
    maxima = sums + 4 * rows * sumStride;
    totals = maxima + 4 * 2 * kTileRegisterRows;
    keys = totals + 4 * 2 * kTileRegisterRows;
    // Words fill up the last step of keys; one block of rounded keys lies in front of them.
    bytes = keys + (isWords ? words.keyBlockBytes + kKeysPerStep * words.bytesPerKey : 0);
  }
};

class AttentionEmitter {
public:
  AttentionEmitter(KernelBuilder &kernel, const AttentionShape &shape,
                   const AttentionOperands &operands)
      : kernel(kernel), shape(shape), operands(operands), words(shape, kernel.target()),
        scratch(shape, kernel.target()), tileRows(tileRowsOf(shape, kernel.target())),
        panelWidth(kernel.target().panelWidth()), zero(kernel.integer(0)),
        queries(part(scratch.queries)), scores(part(scratch.scores)),
        weights(part(scratch.weights)), sums(part(scratch.sums)), maxima(part(scratch.maxima)),
        totals(part(scratch.totals)), keys(kernel, shape, operands, words, part(scratch.keys)) {}

  void emit() {
    if (shape.multipliesBFloats && !holdsWords(words.scores()))
      return;
    if (usesTiles(shape, kernel.target()))
      return withTileRegisters(kernel, [&] { emitUnits(); });
    emitUnits();
  }

private:
  void emitUnits() {
    Expression units = keys.unitCount();
    kernel.loop(operands.worker, units, operands.workerCount, [&](Expression unit) {
      AttentionUnit work = keys.unitOf(unit);
      keys.prepare(work);
      if (readsCache())
        later = keys.unitAfter(unit);
      if (shape.headsPerUnit() == 1)
        return queryHead(work);
      kernel.loop(zero, kernel.integer(shape.headsPerUnit()), 1, [&](Expression head) {
        AttentionUnit one = work;
        one.head = work.head + head;
        queryHead(one);
      });
    });
  }

  void queryHead(const AttentionUnit &work) {
    kernel.loop(zero, work.rowCount, tileRows, [&](Expression first) {
      Expression rows = kernel.minimum(work.rowCount - first, kernel.integer(tileRows));
      queryTile(work, first, rows);
    });
  }

  /// Without registers for all sums of a tile there would be no code for its last rows.
  bool holdsWords(const WordProduct &product) {
    int64_t most = maximumRows(kernel.target(), product);
    if (usesTilesFor(kernel.target(), WordKind::BFloats, 1) || most >= tileRows)
      return true;
    kernel.fail(llvm::formatv("expects registers for the sums of {0} rows by {1} vectors of keys, "
                              "but got a processor with registers for {2} rows",
                              tileRows, product.vectors(), most));
    return false;
  }

  Expression part(int64_t offset) { return kernel.bytesAt(operands.scratch, offset); }

  void queryTile(const AttentionUnit &unit, Expression first, Expression rows) {
    Expression queryRow = unit.firstRow + first;
    Expression from =
        kernel.floatsAt(operands.query, queryRow * shape.queryStride + unit.head * shape.keyDim);
    if (shape.multipliesBFloats)
      emitQueryWords(kernel, words,
                     {.count = rows, .from = from, .stride = shape.queryStride, .to = queries});
    else
      emitPackRows(kernel, rows, from, kernel.integer(shape.queryStride),
                   kernel.integer(shape.keyDim), queries);
    kernel.loop(zero, rows, 1, [&](Expression row) { beginRow(unit, queryRow + row, row); });

    VisitedKeys visited = emitVisitedKeys(kernel, shape, unit, first, rows);
    kernel.loop(visited.begin, visited.end, kKeysPerStep, [&](Expression key) {
      Expression count = kernel.minimum(visited.end - key, kernel.integer(kKeysPerStep));
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
  Expression wantedWeights(const AttentionUnit &unit, Expression queryRow) {
    return kernel.floatsAt(operands.weights,
                           (queryRow * shape.headCount + unit.head) * operands.weightStride);
  }

  /// Visible scores of one step go where the weights will be: they are all there at the row's end.
  void keepScores(const AttentionUnit &unit, Expression queryRow, Expression rowScores,
                  Expression key, Expression count) {
    Expression to = kernel.floatsAt(wantedWeights(unit, queryRow), key);
    kernel.loop(zero, count, kernel.lanes(), [&](Expression lane) {
      kernel.storeMasked(kernel.loadVector(kernel.floatsAt(rowScores, lane)),
                         kernel.floatsAt(to, lane), kernel.maskOfFirst(count - lane));
    });
  }

  /// scores -> exp(score - maximum) / total; a row that saw no key has none.
  void finishWeights(const AttentionUnit &unit, Expression queryRow, Expression row) {
    Expression at = wantedWeights(unit, queryRow);
    Expression maximum =
        kernel.broadcast(referenceOf(kernel.loadFloat(kernel.floatsAt(maxima, row))));
    Expression total = kernel.broadcast(kernel.loadFloat(kernel.floatsAt(totals, row)));
    kernel.loop(zero, unit.keyCount, kernel.lanes(), [&](Expression key) {
      Expression place = kernel.floatsAt(at, key);
      // The stride is whole blocks of keys: what is read beyond the last key is the row's own.
      Expression weight = kernel.exponential(kernel.loadVector(place) - maximum) / total;
      kernel.storeMasked(weight, place, kernel.maskOfFirst(unit.keyCount - key));
    });
  }

  /// scores[row][key] = query . key for the keys of one step; as many blocks at once as registers
  /// hold: more of them, so that more loads are on their way, for few rows.
  void scoreStep(const AttentionUnit &unit, Expression key, Expression count, Expression rows) {
    if (shape.multipliesBFloats) {
      WordProduct product = words.scores();
      return kernel.loop(zero, count, words.blocksAtOnce * kBlock, [&](Expression block) {
        emitWordProduct(kernel, product, rows, queries, keys.keyWordsAt(key + block), kernel.null(),
                        {kernel.floatsAt(scores, block), kKeysPerStep});
      });
    }
    auto product = [&](int64_t blocks, Expression block, int64_t mostRows) {
      Expressions columns, laterColumns;
      for (int64_t b = 0; b < blocks; ++b) {
        Expression first = key + block + b * kBlock;
        columns.push_back(keys.keyBlock(unit, first));
        if (readsCache())
          laterColumns.push_back(keys.keyBlock(later, laterKey(first)));
      }
      emitFloatProduct(kernel, scoreProduct(blocks),
                       {.rows = rows,
                        .mostRows = mostRows,
                        .a = queries,
                        .w = columns,
                        .rowStride = kernel.integer(kBlock),
                        .depth = kernel.integer(shape.keyDim),
                        .tile = {kernel.floatsAt(scores, block), kKeysPerStep},
                        .next = laterColumns});
    };
    auto allBlocks = [&](int64_t most, int64_t mostRows) {
      Expression done = zero;
      for (int64_t blocks = most; blocks >= 1; blocks /= 2) {
        Expression end = count / (blocks * kBlock) * (blocks * kBlock);
        if (blocks == 1)
          end = count;
        kernel.loop(done, end, blocks * kBlock,
                    [&](Expression block) { product(blocks, block, mostRows); });
        done = kernel.maximum(done, end);
      }
    };
    int64_t few = kKeysPerStep / kBlock, many = std::max<int64_t>(1, panelWidth / kBlock);
    int64_t fewRows = maximumRows(kernel.target(), scoreProduct(few));
    kernel.when(
        rows <= fewRows, [&] { allBlocks(few, fewRows); }, [&] { allBlocks(many, tileRows); });
  }

  FloatProduct scoreProduct(int64_t blocks) const {
    return {.columns = kBlock, .panels = blocks, .form = cacheForm(), .prefetch = prefetch()};
  }
  /// Keys and values of caches come from memory; those of rows were just computed.
  bool readsCache() const { return !shape.readsRows(); }
  Prefetch prefetch() const { return readsCache() ? Prefetch::NextCall : Prefetch::None; }
  /// The key of the later unit that is asked for beside `key`: one that it has.
  Expression laterKey(Expression key) {
    return kernel.minimum(key, (later.keyCount - 1) / kBlock * kBlock);
  }
  ColumnForm cacheForm() const {
    return shape.cachesBFloats ? ColumnForm::BFloats : ColumnForm::Floats;
  }

  /// One row's online softmax: scores -> weights relative to the new maximum; earlier sums and
  /// totals shrink by exp(old maximum - new maximum).
  void softmaxStep(const AttentionUnit &unit, Expression rowInGroup, Expression row, Expression key,
                   Expression count) {
    int64_t lanes = kernel.lanes(), vectors = kKeysPerStep / lanes;
    Expression rowScores = kernel.floatsAt(scores, row * kKeysPerStep);
    emitHideAndBias(kernel, shape, operands, unit,
                    {.rowInGroup = rowInGroup, .scores = rowScores, .key = key, .count = count});
    if (shape.emitsWeights())
      kernel.when(kernel.isNotNull(operands.weights),
                  [&] { keepScores(unit, unit.firstRow + rowInGroup, rowScores, key, count); });
    Expression rowWeights = kernel.bytesAt(weights, row * words.weightRowBytes);
    Expressions values;
    Expression largest = kernel.vectorNumber(-kInfinity);
    for (int64_t v = 0; v < vectors; ++v) {
      values.push_back(kernel.loadVector(kernel.floatsAt(rowScores, v * lanes)));
      largest = kernel.maximum(largest, values.back());
    }
    Expression maximumAt = kernel.floatsAt(maxima, row), totalAt = kernel.floatsAt(totals, row);
    Expression oldMaximum = kernel.loadFloat(maximumAt);
    Expression newMaximum = kernel.maximum(oldMaximum, kernel.maximumOf(largest));
    Expression referenceVector = kernel.broadcast(referenceOf(newMaximum));
    Expression total = kernel.vectorNumber(0);
    for (int64_t v = 0; v < vectors; ++v) {
      Expression weight = kernel.exponential(values[v] - referenceVector);
      if (shape.multipliesBFloats)
        kernel.store(kernel.roundToBFloat(weight), kernel.bytesAt(rowWeights, 2 * v * lanes));
      else
        kernel.store(weight, kernel.floatsAt(rowScores, v * lanes));
      total = total + weight;
    }
    // Most steps find no larger score, and the first has nothing to shrink: the factor is 1 then.
    Expression shrinks = (oldMaximum != newMaximum) & (oldMaximum != kernel.number(-kInfinity));
    Expression shrink = kernel.choose(
        shrinks, {kernel.getF32Type()},
        [&] {
          Expression factors = kernel.exponential(kernel.broadcast(oldMaximum) - referenceVector);
          for (int64_t column = 0; column < scratch.sumStride; column += lanes) {
            Expression at = kernel.floatsAt(sums, row * scratch.sumStride + column);
            kernel.store(kernel.loadVector(at) * factors, at);
          }
          return Expressions{firstOf(factors)};
        },
        [&] { return Expressions{kernel.number(1)}; })[0];
    kernel.store(kernel.multiplyAdd(kernel.loadFloat(totalAt), shrink, kernel.sumOf(total)),
                 totalAt);
    kernel.store(newMaximum, maximumAt);
  }

  /// A row that has seen no key yet keeps weights of 0: -inf is replaced to avoid -inf - -inf.
  Expression referenceOf(Expression maximum) {
    return kernel.select(maximum == kernel.number(-kInfinity), kernel.number(0), maximum);
  }

  Expression firstOf(Expression vector) {
    return kernel.wrap(vector::ExtractOp::create(kernel, vector, int64_t(0)));
  }

  /// sums[row] += weights[row] . values for the keys of one step; in the self cache page by page.
  void weighStep(const AttentionUnit &unit, Expression key, Expression count, Expression rows) {
    if (shape.multipliesBFloats) {
      Expression from = keys.valueWordsAt(key);
      for (int64_t column = 0; column < scratch.sumStride; column += panelWidth)
        emitWordProduct(kernel, words.sums(), rows, weights, kernel.floatsAt(from, column),
                        kernel.null(), {kernel.floatsAt(sums, column), scratch.sumStride});
      return;
    }
    emitPackRows(kernel, rows, scores, kernel.integer(kKeysPerStep), kernel.integer(kKeysPerStep),
                 weights);
    int64_t chunk = shape.keys == KeySource::Pages ? kBlock : kKeysPerStep;
    kernel.loop(zero, count, chunk, [&](Expression begin) {
      auto [values, stride] = keys.valueRows(unit, key + begin);
      Expression depth = kernel.minimum(count - begin, kernel.integer(chunk));
      Expression from = values, rowStride = kernel.integer(stride);
      Expression laterFrom =
          readsCache() ? keys.valueRows(later, laterKey(key + begin)).first : from;
      auto allColumns = [&](int64_t panels, int64_t mostRows) {
        for (int64_t column = 0; column < scratch.sumStride; column += panels * panelWidth) {
          int64_t count = std::min(panels, (scratch.sumStride - column) / panelWidth);
          Expressions columns, laterColumns;
          for (int64_t panel = 0; panel < count; ++panel) {
            Expression first = kernel.integer(column + panel * panelWidth);
            columns.push_back(keys.numbersAt(from, first));
            if (readsCache())
              laterColumns.push_back(keys.numbersAt(laterFrom, first));
          }
          emitFloatProduct(kernel, sumProduct(count),
                           {.rows = rows,
                            .mostRows = mostRows,
                            .a = kernel.floatsAt(weights, begin * rows),
                            .w = columns,
                            .rowStride = rowStride,
                            .depth = depth,
                            .tile = {kernel.floatsAt(sums, column), scratch.sumStride},
                            .next = laterColumns});
        }
      };
      if (scratch.sumStride == panelWidth)
        return allColumns(1, tileRows);
      int64_t fewRows = maximumRows(kernel.target(), sumProduct(2));
      kernel.when(
          rows <= fewRows, [&] { allColumns(2, fewRows); }, [&] { allColumns(1, tileRows); });
    });
  }

  FloatProduct sumProduct(int64_t panels) const {
    return {.columns = panelWidth,
            .panels = panels,
            .accumulates = true,
            .form = cacheForm(),
            .prefetch = prefetch()};
  }

  void beginRow(const AttentionUnit &unit, Expression queryRow, Expression row) {
    Expression maximum = kernel.number(-kInfinity), total = kernel.number(0);
    Expression state = stateOf(unit, queryRow);
    if (shape.continues) {
      maximum = kernel.loadFloat(state);
      total = kernel.loadFloat(kernel.floatsAt(state, 1));
    }
    kernel.store(maximum, kernel.floatsAt(maxima, row));
    kernel.store(total, kernel.floatsAt(totals, row));
    Expression to = kernel.floatsAt(sums, row * scratch.sumStride);
    for (int64_t column = 0; column < scratch.sumStride; column += kernel.lanes())
      kernel.store(kernel.vectorNumber(0), kernel.floatsAt(to, column));
    if (!shape.continues)
      return;
    Expression from = valuesOf(operands.previous, unit, queryRow);
    forEachVector(kernel, shape.valueDim, [&](Expression column, int64_t count) {
      kernel.storeFirst(kernel.loadFirst(kernel.floatsAt(from, column), count),
                        kernel.floatsAt(to, column), count);
    });
  }

  /// The maximum and the total of a row and head; null where there is no state.
  Expression stateOf(const AttentionUnit &unit, Expression queryRow) {
    if (!shape.isLeft && !shape.continues)
      return kernel.null();
    return kernel.floatsAt(operands.state, queryRow * shape.stateStride + unit.head * 2);
  }

  Expression valuesOf(Expression buffer, const AttentionUnit &unit, Expression queryRow) {
    return kernel.floatsAt(buffer, queryRow * shape.outputStride + unit.head * shape.valueDim);
  }

  /// A row that saw no key has total 0 and yields 0.
  void storeRow(const AttentionUnit &unit, Expression queryRow, Expression row) {
    Expression total = kernel.loadFloat(kernel.floatsAt(totals, row));
    if (shape.isLeft) {
      Expression state = stateOf(unit, queryRow);
      kernel.store(kernel.loadFloat(kernel.floatsAt(maxima, row)), state);
      kernel.store(total, kernel.floatsAt(state, 1));
      total = kernel.number(1);
    }
    Expression factor =
        kernel.select(total == kernel.number(0), kernel.number(0), kernel.number(1) / total);
    Expression factors = kernel.broadcast(factor);
    Expression from = kernel.floatsAt(sums, row * scratch.sumStride);
    Expression to = valuesOf(operands.output, unit, queryRow);
    forEachVector(kernel, shape.valueDim, [&](Expression column, int64_t count) {
      kernel.storeFirst(kernel.loadVector(kernel.floatsAt(from, column)) * factors,
                        kernel.floatsAt(to, column), count);
    });
  }

  KernelBuilder &kernel;
  const AttentionShape &shape;
  const AttentionOperands &operands;
  AttentionWords words;
  Scratch scratch;
  int64_t tileRows, panelWidth;
  Expression zero, queries, scores, weights, sums, maxima, totals;
  AttentionKeys keys;
  AttentionUnit later; // whose keys and values are asked for meanwhile
};

} // namespace

static int64_t bytesPerKey(const AttentionShape &shape, const Target &target) {
  return shape.multipliesBFloats ? AttentionWords(shape, target).bytesPerKey : 4 * shape.keyDim;
}

int64_t attentionScratchBytes(const AttentionShape &shape, const Target &target) {
  int64_t bytes = Scratch(shape, target).bytes;
  if (shape.tiles)
    bytes += bytesPerKey(shape, target) *
             int64_t(llvm::alignTo(shape.tiles->side * shape.tiles->side, kBlock));
  return bytes;
}

int64_t attentionScratchBytesPerKey(const AttentionShape &shape, const Target &target) {
  return shape.readsRows() && !shape.tiles ? bytesPerKey(shape, target) : 0;
}

Kernel<AttentionOperands> attentionKernel(KernelBuilder &kernel, const AttentionShape &shape) {
  return kernelOf<AttentionOperands>(
      kernel, shape, shape.name(),
      [&](const AttentionOperands &operands) { AttentionEmitter(kernel, shape, operands).emit(); });
}

} // namespace transept::codegen

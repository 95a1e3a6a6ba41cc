// SPDX-License-Identifier: Apache-2.0
//
// Emits the vocabulary search. A worker takes whole blocks of tokens; within a block, the packed
// rows stay in cache and the weights pass by once.

#include "compiler/codegen/kernels/Vocabulary.h"

#include "compiler/codegen/kernels/PackedProduct.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

namespace transept::codegen {

using namespace mlir;

namespace {

constexpr double kInfinity = std::numeric_limits<float>::infinity();
/// Tiles of rows scored together; their blocks of logits stay in the second-level cache.
constexpr int64_t kTilesPerChunk = 4;

/// Where a worker's scratch is divided, in bytes.
struct Scratch {
  int64_t staging, prepared, scores, bytes;

  Scratch(const VocabularyShape &shape, const PackedProduct &product) {
    int64_t rows = kTilesPerChunk * product.tileRows();
    staging = 0;
    prepared = staging + 4 * product.tileRows() * stagingStride(shape.depth);
    scores = llvm::alignTo(prepared + product.preparedBytes(rows), 64);
    bytes = scores + 4 * rows * kVocabularyBlock;
  }
};

/// A list of the best (id, logit) pairs in memory: `count` ids, then `count` logits, best first.
struct BestList {
  Expression ids, logits, count;
};

/// Whether candidates come in the order of their ids: then those of equal logits stand in the
/// order in which they came. Otherwise ids are compared, so that the list is the same.
enum class Arrival { ById, AnyOrder };

/// Puts (id, logit) into the list if it beats the last; of equal logits the smaller id is better.
/// Returns the new last logit.
Expression insertIntoList(KernelBuilder &kernel, const BestList &list, Expression id,
                          Expression logit, Arrival arrival) {
  Expression last = list.count - 1;
  auto beats = [&](Expression slot) {
    Expression other = kernel.loadFloat(kernel.floatsAt(list.logits, slot));
    Expression isGreater = other < logit;
    if (arrival == Arrival::ById)
      return isGreater;
    Expression otherId = kernel.loadInt32(list.ids, slot);
    return kernel.select(other == logit, id < otherId, isGreater);
  };
  kernel.when(beats(last), [&] {
    Expression zero = kernel.integer(0);
    Expression slot = kernel.repeatWhile(
        {last},
        [&](ArrayRef<Expression> carried) {
          // Reading slot - 1 is only safe behind slot > 0.
          return kernel.choose(
              carried[0] > zero, {kernel.getI1Type()},
              [&] { return Expressions{beats(carried[0] - 1)}; },
              [&] { return Expressions{kernel.boolean(false)}; })[0];
        },
        [&](ArrayRef<Expression> carried) {
          Expression to = carried[0], from = carried[0] - 1;
          kernel.store(kernel.loadFloat(kernel.floatsAt(list.logits, from)),
                       kernel.floatsAt(list.logits, to));
          kernel.store(kernel.loadInt32(list.ids, from), kernel.floatsAt(list.ids, to));
          return Expressions{from};
        })[0];
    kernel.store(logit, kernel.floatsAt(list.logits, slot));
    kernel.store(id, kernel.floatsAt(list.ids, slot));
  });
  return kernel.loadFloat(kernel.floatsAt(list.logits, last));
}

void clearList(KernelBuilder &kernel, const BestList &list) {
  kernel.loop(kernel.integer(0), list.count, 1, [&](Expression slot) {
    kernel.store(kernel.integer32(-1), kernel.floatsAt(list.ids, slot));
    kernel.store(kernel.number(-kInfinity), kernel.floatsAt(list.logits, slot));
  });
}

/// One block's result for one row in the request's memory: maximum, sum of exponentials, list.
struct BlockResult {
  Expression maximum, sum;
  BestList list;
};

BlockResult blockResult(KernelBuilder &kernel, const VocabularyRequest &request, Expression block,
                        Expression row) {
  Expression count = request.candidateCount;
  Expression at =
      kernel.floatsAt(request.memory, (block * request.rowCount + row) * (count * 2 + 2));
  return {at,
          kernel.floatsAt(at, 1),
          {kernel.floatsAt(at, 2), kernel.floatsAt(kernel.floatsAt(at, 2), count), count}};
}

class BlockSearcher {
public:
  BlockSearcher(KernelBuilder &kernel, const VocabularyShape &shape, ArrayRef<Expression> arguments)
      : kernel(kernel), shape(shape), product(kernel.target(), shape.numbers, shape.depth),
        scratch(shape, product), tileRows(product.tileRows()), panelWidth(product.panels.width),
        input(arguments[0]), weights(arguments[1]), bias(arguments[2]), gain(arguments[3]),
        shift(arguments[4]), request(VocabularyRequest::fromList(arguments.slice(5, 10))),
        worker(arguments[16]), workerCount(arguments[17]) {
    staging = kernel.bytesAt(arguments[15], scratch.staging);
    prepared = kernel.bytesAt(arguments[15], scratch.prepared);
    scores = kernel.bytesAt(arguments[15], scratch.scores);
  }

  void emit() {
    Expression zero = kernel.integer(0);
    int64_t chunk = kTilesPerChunk * tileRows;
    kernel.loop(zero, request.rowCount, chunk, [&](Expression base) {
      Expression rows = kernel.minimum(request.rowCount - base, kernel.integer(chunk));
      kernel.loop(zero, rows, tileRows, [&](Expression first) {
        emitPrepareRows(kernel, product, shape.norm, tileOf(rows, first),
                        kernel.floatsAt(input, (base + first) * shape.inputStride),
                        shape.inputStride, gain, shift, staging, preparedAt(first));
      });
      clearLists(base, rows);
      kernel.loop(worker, kernel.integer(shape.blockCount()), workerCount, [&](Expression block) {
        scoreBlock(block, rows);
        kernel.loop(zero, rows, 1, [&](Expression row) { reduceRow(block, base + row, row); });
      });
    });
  }

private:
  Expression tileOf(Expression rows, Expression first) {
    return kernel.minimum(rows - first, kernel.integer(tileRows));
  }

  Expression preparedAt(Expression row) {
    return kernel.bytesAt(prepared, row * product.rowBytes());
  }
  Expression panelAt(Expression panel) {
    return kernel.bytesAt(weights, panel * product.panels.panelBytes());
  }

  void scoreBlock(Expression block, Expression rows) {
    int64_t panelsPerBlock = kVocabularyBlock / panelWidth;
    int64_t panelCount = llvm::divideCeil(shape.vocabularySize, panelWidth);
    Expression begin = block * panelsPerBlock;
    Expression end = kernel.minimum(begin + panelsPerBlock, kernel.integer(panelCount));
    scorePanels(/*panels=*/4, rows, begin, end);
  }

  /// The sums of panels `stretch` apart, the first of them `panel`, of a block that begins at
  /// `begin`.
  void multiply(int64_t panels, Expression panel, Expression stretch, Expression begin,
                Prefetch prefetch, Expression rows, Expression first, Expression half = {}) {
    Expressions weights;
    for (int64_t p = 0; p < panels; ++p)
      weights.push_back(panelAt(panel + stretch * p));
    Expression tile =
        kernel.floatsAt(scores, first * kVocabularyBlock + (panel - begin) * panelWidth);
    emitProduct(kernel, product,
                {.prefetch = prefetch,
                 .half = half,
                 .rows = rows,
                 .prepared = preparedAt(first),
                 .weights = weights,
                 .tile = {tile, kVocabularyBlock, stretch * panelWidth}});
  }

  /// As in linear layers: the fewer rows, the more panels are read side by side, far apart.
  void scorePanels(int64_t panels, Expression rows, Expression begin, Expression end) {
    Expression zero = kernel.integer(0);
    auto single = [&](Expression panel, Prefetch prefetch, Expression count, Expression first,
                      Expression half = {}) {
      multiply(1, panel, zero, begin, prefetch, count, first, half);
    };
    if (panels > 1) {
      int64_t most = product.maximumRows(panels);
      if (most == 0)
        return scorePanels(panels / 2, rows, begin, end);
      return kernel.when(
          rows <= most,
          [&] {
            Expression stretch = (end - begin) / panels;
            kernel.loop(begin, begin + stretch, 1, [&](Expression panel) {
              multiply(panels, panel, stretch, begin, Prefetch::Ahead, rows, zero);
            });
            kernel.loop(begin + stretch * panels, end, 1,
                        [&](Expression panel) { single(panel, Prefetch::Ahead, rows, zero); });
          },
          [&] { scorePanels(panels / 2, rows, begin, end); });
    }
    kernel.loop(begin, end, 1, [&](Expression panel) {
      kernel.loop(zero, rows, tileRows, [&](Expression first) {
        Expression count = tileOf(rows, first);
        kernel.when(
            rows <= tileRows, [&] { single(panel, Prefetch::Ahead, count, first); },
            [&] {
              kernel.when(
                  first < prefetchParts(product) * tileRows,
                  [&] { single(panel, Prefetch::NextPanel, count, first, first / tileRows); },
                  [&] { single(panel, Prefetch::None, count, first); });
            });
      });
    });
  }

  void reduceRow(Expression block, Expression row, Expression rowInChunk) {
    Expression firstToken = block * kVocabularyBlock;
    Expression tokens = kernel.minimum(kernel.integer(shape.vocabularySize) - firstToken,
                                       kernel.integer(kVocabularyBlock));
    Expression logits = kernel.floatsAt(scores, rowInChunk * kVocabularyBlock);
    finishLogits(rowInChunk, firstToken, tokens, logits);
    storeLogits(row, firstToken, tokens, logits);
    BlockResult result = blockResult(kernel, request, block, row);
    sumExponentials(logits, tokens, result);
    takeOutExcluded(row, firstToken, tokens, logits);
    kernel.when(request.candidateCount > 0,
                [&] { collectBest(logits, firstToken, tokens, ownList(row)); });
  }

  /// All blocks of a worker share the list of its first one: what is behind the best so far in
  /// earlier blocks need not be collected.
  BestList ownList(Expression row) { return blockResult(kernel, request, worker, row).list; }

  void clearLists(Expression base, Expression rows) {
    kernel.when(worker < kernel.integer(shape.blockCount()), [&] {
      kernel.loop(kernel.integer(0), rows, 1,
                  [&](Expression row) { clearList(kernel, ownList(base + row)); });
    });
  }

  /// Calls body for all vectors of a block; lanes beyond it hold -inf once finished.
  void forEach(Expression tokens, function_ref<void(Expression)> body) {
    kernel.loop(kernel.integer(0), tokens, kernel.lanes(), body);
  }

  /// Sums -> logits, with the bias; what lies beyond the vocabulary becomes -inf.
  void finishLogits(Expression rowInChunk, Expression firstToken, Expression tokens,
                    Expression logits) {
    RowScale scale = emitRowScale(kernel, product, preparedAt(rowInChunk));
    int64_t lanes = kernel.lanes();
    kernel.loop(kernel.integer(0), tokens, panelWidth, [&](Expression panelColumn) {
      Expression panel = panelAt((firstToken + panelColumn) / panelWidth);
      for (int64_t v = 0; v < panelWidth; v += lanes) {
        Expression column = panelColumn + v, at = kernel.floatsAt(logits, column);
        Expression value = emitNumbers(kernel, product, scale, at, panel, v);
        if (shape.hasBias)
          value = value + kernel.loadVector(kernel.floatsAt(bias, firstToken + column));
        value = kernel.select(kernel.maskOfFirst(tokens - column), value,
                              kernel.vectorNumber(-kInfinity));
        kernel.store(value, at);
      }
    });
  }

  void storeLogits(Expression row, Expression firstToken, Expression tokens, Expression logits) {
    kernel.when(kernel.isNotNull(request.logits), [&] {
      Expression to = kernel.floatsAt(request.logits, row * shape.vocabularySize + firstToken);
      forEach(tokens, [&](Expression column) {
        kernel.storeMasked(kernel.loadVector(kernel.floatsAt(logits, column)),
                           kernel.floatsAt(to, column), kernel.maskOfFirst(tokens - column));
      });
    });
  }

  void sumExponentials(Expression logits, Expression tokens, const BlockResult &result) {
    kernel.when(kernel.isNotNull(request.logSumExp), [&] {
      auto at = [&](Expression column) {
        return kernel.loadVector(kernel.floatsAt(logits, column));
      };
      Expression largest =
          kernel.loop(kernel.integer(0), tokens, kernel.lanes(), {kernel.vectorNumber(-kInfinity)},
                      [&](Expression column, ArrayRef<Expression> carried) {
                        return Expressions{kernel.maximum(carried[0], at(column))};
                      })[0];
      Expression maximum = kernel.maximumOf(largest);
      Expression reference = kernel.broadcast(maximum);
      Expression sum =
          kernel.loop(kernel.integer(0), tokens, kernel.lanes(), {kernel.vectorNumber(0)},
                      [&](Expression column, ArrayRef<Expression> carried) {
                        return Expressions{carried[0] + kernel.exponential(at(column) - reference)};
                      })[0];
      kernel.store(maximum, result.maximum);
      kernel.store(kernel.sumOf(sum), result.sum);
    });
  }

  /// Hands out the logits of the row's excluded tokens in this block, then hides them.
  void takeOutExcluded(Expression row, Expression firstToken, Expression tokens,
                       Expression logits) {
    kernel.when(kernel.isNotNull(request.excludedOffsets), [&] {
      Expression begin = kernel.loadInt64(request.excludedOffsets, row);
      Expression end = kernel.loadInt64(request.excludedOffsets, row + 1);
      kernel.loop(begin, end, 1, [&](Expression index) {
        Expression token =
            kernel.toInt64(kernel.loadInt32(request.excludedIds, index)) - firstToken;
        Expression isInBlock = (token >= 0) & (token < tokens);
        kernel.when(isInBlock, [&] {
          Expression at = kernel.floatsAt(logits, token);
          kernel.store(kernel.loadFloat(at), kernel.floatsAt(request.excludedLogits, index));
          kernel.store(kernel.number(-kInfinity), at);
        });
      });
    });
  }

  void collectBest(Expression logits, Expression firstToken, Expression tokens,
                   const BestList &list) {
    Expression last = kernel.loadFloat(kernel.floatsAt(list.logits, list.count - 1));
    kernel.loop(kernel.integer(0), tokens, kernel.lanes(), {last},
                [&](Expression column, ArrayRef<Expression> carried) {
                  Expression at = kernel.floatsAt(logits, column);
                  Expression beats = kernel.loadVector(at) > kernel.broadcast(carried[0]);
                  Expression threshold = kernel.choose(
                      kernel.anyOf(beats), {kernel.getF32Type()},
                      [&] {
                        return kernel.loop(
                            kernel.integer(0), kernel.integer(kernel.lanes()), 1, {carried[0]},
                            [&](Expression lane, ArrayRef<Expression>) {
                              Expression id = kernel.truncateToInt32(firstToken + column + lane);
                              return Expressions{insertIntoList(
                                  kernel, list, id, kernel.loadFloat(kernel.floatsAt(at, lane)),
                                  Arrival::ById)};
                            });
                      },
                      [&] { return Expressions{carried[0]}; })[0];
                  return Expressions{threshold};
                });
  }

  KernelBuilder &kernel;
  const VocabularyShape &shape;
  PackedProduct product;
  Scratch scratch;
  int64_t tileRows, panelWidth;
  Expression input, weights, bias, gain, shift;
  VocabularyRequest request;
  Expression worker, workerCount, staging, prepared, scores;
};

} // namespace

std::string VocabularyShape::name() const {
  std::string result = llvm::formatv("vocabulary_{0}x{1}", depth, vocabularySize);
  if (norm)
    result += "_" + norm->name();
  if (hasBias)
    result += "_bias";
  result += numberSuffix(numbers);
  return result + llvm::formatv("_from{0}", inputStride).str();
}

Expressions VocabularyRequest::asList() const {
  return {rowCount,  logits,          candidateCount, candidateIds,   candidateLogits,
          logSumExp, excludedOffsets, excludedIds,    excludedLogits, memory};
}

VocabularyRequest VocabularyRequest::fromList(ArrayRef<Expression> list) {
  return {list[0], list[1], list[2], list[3], list[4], list[5], list[6], list[7], list[8], list[9]};
}

SmallVector<Type> VocabularyRequest::types(KernelBuilder &kernel) {
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  return {i64, pointer, i64, pointer, pointer, pointer, pointer, pointer, pointer, pointer};
}

int64_t vocabularyScratchBytes(const VocabularyShape &shape, const Target &target) {
  return Scratch(shape, PackedProduct(target, shape.numbers, shape.depth)).bytes;
}

func::FuncOp searchBlocksKernel(KernelBuilder &kernel, const VocabularyShape &shape) {
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  SmallVector<Type> types(5, pointer);
  llvm::append_range(types, VocabularyRequest::types(kernel));
  llvm::append_values(types, pointer, i64, i64);
  return kernel.function(shape.name(), types, [&](ArrayRef<Expression> arguments) {
    BlockSearcher(kernel, shape, arguments).emit();
  });
}

func::FuncOp mergeBlocksKernel(KernelBuilder &kernel, const VocabularyShape &shape) {
  Type i64 = kernel.getI64Type();
  SmallVector<Type> types = VocabularyRequest::types(kernel);
  llvm::append_values(types, i64, i64);
  std::string name = llvm::formatv("vocabulary_merge_{0}", shape.blockCount());
  return kernel.function(name, types, [&](ArrayRef<Expression> arguments) {
    VocabularyRequest request = VocabularyRequest::fromList(arguments);
    Expression zero = kernel.integer(0), blocks = kernel.integer(shape.blockCount());
    kernel.loop(arguments[10], request.rowCount, arguments[11], [&](Expression row) {
      kernel.when(kernel.isNotNull(request.logSumExp), [&] {
        auto at = [&](Expression block) { return blockResult(kernel, request, block, row); };
        Expression maximum = kernel.loop(
            zero, blocks, 1, {kernel.number(-kInfinity)},
            [&](Expression block, ArrayRef<Expression> carried) {
              return Expressions{kernel.maximum(carried[0], kernel.loadFloat(at(block).maximum))};
            })[0];
        Expression sum =
            kernel.loop(zero, blocks, 1, {kernel.number(0)},
                        [&](Expression block, ArrayRef<Expression> carried) {
                          BlockResult result = at(block);
                          Expression shrink = kernel.exponential(
                              kernel.broadcast(kernel.loadFloat(result.maximum) - maximum));
                          Expression factor =
                              kernel.wrap(vector::ExtractOp::create(kernel, shrink, int64_t(0)));
                          return Expressions{
                              kernel.multiplyAdd(kernel.loadFloat(result.sum), factor, carried[0])};
                        })[0];
        Expression logarithm = kernel.wrap(math::LogOp::create(kernel, sum));
        kernel.store(maximum + logarithm, kernel.floatsAt(request.logSumExp, row));
      });
      kernel.when(request.candidateCount > 0, [&] {
        Expression first = row * request.candidateCount;
        BestList best{kernel.floatsAt(request.candidateIds, first),
                      kernel.floatsAt(request.candidateLogits, first), request.candidateCount};
        clearList(kernel, best);
        Expression lists = kernel.minimum(arguments[11], blocks);
        kernel.loop(zero, lists, 1, [&](Expression firstBlock) {
          BestList list = blockResult(kernel, request, firstBlock, row).list;
          kernel.loop(zero, request.candidateCount, 1, [&](Expression slot) {
            insertIntoList(kernel, best, kernel.loadInt32(list.ids, slot),
                           kernel.loadFloat(kernel.floatsAt(list.logits, slot)), Arrival::AnyOrder);
          });
        });
      });
    });
  });
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// Emits the vocabulary search. A worker takes whole blocks of tokens; within a block, the packed
// rows stay in cache and the weights pass by once.

#include "compiler/codegen/kernels/Vocabulary.h"

#include "compiler/codegen/kernels/BlockResults.h"
#include "compiler/codegen/kernels/PanelStream.h"
#include "compiler/codegen/kernels/VocabularyShares.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

namespace transept::codegen {

using namespace mlir;

namespace {

constexpr double kInfinity = std::numeric_limits<float>::infinity();
/// Tiles of rows scored together; their blocks of logits stay in the second-level cache.
constexpr int64_t kTilesPerChunk = 4;
/// As in linear layers (LinearStrategy::streamPanels).
constexpr int64_t kPanelsSideBySide = 4;

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

class BlockSearcher {
public:
  BlockSearcher(KernelBuilder &kernel, const VocabularyShape &shape,
                const SearchBlocksOperands &operands)
      : kernel(kernel), shape(shape), operands(operands), request(operands.request),
        product(kernel.target(), shape.numbers, shape.depth), scratch(shape, product),
        tileRows(product.tileRows()), panelWidth(product.panels.width),
        staging(kernel.bytesAt(operands.scratch, scratch.staging)),
        prepared(kernel.bytesAt(operands.scratch, scratch.prepared)),
        scores(kernel.bytesAt(operands.scratch, scratch.scores)) {}

  void emit() {
    withRegistersOf(kernel, product, [&] {
      forEachShare(kernel, request, shape.vocabularySize, [&](const VocabularyShare &next) {
        share = next;
        weights = kernel.select(share.isPart, share.panels, operands.weights);
        bias = kernel.select(share.isPart, share.bias, operands.bias);
        firstBlock = share.firstBlockOf(operands.worker, operands.workerCount);
        search();
      });
    });
  }

private:
  void search() {
    Expression zero = kernel.integer(0);
    int64_t chunk = kTilesPerChunk * tileRows;
    kernel.loop(share.begin, share.end, chunk, [&](Expression base) {
      Expression rows = kernel.minimum(share.end - base, kernel.integer(chunk));
      kernel.loop(zero, rows, tileRows, [&](Expression first) {
        emitPrepareRows(
            kernel, product,
            {.norm = shape.norm,
             .rows = kernel.minimum(rows - first, kernel.integer(tileRows)),
             .input = kernel.floatsAt(operands.input, (base + first) * shape.inputStride),
             .inputStride = shape.inputStride,
             .gain = operands.gain,
             .shift = operands.shift,
             .staging = staging,
             .prepared = preparedAt(first)});
      });
      clearLists(base, rows);
      kernel.loop(firstBlock, share.blockCount, operands.workerCount, [&](Expression block) {
        scoreBlock(block, rows);
        kernel.loop(zero, rows, 1, [&](Expression row) { reduceRow(block, base + row, row); });
      });
    });
  }

  Expression preparedAt(Expression row) {
    return kernel.bytesAt(prepared, row * product.rowBytes());
  }
  Expression panelAt(Expression panel) {
    return kernel.bytesAt(weights, panel * product.panels.panelBytes());
  }

  void scoreBlock(Expression block, Expression rows) {
    Expression panelsPerBlock = share.blockTokens / panelWidth;
    Expression begin = block * panelsPerBlock;
    Expression end =
        kernel.minimum(begin + panelsPerBlock, kernel.ceilDivide(share.size, panelWidth));
    emitPanelStream(kernel, product, streamOf(rows, begin), begin, end);
  }

  /// All sums of the block that begins at the panel `begin` are kept; they are finished row by row.
  PanelStream streamOf(Expression rows, Expression begin) {
    return {.rows = rows,
            .prepared = prepared,
            .panelsPerOutput = 1,
            .sideBySide = kPanelsSideBySide,
            .panelAt = [this](Expression panel, int64_t) { return panelAt(panel); },
            .tileOf =
                [this, begin](const PanelStream::Piece &piece) {
                  Expression column = (piece.panel - begin) * panelWidth;
                  return ProductTile{
                      kernel.floatsAt(scores, piece.first * kVocabularyBlock + column),
                      kVocabularyBlock, piece.stretch * panelWidth};
                },
            .finish = [](const PanelStream::Piece &, Expression, int64_t) {}};
  }

  void reduceRow(Expression block, Expression row, Expression rowInChunk) {
    Expression firstToken = block * share.blockTokens;
    Expression tokens = kernel.minimum(share.size - firstToken, share.blockTokens);
    Expression logits = kernel.floatsAt(scores, rowInChunk * kVocabularyBlock);
    Expression largest = finishLogits(rowInChunk, firstToken, tokens, logits);
    storeLogits(row, firstToken, tokens, logits);
    BlockResult result = blockResult(kernel, request, block, row);
    sumExponentials(logits, tokens, largest, result);
    takeOutExcluded(row, firstToken, tokens, logits);
    kernel.when(request.candidateCount > 0,
                [&] { collectBest(logits, firstToken, tokens, largest, ownList(row)); });
  }

  /// All blocks of a worker share the list of its first one: what is behind the best so far in
  /// earlier blocks need not be collected.
  BestList ownList(Expression row) { return blockResult(kernel, request, firstBlock, row).list; }

  void clearLists(Expression base, Expression rows) {
    kernel.when(firstBlock < share.blockCount, [&] {
      kernel.loop(kernel.integer(0), rows, 1,
                  [&](Expression row) { clearList(kernel, ownList(base + row)); });
    });
  }

  /// Calls body for all vectors of a block; lanes beyond it hold -inf once finished.
  void forEach(Expression tokens, function_ref<void(Expression)> body) {
    kernel.loop(kernel.integer(0), tokens, kernel.lanes(), body);
  }

  /// Sums -> logits, with the bias and the cap; what lies beyond the vocabulary becomes -inf.
  /// Returns the largest logit of each lane.
  Expression finishLogits(Expression rowInChunk, Expression firstToken, Expression tokens,
                          Expression logits) {
    RowScale scale = emitRowScale(kernel, product, preparedAt(rowInChunk));
    int64_t lanes = kernel.lanes();
    Expressions largest(panelWidth / lanes, kernel.vectorNumber(-kInfinity));
    auto finishPanel = [&](Expression panelColumn, ArrayRef<Expression> carried) {
      Expression panel = panelAt((firstToken + panelColumn) / panelWidth);
      Expressions next;
      for (int64_t v = 0; v < panelWidth; v += lanes) {
        Expression column = panelColumn + v, at = kernel.floatsAt(logits, column);
        Expression value = emitNumbers(kernel, product, scale, at, panel, v);
        if (shape.hasBias)
          value = value + kernel.loadVector(kernel.floatsAt(bias, firstToken + column));
        if (shape.softCap != 0)
          value = emitSoftCap(kernel, shape.softCap, value);
        value = kernel.select(kernel.maskOfFirst(tokens - column), value,
                              kernel.vectorNumber(-kInfinity));
        kernel.store(value, at);
        next.push_back(kernel.maximum(value, carried[v / lanes])); // drops NaN
      }
      return next;
    };
    largest = kernel.loop(kernel.integer(0), tokens, panelWidth, largest, finishPanel);
    Expression result = largest[0];
    for (Expression other : ArrayRef(largest).drop_front())
      result = kernel.maximum(result, other);
    return result;
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

  /// The sum becomes NaN where a logit is NaN or +inf, and so does the log-sum-exp of the row: that
  /// is how the runtime sees it.
  void sumExponentials(Expression logits, Expression tokens, Expression largest,
                       const BlockResult &result) {
    kernel.when(kernel.isNotNull(request.logSumExp), [&] {
      auto at = [&](Expression column) {
        return kernel.loadVector(kernel.floatsAt(logits, column));
      };
      Expression maximum = kernel.maximumOf(largest);
      // A block that is all -inf, as a bias may make it, adds 0.
      Expression reference = kernel.broadcast(
          kernel.select(maximum == kernel.number(-kInfinity), kernel.number(0), maximum));
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

  /// `largest`: of the lanes, before tokens were taken out. Most blocks hold nothing for the list.
  void collectBest(Expression logits, Expression firstToken, Expression tokens, Expression largest,
                   const BestList &list) {
    Expression last = kernel.loadFloat(kernel.floatsAt(list.logits, list.count - 1));
    kernel.when(kernel.anyOf(largest > kernel.broadcast(last)),
                [&] { insertBest(logits, firstToken, tokens, last, list); });
  }

  void insertBest(Expression logits, Expression firstToken, Expression tokens, Expression last,
                  const BestList &list) {
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
  const SearchBlocksOperands &operands;
  const VocabularyRequestOperands &request;
  PackedProduct product;
  Scratch scratch;
  int64_t tileRows, panelWidth;
  Expression staging, prepared, scores;
  VocabularyShare share; // that is searched
  Expression weights, bias, firstBlock;
};

} // namespace

std::string VocabularyShape::name() const {
  std::string result = llvm::formatv("vocabulary_{0}x{1}", depth, vocabularySize);
  if (norm)
    result += "_" + norm->name();
  if (hasBias)
    result += "_bias";
  if (softCap != 0)
    result += llvm::formatv("_cap{0:E}", softCap);
  result += numberSuffix(numbers);
  return result + llvm::formatv("_from{0}", inputStride).str();
}

int64_t vocabularyScratchBytes(const VocabularyShape &shape, const Target &target) {
  return Scratch(shape, PackedProduct(target, shape.numbers, shape.depth)).bytes;
}

Kernel<SearchBlocksOperands> searchBlocksKernel(KernelBuilder &kernel,
                                                const VocabularyShape &shape) {
  return kernelOf<SearchBlocksOperands>(
      kernel, shape, shape.name(),
      [&](const SearchBlocksOperands &operands) { BlockSearcher(kernel, shape, operands).emit(); });
}

} // namespace transept::codegen

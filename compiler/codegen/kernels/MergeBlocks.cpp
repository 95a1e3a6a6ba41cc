// SPDX-License-Identifier: Apache-2.0
//
// Emits the second half of the vocabulary search: blocks merged in order, so that neither ties nor
// roundings depend on the workers.

#include "compiler/codegen/kernels/BlockResults.h"
#include "compiler/codegen/kernels/Vocabulary.h"
#include "compiler/codegen/kernels/VocabularyShares.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/Support/FormatVariadic.h"

#include <limits>

namespace transept::codegen {

using namespace mlir;

namespace {

constexpr double kInfinity = std::numeric_limits<float>::infinity();

/// What has to be known of a vocabulary.
struct MergeShape {
  int64_t vocabularySize = 0;

  bool operator==(const MergeShape &) const = default;
};

class BlockMerger {
public:
  BlockMerger(KernelBuilder &kernel, const MergeShape &shape, const MergeBlocksOperands &operands)
      : kernel(kernel), shape(shape), operands(operands), request(operands.request),
        zero(kernel.integer(0)) {}

  void emit() {
    forEachShare(kernel, request, shape.vocabularySize, [&](const VocabularyShare &share) {
      blocks = share.blockCount;
      Expression first = share.begin + share.firstBlockOf(operands.worker, operands.workerCount);
      kernel.loop(first, share.end, operands.workerCount, [&](Expression row) {
        kernel.when(kernel.isNotNull(request.logSumExp), [&] { mergeExponentials(row); });
        kernel.when(request.candidateCount > 0, [&] { mergeLists(row); });
      });
    });
  }

private:
  BlockResult at(Expression block, Expression row) {
    return blockResult(kernel, request, block, row);
  }

  void mergeExponentials(Expression row) {
    Expression maximum = kernel.loop(
        zero, blocks, 1, {kernel.number(-kInfinity)},
        [&](Expression block, ArrayRef<Expression> carried) {
          return Expressions{kernel.maximum(carried[0], kernel.loadFloat(at(block, row).maximum))};
        })[0];
    Expression sum = kernel.loop(
        zero, blocks, 1, {kernel.number(0)}, [&](Expression block, ArrayRef<Expression> carried) {
          BlockResult result = at(block, row);
          Expression shrink =
              kernel.exponential(kernel.broadcast(kernel.loadFloat(result.maximum) - maximum));
          Expression factor = kernel.wrap(vector::ExtractOp::create(kernel, shrink, int64_t(0)));
          return Expressions{kernel.multiplyAdd(kernel.loadFloat(result.sum), factor, carried[0])};
        })[0];
    Expression logarithm = kernel.wrap(math::LogOp::create(kernel, sum));
    kernel.store(maximum + logarithm, kernel.floatsAt(request.logSumExp, row));
  }

  void mergeLists(Expression row) {
    Expression first = row * request.candidateCount;
    BestList best{kernel.floatsAt(request.candidateIds, first),
                  kernel.floatsAt(request.candidateLogits, first), request.candidateCount};
    clearList(kernel, best);
    // A worker's blocks share the list of its first one.
    Expression lists = kernel.minimum(operands.workerCount, blocks);
    kernel.loop(zero, lists, 1, [&](Expression firstBlock) {
      BestList list = at(firstBlock, row).list;
      kernel.loop(zero, request.candidateCount, 1, [&](Expression slot) {
        insertIntoList(kernel, best, kernel.loadInt32(list.ids, slot),
                       kernel.loadFloat(kernel.floatsAt(list.logits, slot)), Arrival::AnyOrder);
      });
    });
  }

  KernelBuilder &kernel;
  const MergeShape &shape;
  const MergeBlocksOperands &operands;
  const VocabularyRequestOperands &request;
  Expression zero, blocks;
};

} // namespace

Kernel<MergeBlocksOperands> mergeBlocksKernel(KernelBuilder &kernel, int64_t vocabularySize) {
  MergeShape shape{vocabularySize};
  return kernelOf<MergeBlocksOperands>(
      kernel, shape, llvm::formatv("vocabulary_merge_{0}", vocabularySize).str(),
      [&](const MergeBlocksOperands &operands) { BlockMerger(kernel, shape, operands).emit(); });
}

} // namespace transept::codegen

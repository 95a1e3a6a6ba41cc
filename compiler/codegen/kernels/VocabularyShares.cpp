// SPDX-License-Identifier: Apache-2.0
//
// Without shares there is one group: all rows, and the whole vocabulary.

#include "compiler/codegen/kernels/VocabularyShares.h"

#include "compiler/plan/VocabularyBlocks.h"

namespace transept::codegen {

using namespace mlir;

namespace {

VocabularyShare shareOf(KernelBuilder &kernel, const VocabularyRequestOperands &request,
                        int64_t vocabularySize, Expression number) {
  Expression whole = kernel.integer(vocabularySize);
  Type integer = kernel.getI64Type(), pointer = kernel.pointerType();
  Expressions fields = kernel.choose(
      request.shareCount > 0, {integer, integer, pointer, pointer, integer},
      [&] {
        return Expressions{kernel.loadInt64(request.shareOffsets, number),
                           kernel.loadInt64(request.shareOffsets, number + 1),
                           kernel.loadPointer(request.sharePanels, number),
                           kernel.loadPointer(request.shareBiases, number),
                           kernel.loadInt64(request.shareSizes, number)};
      },
      [&] {
        return Expressions{kernel.integer(0), request.rowCount, kernel.null(), kernel.null(),
                           whole};
      });
  VocabularyShare share{.number = number,
                        .begin = fields[0],
                        .end = fields[1],
                        .isPart = kernel.isNotNull(fields[2]),
                        .panels = fields[2],
                        .bias = fields[3],
                        .size = {},
                        .blockTokens = {},
                        .blockCount = {}};
  auto choose = [&](Expression ofWhole, Expression ofShare) {
    return kernel.select(share.isPart, ofShare, ofWhole);
  };
  share.size = choose(whole, fields[4]);
  share.blockTokens = choose(kernel.integer(kVocabularyBlock), kernel.integer(kShareBlock));
  share.blockCount = choose(kernel.integer(vocabularyBlockCount(vocabularySize)),
                            kernel.ceilDivide(share.size, kShareBlock));
  return share;
}

} // namespace

void forEachShare(KernelBuilder &kernel, const VocabularyRequestOperands &request,
                  int64_t vocabularySize, llvm::function_ref<void(const VocabularyShare &)> body) {
  Expression count = kernel.maximum(request.shareCount, kernel.integer(1));
  kernel.loop(kernel.integer(0), count, 1,
              [&](Expression number) { body(shareOf(kernel, request, vocabularySize, number)); });
}

} // namespace transept::codegen

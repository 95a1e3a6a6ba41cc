// SPDX-License-Identifier: Apache-2.0
//
// Emits insertion into lists of the best tokens, and where blocks have their results.

#include "compiler/codegen/kernels/BlockResults.h"

#include <limits>

namespace transept::codegen {

using namespace mlir;

namespace {
constexpr double kInfinity = std::numeric_limits<float>::infinity();
} // namespace

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

BlockResult blockResult(KernelBuilder &kernel, const VocabularyRequestOperands &request,
                        Expression block, Expression row) {
  Expression count = request.candidateCount;
  Expression at =
      kernel.floatsAt(request.memory, (block * request.rowCount + row) * (count * 2 + 2));
  return {at,
          kernel.floatsAt(at, 1),
          {kernel.floatsAt(at, 2), kernel.floatsAt(kernel.floatsAt(at, 2), count), count}};
}

} // namespace transept::codegen

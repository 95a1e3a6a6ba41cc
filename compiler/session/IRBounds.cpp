// SPDX-License-Identifier: Apache-2.0
//
// Bounds that no model reaches and no stack exceeds.

#include "compiler/session/IRBounds.h"

#include "dialects/Transept/Transept.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"

namespace transept::session {

using namespace mlir;

namespace {

constexpr int kMaximumNesting = 256;
constexpr int64_t kMaximumDepth = 256, kMaximumSteps = 65'536;

/// Walks over text as MLIR's lexer does, as far as brackets are concerned.
class Brackets {
public:
  explicit Brackets(StringRef text) : rest(text) {}

  /// Stops behind the bracket that is nested too deeply, or at an affine expression; false if there
  /// is neither.
  bool findTooDeep() {
    for (int depth = 0; !rest.empty();) {
      if (skipped())
        continue;
      // Their operators nest without brackets, and no operation here has them.
      if (rest.starts_with("affine_map") || rest.starts_with("affine_set"))
        return true;
      char sign = rest.front();
      if (StringRef("({[<").contains(sign) && ++depth > kMaximumNesting)
        return true;
      if (StringRef(")}]>").contains(sign))
        depth = std::max(0, depth - 1);
      rest = rest.drop_front();
    }
    return false;
  }

  size_t left() const { return rest.size(); }

private:
  /// Passes what holds no brackets: strings, comments, arrows and comparisons.
  bool skipped() {
    if (rest.consume_front("->") || rest.consume_front(">=") || rest.consume_front("<="))
      return true;
    if (rest.starts_with("//")) {
      rest = rest.drop_until([](char sign) { return sign == '\n'; });
      return true;
    }
    if (!rest.consume_front("\""))
      return false;
    while (!rest.empty() && rest.front() != '"' && rest.front() != '\n')
      rest = rest.drop_front(rest.front() == '\\' ? 2 : 1);
    rest = rest.drop_front(rest.empty() ? 0 : 1);
    return true;
  }

  StringRef rest;
};

struct Expression {
  int64_t depth = 0, steps = 0;
};

} // namespace

LogicalResult checkNesting(StringRef text, StringRef path, MLIRContext &context) {
  Brackets brackets(text);
  if (!brackets.findTooDeep())
    return success();
  StringRef before = text.drop_back(brackets.left());
  unsigned line = unsigned(before.count('\n')) + 1;
  unsigned column = unsigned(before.size() - (before.rfind('\n') + 1)) + 1;
  return emitError(FileLineColLoc::get(&context, path, line, column))
         << "expects brackets that are nested at most " << kMaximumNesting
         << " deep, and no affine expressions";
}

LogicalResult checkExpressions(ModuleOp module) {
  DenseMap<Value, Expression> expressions;
  WalkResult result = module.walk([&](Operation *op) {
    Expression whole{1, 1};
    for (Value operand : op->getOperands()) {
      Expression part = expressions.lookup(operand);
      whole.depth = std::max(whole.depth, part.depth + 1);
      whole.steps = std::min(whole.steps + part.steps, kMaximumSteps + 1);
    }
    if (op->getNumResults() == 0 || !llvm::all_of(op->getResultTypes(), [](Type type) {
          return isa<RankedTensorType, MaskType, BiasType>(type);
        }))
      return WalkResult::advance();
    if (whole.depth > kMaximumDepth || whole.steps > kMaximumSteps) {
      op->emitError("expects a weight or a mask that is computed in at most ")
          << kMaximumSteps << " steps, each from at most " << kMaximumDepth - 1
          << " that follow one another, but got more";
      return WalkResult::interrupt();
    }
    for (Value value : op->getResults())
      expressions[value] = whole;
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

} // namespace transept::session

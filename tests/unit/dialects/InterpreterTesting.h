// SPDX-License-Identifier: Apache-2.0
//
// Runs a function given as text in the interpreter, with a few numbers as parameters.

#ifndef TRANSEPT_TESTS_UNIT_DIALECTS_INTERPRETERTESTING_H
#define TRANSEPT_TESTS_UNIT_DIALECTS_INTERPRETERTESTING_H

#include "dialects/Transept/interpreter/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "gmock/gmock.h"

#include <map>
#include <string>

namespace transept {

class InterpreterTesting : public testing::Test {
protected:
  InterpreterTesting()
      : errors(&context, [this](mlir::Diagnostic &diagnostic) { message += diagnostic.str(); }) {
    context.loadDialect<TranseptDialect, mlir::func::FuncDialect>();
    // Two sequences on either side, of two rows and one.
    batch.addSpace(Space::source(), {2, 1});
    batch.addSpace(Space::target(), {2, 1});
  }

  void addParameter(std::string name, std::vector<int64_t> shape, std::vector<float> values) {
    stored[name] = {std::move(shape), std::move(values)};
  }

  ParameterSource parameters() {
    return [this](const ParameterRequest &request) -> llvm::Expected<std::vector<float>> {
      auto found = stored.find(request.name.str());
      if (found == stored.end())
        return llvm::createStringError("no such tensor");
      return selectParameter({found->second.first, found->second.second}, request);
    };
  }

  mlir::OwningOpRef<mlir::ModuleOp> parse(const std::string &text) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text << message;
    return module;
  }

  /// The results of function `f` of `text`; empty after an error, whose text is in `message`.
  std::vector<InterpreterValue> run(const std::string &text,
                                    std::vector<InterpreterValue> arguments = {}) {
    auto module = parse(text);
    if (!module)
      return {};
    Interpreter interpreter(parameters());
    auto results =
        interpreter.run(module->lookupSymbol<mlir::func::FuncOp>("f"), batch, std::move(arguments));
    if (mlir::failed(results))
      return {};
    return std::move(*results);
  }

  /// The only result of `f`, as rows.
  std::vector<double> runRows(const std::string &text,
                              std::vector<InterpreterValue> arguments = {}) {
    auto results = run(text, std::move(arguments));
    if (results.size() != 1 || !std::holds_alternative<FloatRows>(results[0])) {
      ADD_FAILURE() << "expects one result, rows of floats; " << message;
      return {};
    }
    return std::get<FloatRows>(results[0]).values.values;
  }

  static FloatRows rows(int64_t width, std::vector<double> values) {
    const int64_t count = values.size() / width;
    return {Tensor({count, width}, std::move(values))};
  }

  mlir::MLIRContext context;
  std::string message;
  mlir::ScopedDiagnosticHandler errors;
  Batch batch;
  std::map<std::string, std::pair<std::vector<int64_t>, std::vector<float>>> stored;
};

/// All elements within 1e-12.
inline auto near(std::vector<double> expected) {
  std::vector<testing::Matcher<double>> matchers;
  for (double value : expected)
    matchers.push_back(testing::DoubleNear(value, 1e-12));
  return testing::ElementsAreArray(matchers);
}

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What is verified of every launch, tried on one that leaves an operand out of its footprint, as no
// launch of the plan does: others would run beside it and overwrite what it reads.

#include "dialects/Plan/Plan.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>

namespace transept::plan {
namespace {

/// Reads its first operand and writes its second; forgets any others.
class ForgetfulLaunch
    : public mlir::Op<ForgetfulLaunch, mlir::OpTrait::ZeroRegions, mlir::OpTrait::ZeroResults,
                      mlir::OpTrait::ZeroSuccessors, mlir::OpTrait::AtLeastNOperands<2>::Impl,
                      LaunchOpInterface::Trait> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ForgetfulLaunch)

  using Op::Op;
  static llvm::StringRef getOperationName() { return "test.forgetful"; }
  static llvm::ArrayRef<llvm::StringRef> getAttributeNames() { return {}; }

  llvm::StringRef getLabel() { return "forgetful"; }
  Footprint getFootprint() { return {.reads = {getOperand(0)}, .writes = {getOperand(1)}}; }
  llvm::SmallVector<WeightUse, 4> getWeights() { return {}; }
  mlir::Value getCountedRows() { return getOperand(0); }
  Cost getCost() { return {}; }
};

class TestDialect : public mlir::Dialect {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestDialect)

  explicit TestDialect(mlir::MLIRContext *context)
      : Dialect("test", context, mlir::TypeID::get<TestDialect>()) {
    addOperations<ForgetfulLaunch>();
  }
  static llvm::StringRef getDialectNamespace() { return "test"; }
};

/// The error of a program with this launch over three buffers, or nothing.
std::string errorOf(const std::string &launch) {
  mlir::MLIRContext context;
  context.loadDialect<PlanDialect, TestDialect>();
  std::string message;
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &diagnostic) { message = diagnostic.str(); });
  std::string text = R"(
    !rows = !plan.buffer<source x 8, stride 16>
    plan.program @encode {
      %a = plan.buffer : !rows
      %b = plan.buffer : !rows
      %c = plan.buffer : !rows
      )" + launch + "}";
  mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  return message;
}

TEST(LaunchInterface, RefusesAnOperandThatIsNeitherReadNorWritten) {
  EXPECT_EQ(errorOf(R"("test.forgetful"(%a, %b) : (!rows, !rows) -> ())"), "");
  EXPECT_THAT(errorOf(R"("test.forgetful"(%a, %b, %c) : (!rows, !rows, !rows) -> ())"),
              ::testing::HasSubstr("expects every operand in its footprint, but got operand 2"));
}

TEST(LaunchInterface, CountsTheLaunchesOfOtherDialectsAsSteps) {
  mlir::MLIRContext context;
  context.loadDialect<PlanDialect, TestDialect>();
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceString<mlir::ModuleOp>(
      R"(
        !rows = !plan.buffer<source x 8, stride 16>
        plan.program @encode {
          %a = plan.buffer : !rows
          "test.forgetful"(%a, %a) : (!rows, !rows) -> ()
          plan.barrier
        }
      )",
      &context);
  ASSERT_TRUE(module);
  auto program = module->lookupSymbol<ProgramOp>("encode");
  EXPECT_EQ(
      llvm::count_if(program.getBody().front(), [](mlir::Operation &op) { return isStep(&op); }),
      2);
}

} // namespace
} // namespace transept::plan

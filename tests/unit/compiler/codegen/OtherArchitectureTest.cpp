// SPDX-License-Identifier: Apache-2.0
//
// Kernels are built for an architecture that does not exist, with vectors of 128 bits and
// instructions of its own: they take registers from the target's facts and instructions from its
// table, and name none themselves.

#include "compiler/codegen/kernels/Linear.h"
#include "compiler/targets/Architecture.h"

#include "tests/unit/compiler/plan/NarrowTargets.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Verifier.h"

#include <gmock/gmock.h>

#include <set>

namespace transept::codegen {
namespace {

using namespace mlir;
using plan::NumberType;
using targets::WordForm;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Value call(ImplicitLocOpBuilder &builder, StringRef name, Type type, ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(builder, type, builder.getStringAttr(name), operands)
      ->getResult(0);
}

class OtherProducts : public targets::ProductInstructions {
  Value multiplyAdd(ImplicitLocOpBuilder &builder, const targets::Target &, WordForm form,
                    Value sums, Value columns, Value row) const override {
    static constexpr const char *names[] = {"llvm.other.bytes", "llvm.other.halfwords",
                                            "llvm.other.bfloats", "llvm.other.signedbytes"};
    return call(builder, names[int(form)], sums.getType(), {sums, columns, row});
  }
};

class OtherTiles : public targets::TileInstructions {
  void configure(ImplicitLocOpBuilder &builder) const override { emit(builder, "configure", {}); }
  void release(ImplicitLocOpBuilder &builder) const override { emit(builder, "release", {}); }
  void zero(ImplicitLocOpBuilder &builder, int64_t) const override {
    emit(builder, "zerotile", {});
  }
  void load(ImplicitLocOpBuilder &builder, int64_t, Value pointer, int64_t, bool) const override {
    emit(builder, "loadtile", pointer);
  }
  void store(ImplicitLocOpBuilder &builder, int64_t, Value pointer, int64_t) const override {
    emit(builder, "storetile", pointer);
  }
  void multiplyAdd(ImplicitLocOpBuilder &builder, WordForm, int64_t, int64_t,
                   int64_t) const override {
    emit(builder, "multiplytiles", {});
  }

  static void emit(ImplicitLocOpBuilder &builder, StringRef name, ValueRange operands) {
    LLVM::CallIntrinsicOp::create(builder, builder.getStringAttr("llvm.other." + name), operands);
  }
};

const targets::Architecture &otherArchitecture() {
  static const OtherProducts products;
  static const OtherTiles tiles;
  static const targets::Architecture result{.triple = "other",
                                            .leastProcessor = "other",
                                            .processorExamples = {},
                                            .crossPackages = {},
                                            .features = {},
                                            .knows = nullptr,
                                            .targetFor = nullptr,
                                            .featuresUsedBy = nullptr,
                                            .initializeLLVM = nullptr,
                                            .products = products,
                                            .tiles = &tiles};
  return result;
}

class OnAnotherArchitecture : public ::testing::TestWithParam<int64_t> {
protected:
  OnAnotherArchitecture() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect, LLVM::LLVMDialect,
                        math::MathDialect, scf::SCFDialect, vector::VectorDialect>();
    target.architecture = &otherArchitecture();
  }

  /// Builds a linear layer that is neither a whole number of vectors deep nor of panels wide.
  void build(NumberType numbers) {
    module = ModuleOp::create(UnknownLoc::get(&context));
    KernelBuilder kernel(*module, target);
    LinearShape shape;
    shape.depth = 70;
    shape.outputs = 37;
    shape.inputStride = 80;
    shape.outputStride = 48;
    shape.numbers = numbers;
    shape.strategy = chooseLinearStrategy({target, numbers, shape.depth});
    linearKernel(kernel, shape);
    EXPECT_TRUE(succeeded(verify(*module)));
  }

  std::set<std::string> intrinsics() {
    std::set<std::string> names;
    module->walk([&](LLVM::CallIntrinsicOp op) { names.insert(op.getIntrin().str()); });
    return names;
  }

  /// The most vectors that a loop carries: the sums of a product.
  unsigned mostCarriedVectors() {
    unsigned most = 0;
    module->walk([&](scf::ForOp loop) {
      most = std::max(most,
                      unsigned(llvm::count_if(loop.getResultTypes(), llvm::IsaPred<VectorType>)));
    });
    return most;
  }

  /// Whether bytes of columns become signed: halves of bytes are positive as they are.
  bool takesOffZeroPoint() {
    bool found = false;
    module->walk([&](arith::XOrIOp) { found = true; });
    return found;
  }

  MLIRContext context;
  targets::Target target = transept::testing::vectorsOf128Bits(GetParam());
  OwningOpRef<ModuleOp> module;
};

TEST_P(OnAnotherArchitecture, FloatsNeedNoInstructionsOfItsOwn) {
  build(NumberType::F32);
  EXPECT_THAT(intrinsics(), IsEmpty());
  EXPECT_EQ(mostCarriedVectors(), target.vectors.sumRegisters);
}

TEST_P(OnAnotherArchitecture, BFloatsAreWidenedOrMultipliedAsTheTargetSays) {
  build(NumberType::BF16);
  EXPECT_THAT(intrinsics(), IsEmpty());
  target.hasBFloatVectors = true;
  build(NumberType::BF16);
  EXPECT_THAT(intrinsics(), ElementsAre("llvm.other.bfloats"));
  EXPECT_EQ(mostCarriedVectors(), target.vectors.sumRegisters);
}

TEST_P(OnAnotherArchitecture, BytesAreMultipliedInTheFormOfTheTarget) {
  for (NumberType numbers : {NumberType::Int8, NumberType::Int4}) {
    target.byteForm = WordForm::HalfWords;
    build(numbers);
    EXPECT_THAT(intrinsics(), ElementsAre("llvm.other.halfwords"));
    target.byteForm = WordForm::Bytes;
    build(numbers);
    EXPECT_THAT(intrinsics(), ElementsAre("llvm.other.bytes"));
    EXPECT_EQ(mostCarriedVectors(), target.vectors.sumRegisters);
    EXPECT_FALSE(takesOffZeroPoint());
    target.byteForm = WordForm::SignedBytes;
    build(numbers);
    EXPECT_THAT(intrinsics(), ElementsAre("llvm.other.signedbytes"));
    EXPECT_EQ(mostCarriedVectors(), target.vectors.sumRegisters);
    EXPECT_EQ(takesOffZeroPoint(), numbers == NumberType::Int8);
  }
}

TEST_P(OnAnotherArchitecture, TilesAreThoseOfTheTarget) {
  target.hasTiles = true;
  target.byteForm = WordForm::Bytes;
  target.vectors = {.lanes = 16, .sumRegisters = 24, .rows = 12, .panelWidth = 32};
  build(NumberType::Int8);
  EXPECT_THAT(intrinsics(),
              ElementsAre("llvm.other.bytes", "llvm.other.configure", "llvm.other.loadtile",
                          "llvm.other.multiplytiles", "llvm.other.release", "llvm.other.storetile",
                          "llvm.other.zerotile"));
}

INSTANTIATE_TEST_SUITE_P(Registers, OnAnotherArchitecture, ::testing::Values(16, 32),
                         ::testing::PrintToStringParamName());

} // namespace
} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// The instructions of NEON, the dot products, I8MM and BF16 that multiply.

#include "compiler/targets/aarch64/AArch64.h"

#include "compiler/targets/Intrinsics.h"

#include "transept/abi.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace transept::targets::aarch64 {

using namespace mlir;

namespace {

/// What sdot computes, on processors without it. Rows are above -128, so that the products of two
/// pairs of bytes fit into 16 bits together: smull, smull2, addp, sadalp.
Value multiplyAddInHalfWords(ImplicitLocOpBuilder &builder, Value sums, Value columns, Value row) {
  auto halfWords = VectorType::get({8}, builder.getI16Type());
  auto products = [&](int64_t first) -> Value {
    SmallVector<int64_t> half = llvm::to_vector(llvm::seq<int64_t>(first, first + 8));
    Value left = vector::ShuffleOp::create(builder, columns, columns, half);
    Value right = vector::ShuffleOp::create(builder, row, row, half);
    return call(builder, "llvm.aarch64.neon.smull", halfWords, {left, right});
  };
  Value pairs = call(builder, "llvm.aarch64.neon.addp", halfWords, {products(0), products(8)});
  Value words = call(builder, "llvm.aarch64.neon.saddlp", sums.getType(), {pairs});
  return arith::AddIOp::create(builder, sums, words);
}

class VectorProducts : public ProductInstructions {
public:
  Value multiplyAdd(ImplicitLocOpBuilder &builder, const Target &target, WordForm form, Value sums,
                    Value columns, Value row) const override {
    Type type = sums.getType();
    switch (form) {
    case WordForm::BFloats:
      return call(builder, "llvm.aarch64.neon.bfdot", type, {sums, columns, row});
    case WordForm::Bytes:
      return call(builder, "llvm.aarch64.neon.usdot", type, {sums, columns, row});
    case WordForm::SignedBytes:
      if (target.requiredFeatures & TRANSEPT_CPU_DOTPROD)
        return call(builder, "llvm.aarch64.neon.sdot", type, {sums, columns, row});
      return multiplyAddInHalfWords(builder, sums, columns, row);
    case WordForm::HalfWords:
      break;
    }
    llvm_unreachable("no target here stores rows as half words");
  }
};

} // namespace

const ProductInstructions &vectorProducts() {
  static const VectorProducts result;
  return result;
}

} // namespace transept::targets::aarch64

// SPDX-License-Identifier: Apache-2.0
//
// The instructions of AVX2, AVX-512 VNNI, AVX-VNNI, AVX-512 BF16 and AMX that multiply.

#include "compiler/targets/x86_64/X86_64.h"

#include "compiler/targets/Intrinsics.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace transept::targets::x86_64 {

using namespace mlir;

namespace {

class VectorProducts : public ProductInstructions {
public:
  Value multiplyAdd(ImplicitLocOpBuilder &builder, const Target &, WordForm form, Value sums,
                    Value columns, Value row) const override {
    Type type = sums.getType();
    bool isWide = cast<VectorType>(type).getNumElements() == 16;
    switch (form) {
    case WordForm::BFloats:
      return call(builder, "llvm.x86.avx512bf16.dpbf16ps.512", type, {sums, row, columns});
    case WordForm::Bytes:
      return call(builder, isWide ? "llvm.x86.avx512.vpdpbusd.512" : "llvm.x86.avx512.vpdpbusd.256",
                  type, {sums, columns, row});
    case WordForm::SignedBytes:
      break;
    case WordForm::HalfWords:
      Value products =
          call(builder, isWide ? "llvm.x86.avx512.pmaddw.d.512" : "llvm.x86.avx2.pmadd.wd", type,
               {columns, row});
      return arith::AddIOp::create(builder, sums, products);
    }
    llvm_unreachable("columns of bytes are unsigned here");
  }
};

/// Every instruction is told the size of its tiles.
class TileProducts : public TileInstructions {
public:
  Value zero(ImplicitLocOpBuilder &builder) const override {
    Value rows = integer(builder, kTileRegisterRows);
    Value rowBytes = integer(builder, kTileRegisterRowBytes);
    return call(builder, "llvm.x86.tilezero.internal", tileType(builder), {rows, rowBytes});
  }

  Value load(ImplicitLocOpBuilder &builder, Value pointer, int64_t stride) const override {
    Value rows = integer(builder, kTileRegisterRows);
    Value rowBytes = integer(builder, kTileRegisterRowBytes);
    return call(builder, "llvm.x86.tileloadd64.internal", tileType(builder),
                {rows, rowBytes, pointer, wideInteger(builder, stride)});
  }

  void store(ImplicitLocOpBuilder &builder, Value tile, Value pointer,
             int64_t stride) const override {
    Value rows = integer(builder, kTileRegisterRows);
    Value rowBytes = integer(builder, kTileRegisterRowBytes);
    LLVM::CallIntrinsicOp::create(
        builder, builder.getStringAttr("llvm.x86.tilestored64.internal"),
        ValueRange{rows, rowBytes, pointer, wideInteger(builder, stride), tile});
  }

  Value multiplyAdd(ImplicitLocOpBuilder &builder, WordForm form, Value sums, Value rows,
                    Value columns) const override {
    Value rowCount = integer(builder, kTileRegisterRows);
    Value width = integer(builder, kTileRegisterRowBytes);
    StringRef name =
        form == WordForm::Bytes ? "llvm.x86.tdpbsud.internal" : "llvm.x86.tdpbf16ps.internal";
    return call(builder, name, tileType(builder), {rowCount, width, width, sums, rows, columns});
  }

private:
  static Value integer(ImplicitLocOpBuilder &builder, int64_t value) {
    return arith::ConstantOp::create(builder, builder.getI16IntegerAttr(int16_t(value)));
  }
  static Value wideInteger(ImplicitLocOpBuilder &builder, int64_t value) {
    return arith::ConstantOp::create(builder, builder.getI64IntegerAttr(value));
  }
  static Type tileType(ImplicitLocOpBuilder &builder) {
    return LLVM::LLVMX86AMXType::get(builder.getContext());
  }
};

} // namespace

const ProductInstructions &vectorProducts() {
  static const VectorProducts result;
  return result;
}

const TileInstructions &tileProducts() {
  static const TileProducts result;
  return result;
}

} // namespace transept::targets::x86_64

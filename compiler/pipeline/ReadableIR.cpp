// SPDX-License-Identifier: Apache-2.0
//
// Gives the dialects' types aliases, through MLIR's interface for that.

#include "compiler/pipeline/ReadableIR.h"

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Transept.h"

#include "mlir/IR/OpImplementation.h"

namespace transept {

using namespace mlir;

namespace {

std::string underscored(const Space &space) {
  std::string name = space.str();
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

struct ShortTypeNames : OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;

  AliasResult getAlias(Type type, raw_ostream &stream) const override {
    if (auto rows = dyn_cast<RowsType>(type)) {
      stream << underscored(rows.getSpace());
      if (rows.getElementType().isInteger())
        stream << "_ids";
      else
        stream << "_" << rows.getWidth();
    } else if (auto cache = dyn_cast<EncoderCacheType>(type)) {
      stream << "encoder_cache_" << cache.getWidth();
    } else if (auto cache = dyn_cast<SelfCacheType>(type)) {
      stream << "self_cache_" << cache.getWidth();
    } else if (auto buffer = dyn_cast<plan::BufferType>(type)) {
      stream << "buffer_" << underscored(buffer.getSpace()) << "_" << buffer.getWidth();
      if (buffer.getStride() != buffer.getWidth())
        stream << "_of_" << buffer.getStride();
    } else {
      return AliasResult::NoAlias;
    }
    return AliasResult::OverridableAlias;
  }
};

} // namespace

void useShortTypeNames(MLIRContext &context) {
  context.getOrLoadDialect<TranseptDialect>()->addInterfaces<ShortTypeNames>();
  context.getOrLoadDialect<plan::PlanDialect>()->addInterfaces<ShortTypeNames>();
}

OpPrintingFlags readableIR() {
  return OpPrintingFlags().printNameLocAsPrefix();
}

} // namespace transept

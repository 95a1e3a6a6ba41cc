// SPDX-License-Identifier: Apache-2.0
//
// Attributes: activations, norms, arrangements of sinusoids, tilings.

#include "dialects/Transept/Transept.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace transept;

#include "dialects/Transept/TranseptEnums.cpp.inc"

// An f64 without its type.
static ParseResult parseEpsilon(AsmParser &parser, FloatAttr &epsilon) {
  return parser.parseAttribute(epsilon, parser.getBuilder().getF64Type());
}
static void printEpsilon(AsmPrinter &printer, FloatAttr epsilon) {
  printer.printAttributeWithoutType(epsilon);
}

#define GET_ATTRDEF_CLASSES
#include "dialects/Transept/TranseptAttributes.cpp.inc"

void TranseptDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Transept/TranseptAttributes.cpp.inc"
      >();
}

LogicalResult NormAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError, NormKind,
                               FloatAttr epsilon) {
  if (!epsilon.getType().isF64() || epsilon.getValue().isNegative() ||
      !std::isfinite(float(epsilon.getValueAsDouble())))
    return emitError() << "expects an epsilon of type f64 that is not negative and finite as an "
                          "f32, but got "
                       << epsilon;
  return success();
}

LogicalResult TilingAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError, int64_t height,
                                 int64_t width, int64_t side, int64_t shift) {
  constexpr int64_t most = 1 << 16;
  if (side < 1 || height < side || width < side || height > most || width > most)
    return emitError() << "expects a height and a width from side to " << most
                       << " and a positive side, but got " << height << ", " << width << " and "
                       << side;
  if (shift < 0 || shift >= side)
    return emitError() << "expects a shift from 0 to side - 1, but got " << shift << " and "
                       << side;
  return success();
}

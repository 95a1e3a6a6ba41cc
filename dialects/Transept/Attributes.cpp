// SPDX-License-Identifier: Apache-2.0
//
// Attributes: activations, norms, arrangements of sinusoids.

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

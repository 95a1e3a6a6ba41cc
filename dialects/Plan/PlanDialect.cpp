// SPDX-License-Identifier: Apache-2.0
//
// Registers the plan dialect and spells its types.

#include "dialects/Plan/Plan.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace transept;
using namespace transept::plan;

#include "dialects/Plan/PlanDialect.cpp.inc"
#include "dialects/Plan/PlanEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Plan/PlanAttributes.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Plan/PlanTypes.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/Plan/PlanOps.cpp.inc"

void PlanDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Plan/PlanAttributes.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Plan/PlanTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Plan/PlanOps.cpp.inc"
      >();
}

Type BufferType::parse(AsmParser &parser) {
  FailureOr<Space> space;
  int64_t width = 0, stride = 0;
  if (parser.parseLess() || failed(space = parseSpace(parser)) || parser.parseKeyword("x") ||
      parser.parseInteger(width) || parser.parseComma() || parser.parseKeyword("stride") ||
      parser.parseInteger(stride) || parser.parseGreater())
    return {};
  return BufferType::get(parser.getContext(), *space, width, stride);
}

void BufferType::print(AsmPrinter &printer) const {
  printer << "<" << getSpace() << " x " << getWidth() << ", stride " << getStride() << ">";
}

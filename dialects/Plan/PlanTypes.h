// SPDX-License-Identifier: Apache-2.0
//
// The plan dialect without its ops: what these and their interfaces are declared with.

#ifndef TRANSEPT_DIALECTS_PLAN_PLANTYPES_H
#define TRANSEPT_DIALECTS_PLAN_PLANTYPES_H

#include "dialects/Transept/Transept.h"

#include "mlir/IR/SymbolTable.h"

#include "dialects/Plan/PlanDialect.h.inc"
#include "dialects/Plan/PlanEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Plan/PlanAttributes.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Plan/PlanTypes.h.inc"

#endif

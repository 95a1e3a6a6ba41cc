// SPDX-License-Identifier: Apache-2.0
//
// Registers the dialect's types, attributes and ops.

#include "dialects/Transept/Transept.h"

using namespace transept;

#include "dialects/Transept/TranseptDialect.cpp.inc"
#include "dialects/Transept/TranseptInterfaces.cpp.inc"

void TranseptDialect::initialize() {
  registerTypes();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Transept/TranseptOps.cpp.inc"
      >();
}

#define GET_OP_CLASSES
#include "dialects/Transept/TranseptOps.cpp.inc"

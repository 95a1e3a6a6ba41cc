// SPDX-License-Identifier: Apache-2.0
//
// The transept dialect itself, the base class of its ops, and spaces as parameters of types.

#ifndef TRANSEPT_DIALECT
#define TRANSEPT_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/BuiltinTypeInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "dialects/Transept/TranseptInterfaces.td"

def Transept_Dialect : Dialect {
  let name = "transept";
  let summary = "encoder-decoder transformers over ragged rows";
  let description = [{
    A value on the source or the target side of a model is *rows* of one sequence space: all tokens
    of all sequences of a batch, one after another, with the sequences' offsets kept beside them.
    There is no padding, so no op can forget a padding mask, and rows of different spaces cannot be
    mixed by accident. Masks and position biases are symbolic values; kernels turn them into loop
    bounds and table look-ups.
  }];
  let cppNamespace = "::transept";
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerTypes();
    void registerAttributes();
  }];
}

// Every op is pure and has an interpreter method: an op without one does not link.
class Transept_Op<string mnemonic, list<Trait> traits = []> :
    Op<Transept_Dialect, mnemonic,
       !listconcat(traits, [Pure, DeclareOpInterfaceMethods<Interpretable>])>;

class Transept_Space<string what = "sequence space">
    : TypeParameter<"::transept::Space", what, "const ::transept::Space &">;

#endif

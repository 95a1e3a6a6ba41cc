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

// Numbers in attributes. Sizes are below 2^31, so that products of two of them fit into 64 bits;
// what else must hold of one op's numbers is in its verifier.
def Transept_Number : ConfinedAttr<F64Attr, [
    AttrConstraint<CPred<"::std::isfinite(::llvm::cast<::mlir::FloatAttr>($_self).getValue().convertToDouble()) && "
                         "::std::abs(::llvm::cast<::mlir::FloatAttr>($_self).getValue().convertToDouble()) <= 3.4028234663852886e38">,
                   "that is finite as an f32">]>;
def Transept_Size : ConfinedAttr<I64Attr, [IntMaxValue<2147483647>]>;

class Transept_Space<string what = "sequence space">
    : TypeParameter<"::transept::Space", what, "const ::transept::Space &">;

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The plan dialect itself, its types and attributes, and the base classes of its ops.

#ifndef TRANSEPT_PLAN_DIALECT
#define TRANSEPT_PLAN_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/SymbolInterfaces.td"
include "dialects/Plan/PlanEnums.td"
include "dialects/Plan/PlanInterfaces.td"
include "dialects/Transept/TranseptAttributes.td"

def Plan_Dialect : Dialect {
  let name = "plan";
  let summary = "kernel launches over buffers of an arena";
  let description = [{
    A program is the list of launches that every worker runs on its share of the work, with
    barriers only where one launch reads or overwrites what another worker has written. Buffers lie
    at offsets of one arena; sizes and offsets are bytes per row, so a program serves any number of
    rows. Weights are packed at compile time into the order in which their kernel reads them.
  }];
  let cppNamespace = "::transept::plan";
  let dependentDialects = ["::transept::TranseptDialect"];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
}

def Plan_Buffer : TypeDef<Plan_Dialect, "Buffer"> {
  let mnemonic = "buffer";
  let summary = "rows of f32 in the arena";
  let description = [{
    `!plan.buffer<source x 512, stride 1536>`: for each row of the space, 512 numbers; the next row
    begins 1536 numbers later.
  }];
  let parameters = (ins Transept_Space<>:$space, "int64_t":$width, "int64_t":$stride);
  let hasCustomAssemblyFormat = 1;
}

def Plan_Layout : AttrDef<Plan_Dialect, "Layout"> {
  let mnemonic = "layout";
  let summary = "the order of a packed weight, the width of its panels (1 without panels), its number type";
  let parameters = (ins EnumParameter<Plan_LayoutKind>:$kind, "int64_t":$panelWidth,
                        EnumParameter<Plan_NumberType>:$numberType);
  let assemblyFormat = "`<` $kind `,` $panelWidth `,` $numberType `>`";
}

def Plan_LinearStrategy : AttrDef<Plan_Dialect, "LinearStrategy"> {
  let mnemonic = "linear_strategy";
  let summary = "how a linear layer is blocked (compiler/plan/strategy/LinearStrategy.h)";
  let parameters = (ins "int64_t":$rowBlock, "int64_t":$streamPanels, "int64_t":$rowsToSplit);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Plan_KeySourceAttr : EnumAttr<Plan_Dialect, Plan_KeySource, "keys"> {
  let assemblyFormat = "$value";
}

def Plan_Elementwise : EnumAttr<Plan_Dialect, Plan_ElementwiseKind, "elementwise_kind"> {
  let assemblyFormat = "$value";
}

def Plan_ReturnedAttention : AttrDef<Plan_Dialect, "ReturnedAttention"> {
  let mnemonic = "returned_attention";
  let summary = "attention weights that the model returns: of which cross-attention (counted in order), whether averaged over its heads";
  let parameters = (ins "int64_t":$crossAttention, "bool":$isAveraged);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Plan_CacheSlot : AttrDef<Plan_Dialect, "CacheSlot"> {
  let mnemonic = "slot";
  let summary = "one slot of a cache (layouts: runtime/include/transept/abi.h)";
  let description = "`offset` counts numbers per position before the slot.";
  let parameters = (ins StringRefParameter<"what reads it">:$name, "bool":$isKeys, "int64_t":$headCount,
                        "int64_t":$headDim, "int64_t":$offset, EnumParameter<Plan_NumberType>:$numberType);
  let assemblyFormat = "`<` $name `,` `keys` `=` $isKeys `,` `heads` `=` $headCount `,` `head_dim` `=` $headDim `,` `offset` `=` $offset `,` $numberType `>`";
  let extraClassDeclaration = [{
    /// A cache holds f32 or bf16.
    bool holdsBFloats() const { return getNumberType() == NumberType::BF16; }
    int64_t numberBytes() const { return holdsBFloats() ? 2 : 4; }
    int64_t bytesPerPosition() const { return getHeadCount() * getHeadDim() * numberBytes(); }
  }];
}

class Plan_Op<string mnemonic, list<Trait> traits = []> : Op<Plan_Dialect, mnemonic, traits>;

// A launch does not link without the methods of its interface, and does not compile without
// `emitLaunch`. `label` names the graph op it came from.
class Plan_LaunchOp<string mnemonic, list<Trait> traits = []> :
    Plan_Op<mnemonic,
            !listconcat(traits, [HasParent<"ProgramOp">, SymbolUserOpInterface,
                                 DeclareOpInterfaceMethods<LaunchOpInterface>])>;

#endif

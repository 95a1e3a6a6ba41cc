// SPDX-License-Identifier: Apache-2.0
//
// Enumerations of the plan dialect, on their own so that their C++ is generated once.

#ifndef TRANSEPT_PLAN_ENUMS
#define TRANSEPT_PLAN_ENUMS

include "mlir/IR/EnumAttr.td"

def Plan_LayoutKind : I32EnumAttr<"LayoutKind", "the order of a packed weight", [
    I32EnumAttrCase<"Panels", 0, "panels">, I32EnumAttrCase<"GatedPanels", 1, "gated_panels">,
    I32EnumAttrCase<"Rows", 2, "rows">, I32EnumAttrCase<"Vector", 3, "vector">,
    I32EnumAttrCase<"GatedVector", 4, "gated_vector">, I32EnumAttrCase<"Distances", 5, "distances">,
    I32EnumAttrCase<"TilePlaces", 6, "tile_places">]> {
  let description = [{
    `panels` [panel][inputs][panel width] of outputs, the last panel filled up with zeros (types
    other than f32 in the order of compiler/plan/PackedPanels.h);
    `gated_panels` likewise, a panel of gate outputs and one of value outputs in turn;
    `rows` as it is; `vector` filled up with zeros to whole panels; `gated_vector` in the order of
    `gated_panels`; `distances` [head][2 * reach + 1] a relative position bias by clipped distance;
    `tile_places` [head], then for each width that tiles have [query][key] a bias by places in a tile
    (compiler/plan/TilePlaces.h).
  }];
  let genSpecializedAttr = 0;
  let cppNamespace = "::transept::plan";
}

def Plan_NumberType : I32EnumAttr<"NumberType", "how a packed weight stores its numbers", [
    I32EnumAttrCase<"F32", 0, "f32">, I32EnumAttrCase<"BF16", 1, "bf16">,
    I32EnumAttrCase<"Int8", 2, "int8">, I32EnumAttrCase<"Int4", 3, "int4">]> {
  let description = [{
    `bf16` the upper half of an f32; `int8` one scale for each output, numbers from -127 to 127;
    `int4` one scale for each output and 64 inputs, numbers from -7 to 7.
    Their order: compiler/plan/PackedPanels.h.
  }];
  let genSpecializedAttr = 0;
  let cppNamespace = "::transept::plan";
}

def Plan_KeySource : I32EnumAttr<"KeySource", "where an attention's keys and values are", [
    I32EnumAttrCase<"Rows", 0, "rows">, I32EnumAttrCase<"Pages", 1, "pages">,
    I32EnumAttrCase<"EncoderCache", 2, "encoder_cache">,
    I32EnumAttrCase<"OtherRows", 3, "other_rows">]> {
  let description = [{
    `rows` rows of the same invocation (the encoder's self-attention); `pages` the self cache, to
    which the new rows' keys and values are appended first; `encoder_cache` one entry of it for each
    group of queries; `other_rows` rows of another space of the same invocation, which is one
    sequence: each query looks at all of them.
  }];
  let genSpecializedAttr = 0;
  let cppNamespace = "::transept::plan";
}

def Plan_ElementwiseKind : I32EnumAttr<"ElementwiseKind", "an operation element by element", [
    I32EnumAttrCase<"Add", 0, "add">, I32EnumAttrCase<"Multiply", 1, "multiply">,
    I32EnumAttrCase<"Scale", 2, "scale">, I32EnumAttrCase<"Activate", 3, "activate">]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::transept::plan";
}

#endif

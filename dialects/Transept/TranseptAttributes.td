// SPDX-License-Identifier: Apache-2.0
//
// Attributes: activations, norms, layouts of stored weights.

#ifndef TRANSEPT_ATTRIBUTES
#define TRANSEPT_ATTRIBUTES

include "dialects/Transept/TranseptDialect.td"

def Transept_ActivationKind : I32EnumAttr<"ActivationKind", "an activation function", [
    I32EnumAttrCase<"Relu", 0, "relu">, I32EnumAttrCase<"Gelu", 1, "gelu">,
    I32EnumAttrCase<"GeluTanh", 2, "gelu_tanh">, I32EnumAttrCase<"Silu", 3, "silu">,
    I32EnumAttrCase<"Sigmoid", 4, "sigmoid">, I32EnumAttrCase<"Tanh", 5, "tanh">,
    I32EnumAttrCase<"Asinh", 6, "asinh">]> {
  let description = [{
    `relu` max(x, 0); `gelu` x * (1 + erf(x / sqrt 2)) / 2; `gelu_tanh` its approximation
    x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2 (Hendrycks and Gimpel 2016);
    `silu` x / (1 + exp(-x)); `sigmoid` 1 / (1 + exp(-x));
    `tanh` (exp(2x) - 1) / (exp(2x) + 1); `asinh` log(x + sqrt(x^2 + 1)).
  }];
  let genSpecializedAttr = 0;
  let cppNamespace = "::transept";
}
def Transept_Activation : EnumAttr<Transept_Dialect, Transept_ActivationKind, "activation_kind"> {
  let assemblyFormat = "$value";
}

def Transept_NormKind : I32EnumAttr<"NormKind", "a normalization", [
    I32EnumAttrCase<"Layer", 0, "layer">, I32EnumAttrCase<"RootMeanSquare", 1, "rms">]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::transept";
}

def Transept_Norm : AttrDef<Transept_Dialect, "Norm"> {
  let mnemonic = "norm";
  let summary = "a normalization fused into the op that reads its result";
  let description = [{
    `#transept.norm<layer, epsilon = 1.0e-5>` or `#transept.norm<rms, epsilon = 1.0e-6>`. epsilon is
    an f64 that is not negative.
  }];
  let parameters = (ins EnumParameter<Transept_NormKind>:$kind, "::mlir::FloatAttr":$epsilon);
  let assemblyFormat = "`<` $kind `,` `epsilon` `=` custom<Epsilon>($epsilon) `>`";
  let genVerifyDecl = 1;
}

def Transept_SinusoidKind : I32EnumAttr<"SinusoidKind", "an arrangement of sines and cosines", [
    I32EnumAttrCase<"Halves", 0, "halves">, I32EnumAttrCase<"HalvesInclusive", 1, "halves_inclusive">,
    I32EnumAttrCase<"Interleaved", 2, "interleaved">]> {
  let description = [{
    `halves`: sines in the first half of a row, cosines in the second; `halves_inclusive`: with
    frequencies down to exactly 1/10000; `interleaved`: sines in even columns, cosines in odd ones.
  }];
  let genSpecializedAttr = 0;
  let cppNamespace = "::transept";
}
def Transept_Sinusoid : EnumAttr<Transept_Dialect, Transept_SinusoidKind, "sinusoid_kind"> {
  let assemblyFormat = "$value";
}

def Transept_Tiling : AttrDef<Transept_Dialect, "Tiling"> {
  let mnemonic = "tiling";
  let summary = "a grid of rows cut into square tiles";
  let description = [{
    `#transept.tiling<6 by 8, side = 3, shift = 1>`: a grid of 6 lines of 8 rows, one line after
    another, filled up with lines and columns at the end to multiples of `side`. The first tile of
    each direction is `shift` rows long (`side` with shift 0) and the others follow, so that with a
    shift those at both ends are cut off. Height and width are at least `side`, which is positive,
    and at most 65536; shift is from 0 to side - 1.
  }];
  let parameters = (ins "int64_t":$height, "int64_t":$width, "int64_t":$side,
                        DefaultValuedParameter<"int64_t", "0">:$shift);
  let assemblyFormat = "`<` $height `by` $width `,` `side` `=` $side (`,` `shift` `=` $shift^)? `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    ::transept::Tiling getTiling() const { return {getHeight(), getWidth(), getSide(), getShift()}; }
  }];
}

#endif

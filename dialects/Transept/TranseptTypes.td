// SPDX-License-Identifier: Apache-2.0
//
// Types: ragged rows, symbolic masks and biases, caches.

#ifndef TRANSEPT_TYPES
#define TRANSEPT_TYPES

include "dialects/Transept/TranseptDialect.td"

class Transept_Type<string name, string mnemonicValue> : TypeDef<Transept_Dialect, name> {
  let mnemonic = mnemonicValue;
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Transept_Rows : Transept_Type<"Rows", "rows"> {
  let summary = "rows of one sequence space";
  let description = [{
    All tokens of all sequences of a batch in space `space`, one row of `width` elements each.
    `!transept.rows<source x 512 x f32>`. A space is a side, `source` or `target`, and what is
    derived from it, by names behind dots: `source.features` (rows before a convolution),
    `target.history` (every target position so far, after staging), `target.requested` (the rows
    whose vocabulary scores are wanted), `source.requested` (those that see the whole source). Token ids are rows of width 1 and type i32.
  }];
  let parameters = (ins Transept_Space<>:$space, "int64_t":$width,
                        "::mlir::Type":$elementType);
}

def Transept_Mask : Transept_Type<"Mask", "mask"> {
  let summary = "which keys each query may see, symbolically";
  let description = [{
    `!transept.mask<target x source>`: for each query (a row of the first space) and each key (a row
    of the second) of its own sequence, whether the query sees the key.
  }];
  let parameters = (ins Transept_Space<"space of the queries">:$query,
                        Transept_Space<"space of the keys">:$key);
  let genVerifyDecl = 0;
}

def Transept_Bias : Transept_Type<"Bias", "bias"> {
  let summary = "a number added to each score of each head, symbolically";
  let description = [{
    `!transept.bias<target x target x 8>`: a number for each head, each query and each key of its
    own sequence.
  }];
  let parameters = (ins Transept_Space<"space of the queries">:$query,
                        Transept_Space<"space of the keys">:$key, "int64_t":$headCount);
}

def Transept_AttentionWeights : Transept_Type<"AttentionWeights", "attention_weights"> {
  let summary = "how much each query looks at each key, by heads";
  let description = [{
    `!transept.attention_weights<target x source x 8>`: the softmax weights of an attention, a number
    for each head, each query and each key of its own sequence.
  }];
  let parameters = (ins Transept_Space<"space of the queries">:$query,
                        Transept_Space<"space of the keys">:$key, "int64_t":$headCount);
}

def Transept_EncoderCache : Transept_Type<"EncoderCache", "encoder_cache"> {
  let summary = "values that depend on the source alone, kept from encode to decode";
  let description = [{
    `!transept.encoder_cache<source x 512 x f32>`: one slot of the encoder KV cache.
  }];
  let parameters = (ins Transept_Space<>:$space, "int64_t":$width,
                        "::mlir::Type":$elementType);
}

def Transept_SelfCache : Transept_Type<"SelfCache", "self_cache"> {
  let summary = "keys or values of the target positions so far, appended to by decode";
  let description = [{
    `!transept.self_cache<target x 512 x f32>`: one slot of the self KV cache. Every call of decode
    appends its new rows to it and reads it as rows of `target.history`.
  }];
  let parameters = (ins Transept_Space<>:$space, "int64_t":$width,
                        "::mlir::Type":$elementType);
}

def Transept_Candidates : Transept_Type<"Candidates", "candidates"> {
  let summary = "the best tokens of each requested row, with log(sum(exp(logits)))";
  let description = [{
    `!transept.candidates<target.requested x 58101>`: what a search needs of a vocabulary of that
    size: top-k (k is given at run time), log-sum-exp, and logits only where a caller asks.
  }];
  let parameters = (ins Transept_Space<>:$space, "int64_t":$vocabularySize);
}

// Operand constraints.
def Transept_FloatRows : Type<
    And<[CPred<"::llvm::isa<::transept::RowsType>($_self)">,
         CPred<"::llvm::isa<::mlir::FloatType>(::llvm::cast<::transept::RowsType>($_self).getElementType())">]>,
    "rows of floats", "::transept::RowsType">;
def Transept_IdRows : Type<
    And<[CPred<"::llvm::isa<::transept::RowsType>($_self)">,
         CPred<"::llvm::cast<::transept::RowsType>($_self).getElementType().isInteger(32)">,
         CPred<"::llvm::cast<::transept::RowsType>($_self).getWidth() == 1">]>,
    "rows of token ids (one i32 each)", "::transept::RowsType">;
def Transept_Matrix : Type<
    And<[CPred<"::llvm::isa<::mlir::RankedTensorType>($_self)">,
         CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).hasStaticShape()">,
         CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).getRank() == 2">,
         CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).getElementType().isF32()">,
         CPred<"::transept::detail::isSizeOfWeight($_self)">]>,
    "matrix of f32 with static shape, of 1 to 2^31 - 1 rows and columns and at most 2^40 numbers", "::mlir::RankedTensorType">;
def Transept_Vector : Type<
    And<[CPred<"::llvm::isa<::mlir::RankedTensorType>($_self)">,
         CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).hasStaticShape()">,
         CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).getRank() == 1">,
         CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).getElementType().isF32()">,
         CPred<"::transept::detail::isSizeOfWeight($_self)">]>,
    "vector of f32 with static shape, of 1 to 2^31 - 1 numbers", "::mlir::RankedTensorType">;
def Transept_Weight : AnyTypeOf<[Transept_Matrix, Transept_Vector]>;

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The passes from the imported graph to the fused one. Every pass leaves a module that the
// reference interpreter can run (`--verify-passes` does), and none knows a model family.
//
// In the descriptions, "bit-exactly" and "within tolerance" compare what the interpreter computes
// before and after the pass. Remark categories: `staging`, `weights`, `fusion`.

#ifndef TRANSEPT_TRANSFORMS_PASSES
#define TRANSEPT_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

class Transept_Pass<string argument> : Pass<argument, "::mlir::ModuleOp"> {
  let dependentDialects = ["::transept::TranseptDialect", "::mlir::func::FuncDialect"];
}

//===-- Staging -------------------------------------------------------------------------------===//

def SplitEncodePass : Transept_Pass<"split-encode"> {
  let summary = "split `forward` into `encode` and `decode` by binding time";
  let description = [{
    Everything that depends on the source alone moves into `encode`; what target-time ops read of
    it crosses as `!transept.encoder_cache`. Values known at compile time (weights, masks, biases)
    are copied to where they are used.

    - Requires: a function `forward` of one block.
    - Ensures: `encode(source ids) -> (results of forward that depend on the source alone, one
      cache per crossing value, in the order in which decode reads them)` and
      `decode(target ids, caches) -> the other results`; no `forward`.
    - Preserves numerics bit-exactly.
  }];
}

def DeriveDecodePass : Transept_Pass<"derive-decode"> {
  let summary = "turn `decode` over all target positions into `decode` over the new ones";
  let description = [{
    Row-wise ops compute the same on new rows. Causal self-attention appends its keys and values
    to self caches and attends to the whole history; masks and biases between target positions
    become masks and biases between new positions and the history. A recurrence goes on from its last
    result, which it finds in a self cache.

    - Requires: `decode` over all target positions; anything on target rows that is neither
      row-wise, nor causal self-attention, nor cross-attention to values of the source, nor a
      recurrence is an error.
    - Ensures: a `!transept.self_cache` argument for each key and value, in program order, then one
      for each recurrence.
    - Does nothing where the target is rows of features: such a `decode` transforms whole targets.
    - Preserves numerics bit-exactly.
  }];
}

def RequestRowsPass : Transept_Pass<"request-rows"> {
  let summary = "run the last row-wise ops of `decode` on requested rows only";
  let description = [{
    Inserts `requested_rows` before the longest chain of row-wise ops that ends in a result of
    `decode` and whose values nobody else reads: the vocabulary projection and what leads to it.

    - Ensures: every row result of `decode` is rows of `target.requested`.
    - Does nothing where the target is rows of features: all of its rows are wanted.
    - Preserves numerics bit-exactly.
  }];
}

def VerifyStagingPass : Transept_Pass<"verify-staging"> {
  let summary = "prove that nothing in `decode` depends on the source alone";
  let description = [{
    Fails at the first op of `decode` that could have been computed by `encode`. Only reading an
    encoder cache is allowed. Changes nothing.
  }];
}

//===-- Folding into weights ------------------------------------------------------------------===//

def FoldAttentionScalePass : Transept_Pass<"fold-attention-scale"> {
  let summary = "fold the scale of attention into the query projection's weight and bias";
  let description = [{
    attention(linear(x, W, b), ..., scale = s) -> attention(linear(x, s W, s b), ...), where
    nothing else reads the queries or W.

    - Preserves numerics within tolerance.
  }];
}

def FoldScalesPass : Transept_Pass<"fold-scales"> {
  let summary = "fold scales of rows and of embeddings into weights";
  let description = [{
    scale(norm(x) * g + b, s)      -> norm(x) * s g + s b
    scale(linear(x, W, b), s)      -> linear(x, s W, s b)
    linear(scale(x, s), W, b)      -> linear(x, s W, b)              (logits too)
    embedding(ids, E, scale = s)   -> embedding(ids, s E)
    where nothing else reads the scaled rows or weights.

    - Preserves numerics within tolerance.
  }];
}

def FoldNormGainsPass : Transept_Pass<"fold-norm-gains"> {
  let summary = "fold the gain and bias of norms into the weights that follow";
  let description = [{
    linear(norm(x) * g + c, W, b) -> linear(norm(x), W diag(g), b + W c), where linears and logits
    are the only readers of the norm, and the only readers of their weights.

    - Preserves numerics within tolerance.
  }];
}

//===-- Fusion --------------------------------------------------------------------------------===//

def FuseGatedActivationPass : Transept_Pass<"fuse-gated-activation"> {
  let summary = "gate(activation(linear), linear) into one gated linear";
  let description = [{
    gate(activation(x V^T), x W^T) -> linear(x, [V; W]) gated, also where the two are slices of one
    merged linear; every value in between has one reader.

    - Preserves numerics bit-exactly.
  }];
}

def MergeProjectionsPass : Transept_Pass<"merge-projections"> {
  let summary = "merge linears of one input into one linear";
  let description = [{
    linear(x, V, b), linear(x, W) -> the columns of linear(x, [V; W], [b; 0]), in program order:
    queries, keys and values of self-attention, and keys and values of the cross-attention of all
    layers, which `encode` then computes in one product. Linears with anything fused but a bias
    stay, and so do those whose weight is read by something other than a linear.

    - Preserves numerics bit-exactly.
  }];
}

def FuseActivationsPass : Transept_Pass<"fuse-activations"> {
  let summary = "activation(linear) into a linear with an activation";
  let description = "The linear has no other reader. Preserves numerics bit-exactly.";
}

def FuseResidualsPass : Transept_Pass<"fuse-residuals"> {
  let summary = "add(linear, x) into a linear with a residual";
  let description = [{
    The linear has no other reader; of two candidates the later one takes the other as its
    residual. Preserves numerics bit-exactly (addition commutes).
  }];
}

def FuseNormsPass : Transept_Pass<"fuse-norms"> {
  let summary = "norms into the first linear that reads them";
  let description = [{
    linear(norm(x)) -> linear(x) norm. Other readers (residuals, later linears, returns) read the
    linear's second result, `normalized`; so the linear must come before them in the block, and is
    moved there when its other operands allow it.

    - Preserves numerics bit-exactly.
  }];
}

def FuseEmbeddingPass : Transept_Pass<"fuse-embedding"> {
  let summary = "add(embedding, position_embedding) into an embedding with positions";
  let description = "Neither has another reader. Preserves numerics bit-exactly.";
}

def FuseVocabularySearchPass : Transept_Pass<"fuse-vocabulary-search"> {
  let summary = "the logits that `decode` returns into `search_vocabulary`";
  let description = [{
    decode's result logits(norm(x), W) becomes search_vocabulary(x, W) norm, of type
    `!transept.candidates`; the norm stays where it is if something else reads it.

    - Preserves numerics bit-exactly.
  }];
}

//===-- Tidying -------------------------------------------------------------------------------===//

def RemoveDeadResultsPass : Transept_Pass<"remove-dead-results"> {
  let summary = "remove results that nobody reads";
  let description = [{
    `normalized` results of linears without readers, and encoder caches that `decode` does not read.
    Preserves numerics bit-exactly.
  }];
}

def HoistWeightsPass : Transept_Pass<"hoist-weights"> {
  let summary = "put everything known at compile time at the top of its function";
  let description = "So that what follows reads as the program. Preserves numerics bit-exactly.";
}

#endif

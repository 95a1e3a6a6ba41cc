// SPDX-License-Identifier: Apache-2.0
//
// The caches that staging introduces between encode and decode, and between decode's calls.

#ifndef TRANSEPT_CACHE_OPS
#define TRANSEPT_CACHE_OPS

include "dialects/Transept/TranseptTypes.td"

def Transept_CacheStoreOp : Transept_Op<"cache_store"> {
  let summary = "hand rows of the source to the encoder cache";
  let description = [{
    cache = rows. What `encode` returns for every value that `decode` needs and that depends on the
    source alone.

    - `cache_store_c1` rows and cache have the same space, width and element type

    ```mlir
    func.func @encode(%keys: !transept.rows<source x 512 x f32>)
        -> !transept.encoder_cache<source x 512 x f32> {
      %cache = transept.cache_store %keys
          : (!transept.rows<source x 512 x f32>) -> !transept.encoder_cache<source x 512 x f32>
      return %cache : !transept.encoder_cache<source x 512 x f32>
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$rows);
  let results = (outs Transept_EncoderCache:$cache);
  let assemblyFormat = "$rows attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transept_CacheReadOp : Transept_Op<"cache_read"> {
  let summary = "read the rows that encode stored";
  let description = [{
    rows = cache, in every call of `decode` on that source.

    - `cache_read_c1` rows and cache have the same space, width and element type

    ```mlir
    func.func @decode(%cache: !transept.encoder_cache<source x 512 x f32>) {
      %keys = transept.cache_read %cache
          : (!transept.encoder_cache<source x 512 x f32>) -> !transept.rows<source x 512 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_EncoderCache:$cache);
  let results = (outs Transept_FloatRows:$rows);
  let assemblyFormat = "$cache attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transept_CacheAppendOp : Transept_Op<"cache_append"> {
  let summary = "append the new rows to a self cache and read all of it";
  let description = [{
    history = the positions already in the cache, then the new rows, for each sequence.

    - `cache_append_c1` rows and cache have the same space, width and element type
    - `cache_append_c2` the history is rows of S.history of the same width and element type

    ```mlir
    func.func @decode(%cache: !transept.self_cache<target x 512 x f32>,
                      %new_keys: !transept.rows<target x 512 x f32>) {
      %keys = transept.cache_append %cache, %new_keys
          : (!transept.self_cache<target x 512 x f32>, !transept.rows<target x 512 x f32>)
          -> !transept.rows<target.history x 512 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_SelfCache:$cache, Transept_FloatRows:$rows);
  let results = (outs Transept_FloatRows:$history);
  let assemblyFormat = "$cache `,` $rows attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif

// The same as tiny.mlir, deep enough that no loop over its inputs is unrolled away.
!source = !transept.rows<source x 1024 x f32>
!target = !transept.rows<target x 1024 x f32>
!cache = !transept.encoder_cache<source x 1024 x f32>

func.func @encode(%ids: !transept.rows<source x 1 x i32>) -> (!source, !cache, !cache) {
  %table = transept.parameter "table" : tensor<33x1024xf32>
  %k = transept.parameter "k" : tensor<1024x1024xf32>
  %x = transept.embedding %ids, %table : (!transept.rows<source x 1 x i32>, tensor<33x1024xf32>) -> !source
  %keys = transept.linear %x, %k : (!source, tensor<1024x1024xf32>) -> !source
  %a = transept.cache_store %keys : (!source) -> !cache
  %b = transept.cache_store %x : (!source) -> !cache
  return %x, %a, %b : !source, !cache, !cache
}
func.func @decode(%ids: !transept.rows<target x 1 x i32>, %a: !cache, %b: !cache)
    -> !transept.candidates<target.requested x 33> {
  %table = transept.parameter "table" : tensor<33x1024xf32>
  %y = transept.embedding %ids, %table : (!transept.rows<target x 1 x i32>, tensor<33x1024xf32>) -> !target
  %keys = transept.cache_read %a : (!cache) -> !source
  %values = transept.cache_read %b : (!cache) -> !source
  %z = transept.cross_attention %y, %keys, %values heads 16 : (!target, !source, !source) -> !target
  %r = transept.requested_rows %z : (!target) -> !transept.rows<target.requested x 1024 x f32>
  %c = transept.search_vocabulary %r, %table : (!transept.rows<target.requested x 1024 x f32>, tensor<33x1024xf32>) -> !transept.candidates<target.requested x 33>
  return %c : !transept.candidates<target.requested x 33>
}

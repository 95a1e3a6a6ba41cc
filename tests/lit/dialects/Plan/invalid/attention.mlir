// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of attention and of stores refuses what breaks it.

// attend_c1
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a positive head_count, key_dim and value_dim, but got 2, 0 and 4}}
  plan.attend "a" rows %0, %0, %0 into %0 {head_count = 2 : i64, key_dim = 0 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c2
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a query of 2 heads of 5, but got '!plan.buffer<target x 8, stride 16>'}}
  plan.attend "a" rows %0, %0, %0 into %0 {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c2
!a = !plan.buffer<target x 8, stride 16>
!b = !plan.buffer<target x 9, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects an output of 2 heads of 4, but got '!plan.buffer<target x 9, stride 16>'}}
  plan.attend "a" rows %0, %0, %0 into %1 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !b
}

// -----

// attend_c2
!a = !plan.buffer<target x 8, stride 16>
!s = !plan.buffer<source x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !s
  // expected-error@+1 {{expects an output and query to be rows of the same space, but got '!plan.buffer<source x 8, stride 16>' and '!plan.buffer<target x 8, stride 16>'}}
  plan.attend "a" rows %0, %0, %0 into %1 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !s
}

// -----

// attend_c3
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a key and a value unless they come from the encoder cache}}
  plan.attend "a" rows %0 into %0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a
}

// -----

// attend_c3
!a = !plan.buffer<target x 8, stride 16>
#keys = #plan.slot<"a.keys", keys = true, heads = 2, head_dim = 4, offset = 0, f32>
#values = #plan.slot<"a.values", keys = false, heads = 2, head_dim = 4, offset = 8, f32>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a key and a value unless they come from the encoder cache}}
  plan.attend "a" encoder_cache %0, %0, %0 into %0 keys #keys values #values {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c4
!a = !plan.buffer<target x 8, stride 16>
!b = !plan.buffer<target x 9, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects a key of 2 heads of 4, but got '!plan.buffer<target x 9, stride 16>'}}
  plan.attend "a" rows %0, %1, %0 into %0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !b, !a, !a
}

// -----

// attend_c4
!a = !plan.buffer<target x 8, stride 16>
!s = !plan.buffer<source x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !s
  // expected-error@+1 {{expects a value and query to be rows of the same space}}
  plan.attend "a" rows %0, %0, %1 into %0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !s, !a
}

// -----

// attend_c5
!a = !plan.buffer<target x 8, stride 16>
#keys = #plan.slot<"a.keys", keys = true, heads = 2, head_dim = 4, offset = 0, f32>
#values = #plan.slot<"a.values", keys = false, heads = 2, head_dim = 4, offset = 8, f32>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects slots of keys and values exactly where a cache is read}}
  plan.attend "a" rows %0, %0, %0 into %0 keys #keys values #values {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c5
!a = !plan.buffer<target x 8, stride 16>
#keys = #plan.slot<"a.keys", keys = true, heads = 2, head_dim = 4, offset = 0, f32>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects slots of keys and values exactly where a cache is read}}
  plan.attend "a" pages %0, %0, %0 into %0 keys #keys {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c6
!a = !plan.buffer<target x 8, stride 16>
#values = #plan.slot<"a.values", keys = false, heads = 2, head_dim = 4, offset = 8, f32>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a slot of keys of 2 heads of 4, but got #plan.slot<"a.values"}}
  plan.attend "a" pages %0, %0, %0 into %0 keys #values values #values {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c6
!a = !plan.buffer<target x 8, stride 16>
#keys = #plan.slot<"a.keys", keys = true, heads = 2, head_dim = 4, offset = 0, f32>
#other = #plan.slot<"a.values", keys = false, heads = 4, head_dim = 2, offset = 8, f32>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a slot of values of 2 heads of 4, but got #plan.slot<"a.values", keys = false, heads = 4}}
  plan.attend "a" pages %0, %0, %0 into %0 keys #keys values #other {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c6
!a = !plan.buffer<target x 8, stride 16>
#keys = #plan.slot<"a.keys", keys = true, heads = 2, head_dim = 4, offset = 0, f32>
#other = #plan.slot<"a.values", keys = false, heads = 2, head_dim = 4, offset = 8, bf16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects both slots to hold the same type of numbers}}
  plan.attend "a" pages %0, %0, %0 into %0 keys #keys values #other {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c7
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a bias and its positive bias_reach together}}
  plan.attend "a" rows %0, %0, %0 into %0 bias @d {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c7
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a bias and its positive bias_reach together}}
  plan.attend "a" rows %0, %0, %0 into %0 bias @d {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, bias_reach = 0 : i64} : !a, !a, !a, !a
}

// -----

// attend_c7
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a bias and its positive bias_reach together}}
  plan.attend "a" rows %0, %0, %0 into %0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, bias_reach = 16 : i64} : !a, !a, !a, !a
}

// -----

// attend_c8
!a = !plan.buffer<target x 8, stride 16>
#keys = #plan.slot<"a.keys", keys = true, heads = 2, head_dim = 4, offset = 0, f32>
#values = #plan.slot<"a.values", keys = false, heads = 2, head_dim = 4, offset = 8, f32>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects no mask and no bias over an encoder cache}}
  plan.attend "a" encoder_cache %0 into %0 causal keys #keys values #values {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a
}

// -----

// attend_c8
!a = !plan.buffer<target x 8, stride 16>
#keys = #plan.slot<"a.keys", keys = true, heads = 2, head_dim = 4, offset = 0, f32>
#values = #plan.slot<"a.values", keys = false, heads = 2, head_dim = 4, offset = 8, f32>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects no mask and no bias over an encoder cache}}
  plan.attend "a" encoder_cache %0 into %0 keys #keys values #values {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, window_after = 1 : i64} : !a, !a
}

// -----

// attend_c9
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects windows that are not negative, but got -1 and 0}}
  plan.attend "a" rows %0, %0, %0 into %0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, window_before = -1 : i64} : !a, !a, !a, !a
}

// -----

// attend_c20
!a = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a chunk_size and chunks_before it within their bounds, but got 1 and 2}}
  plan.attend "a" rows %0, %0, %0 into %0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, chunks_before = 2 : i64} : !a, !a, !a, !a
}

// -----

// attend_c10
!a = !plan.buffer<target x 8, stride 16>
#keys = #plan.slot<"a.keys", keys = true, heads = 2, head_dim = 4, offset = 0, f32>
#values = #plan.slot<"a.values", keys = false, heads = 2, head_dim = 4, offset = 8, f32>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects to multiply bf16 only where keys are rows of the invocation}}
  plan.attend "a" pages %0, %0, %0 into %0 bf16 keys #keys values #values {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// store_c1
!b = !plan.buffer<target x 9, stride 16>
#keys = #plan.slot<"a.keys", keys = true, heads = 2, head_dim = 4, offset = 0, f32>
plan.program @decode {
  %0 = plan.buffer : !b
  // expected-error@+1 {{expects an input as wide as the heads of the slot, but got '!plan.buffer<target x 9, stride 16>' and #plan.slot<"a.keys"}}
  plan.store "a.keys" %0 into #keys : !b
}

// -----

// attend_c11
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a positive number of key_heads that divides head_count, but got 3 and 2}}
  plan.attend "a" rows %0, %0, %0 into %0 {head_count = 2 : i64, key_heads = 3 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c4
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a key of 1 heads of 4}}
  plan.attend "a" rows %0, %0, %0 into %0 {head_count = 2 : i64, key_heads = 1 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c12
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a positive soft_cap}}
  plan.attend "a" rows %0, %0, %0 into %0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, soft_cap = 0.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c13
!a = !plan.buffer<target x 8, stride 16>
!s = !plan.buffer<target x 3, stride 3>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !s
  // expected-error@+1 {{expects a state of 4 numbers for each row of the query}}
  plan.attend "a" rows %0, %0, %0 into %0 state %1 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a, !s
}

// -----

// attend_c14
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a state beside what is previous}}
  plan.attend "a" rows %0, %0, %0 into %0 previous %0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a, !a
}

// -----

// attend_c14
!a = !plan.buffer<target x 8, stride 16>
!b = !plan.buffer<target x 8, stride 32>
!s = !plan.buffer<target x 4, stride 4>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !s
  %2 = plan.buffer : !b
  // expected-error@+1 {{expects previous and output to be of one type}}
  plan.attend "a" rows %0, %0, %0 into %0 state %1 previous %2 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a, !s, !b
}

// -----

// attend_c18
!a = !plan.buffer<source x 8, stride 16>
!s = !plan.buffer<source x 6, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !s
  // expected-error@+1 {{expects scores only for keys of the query's space, without tiles}}
  plan.attend "a" encoder_cache %0 into %0 scores %1 keys <"k", keys = true, heads = 2, head_dim = 4, offset = 0, f32> values <"v", keys = false, heads = 2, head_dim = 4, offset = 8, f32> {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, scores_before = 1 : i64, scores_after = 1 : i64} : !a, !a, !s
}

// -----

// attend_c18
!a = !plan.buffer<source x 8, stride 16>
!s = !plan.buffer<source x 6, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !s
  // expected-error@+1 {{expects scores of the query's rows, numbers of each head}}
  plan.attend "a" rows %0, %0, %0 into %0 scores %1 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, scores_before = 1 : i64, scores_after = 2 : i64} : !a, !a, !a, !a, !s
}

// -----

// attend_c19
!a = !plan.buffer<source x 8, stride 16>
!s = !plan.buffer<source x 6, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !s
  // expected-error@+1 {{expects scores_before and scores_after exactly where there are scores without a bias}}
  plan.attend "a" rows %0, %0, %0 into %0 scores %1 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, scores_before = 1 : i64} : !a, !a, !a, !a, !s
}

// -----

// attend_c19
!a = !plan.buffer<source x 8, stride 16>
!s = !plan.buffer<source x 6, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !s
  // expected-error@+1 {{expects scores_before and scores_after that are not negative}}
  plan.attend "a" rows %0, %0, %0 into %0 scores %1 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, scores_before = -1 : i64, scores_after = 3 : i64} : !a, !a, !a, !a, !s
}

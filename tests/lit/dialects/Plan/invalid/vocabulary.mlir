// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of the search over the vocabulary refuses what breaks it.

// search_c1
!rows = !plan.buffer<target.requested x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects a positive vocabulary_size, but got 0}}
  plan.search "logits" %0 weight @w {vocabulary_size = 0 : i64} : !rows
}

// -----

// search_c2
!rows = !plan.buffer<target.requested x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects a norm where there is a gain or a shift}}
  plan.search "logits" %0 weight @w shift @v {vocabulary_size = 100 : i64} : !rows
}

// -----

// search_c3
!rows = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects an input of requested rows, but got '!plan.buffer<target x 8, stride 16>'}}
  plan.search "logits" %0 weight @w {vocabulary_size = 100 : i64} : !rows
}

// -----

// merge_search_c1
plan.program @decode {
  // expected-error@+1 {{expects a positive vocabulary_size, but got -1}}
  plan.merge_search "logits" {vocabulary_size = -1 : i64}
}

// -----

// search_c4
!a = !plan.buffer<target.requested x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a positive soft_cap}}
  plan.search "logits" %0 weight @w {vocabulary_size = 100 : i64, soft_cap = 0.0 : f64} : !a
}

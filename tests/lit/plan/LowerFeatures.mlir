// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v3})' | FileCheck %s
// Features, what changes the number of rows, and models of whole targets.

!frames = !transept.rows<source.features x 5 x f32>
!windows = !transept.rows<source.first x 15 x f32>
!half = !transept.rows<source.first x 7 x f32>
!more = !transept.rows<source.second x 21 x f32>
!quarter = !transept.rows<source.second x 20 x f32>
!source = !transept.rows<source x 20 x f32>

// Of a row that the program counts, 2 come before the second convolution and 6 before the first, whose
// stride is 3; rows before a class token are not more than those behind it.

// CHECK-LABEL: plan.program @encode
// CHECK:       %[[FRAMES:.*]] = plan.buffer multiple 6 : <source.features x 5, stride 5>
// CHECK-NEXT:  plan.take_features "features" into %[[FRAMES]]
// CHECK:       %[[WINDOWS:.*]] = plan.buffer multiple 2 : <source.first x 15, stride 16>
// CHECK-NEXT:  plan.windows "windows" %[[FRAMES]] into %[[WINDOWS]] kernel 3 stride 3 padding 2
// CHECK:       %[[STEM:.*]] = plan.buffer multiple 2 : <source.first x 7, stride 16>
// CHECK-NEXT:  plan.linear "linear" %[[WINDOWS]] into %[[STEM]] {{.*}} activation gelu
// CHECK:       %[[MORE:.*]] = plan.buffer : <source.second x 21, stride 32>
// CHECK-NEXT:  plan.windows "windows" %[[STEM]] into %[[MORE]] kernel 3 stride 2 padding 1
// CHECK:       %[[ROWS:.*]] = plan.buffer : <source.second x 20, stride 32>
// CHECK-NEXT:  plan.linear "linear" %[[MORE]] into %[[ROWS]]
// CHECK:       %[[ALL:.*]] = plan.buffer : <source x 20, stride 32>
// CHECK-NEXT:  plan.prepend "prepend_rows" %[[ROWS]] into %[[ALL]] leading @{{.*}} count 2
// CHECK:       %[[POSITIONS:.*]] = plan.buffer : <source x 20, stride 32>
// CHECK-NEXT:  plan.embed_positions "position_embedding" into %[[POSITIONS]] table @{{.*}} {offset = 1 : i64}
// CHECK:       plan.elementwise "add" add %[[ALL]], %[[POSITIONS]]
// CHECK:       plan.emit_states "states"
func.func @encode(%frames: !frames) -> !source {
  %windows = transept.windows %frames kernel 3 stride 3 padding 2 : (!frames) -> !windows
  %v = transept.parameter "v" : tensor<7x15xf32>
  %half = transept.linear %windows, %v activation gelu : (!windows, tensor<7x15xf32>) -> !half
  %more = transept.windows %half kernel 3 stride 2 padding 1 : (!half) -> !more
  %w = transept.parameter "w" : tensor<20x21xf32>
  %quarter = transept.linear %more, %w : (!more, tensor<20x21xf32>) -> !quarter
  %token = transept.parameter "token" : tensor<2x20xf32>
  %rows = transept.prepend_rows %token, %quarter : (tensor<2x20xf32>, !quarter) -> !source
  %table = transept.parameter "positions" : tensor<9x20xf32>
  %positions = transept.position_embedding %rows, %table {offset = 1} : (!source, tensor<9x20xf32>) -> !source
  %x = transept.add %rows, %positions : !source
  return %x : !source
}
func.func @decode() {
  return
}

// -----

!source = !transept.rows<source x 20 x f32>
!target = !transept.rows<target x 20 x f32>
!cache = !transept.encoder_cache<source x 20 x f32>
!weights = !transept.attention_weights<target x source x 2>
!mean = !transept.attention_weights<target x source x 1>
!mask = !transept.mask<target x target>

func.func @encode(%x: !source) -> (!cache, !cache, !cache, !cache) {
  %a = transept.cache_store %x : (!source) -> !cache
  %b = transept.cache_store %x : (!source) -> !cache
  %c = transept.cache_store %x : (!source) -> !cache
  %d = transept.cache_store %x : (!source) -> !cache
  return %a, %b, %c, %d : !cache, !cache, !cache, !cache
}

// Whole targets: self-attention over the rows of the call, states as the result, and attention weights
// by the number of the cross-attention, in the order of the results.

// CHECK-LABEL: plan.program @decode attributes
// CHECK-SAME:  attention = [#plan.returned_attention<crossAttention = 1, isAveraged = true>, #plan.returned_attention<crossAttention = 0, isAveraged = false>]
// CHECK:       plan.take_features "features" into %[[X:.*]] :
// CHECK:       plan.attend "attention" rows %[[X]], %[[X]], %[[X]] into %[[Y:[^ ]*]] {{.*}} window_after = 1 : i64, window_before = 2 : i64
// CHECK:       plan.attend "cross_attention" encoder_cache %[[Y]] into %[[Z:[^ ]*]] keys
// CHECK:       plan.attend "cross_attention" encoder_cache %[[Z]] into %[[R:[^ ]*]] keys
// CHECK:       plan.emit_states "states" %[[R]]
func.func @decode(%x: !target, %a: !cache, %b: !cache, %c: !cache, %d: !cache) -> (!mean, !target, !weights) {
  %mask = transept.window_mask before 2 after 1 : !mask
  %y = transept.attention %x, %x, %x mask %mask heads 2 : (!target, !target, !target, !mask) -> !target
  %k = transept.cache_read %a : (!cache) -> !source
  %v = transept.cache_read %b : (!cache) -> !source
  %z, %first = transept.cross_attention %y, %k, %v heads 2 : (!target, !source, !source) -> (!target, !weights)
  %l = transept.cache_read %c : (!cache) -> !source
  %w = transept.cache_read %d : (!cache) -> !source
  %r, %second = transept.cross_attention %z, %l, %w heads 2 : (!target, !source, !source) -> (!target, !weights)
  %mean = transept.average_heads %second : (!weights) -> !mean
  return %mean, %r, %first : !mean, !target, !weights
}

// -----

!samples = !transept.rows<source.samples x 1 x f32>
!windows = !transept.rows<source.frames x 127 x f32>
!frames = !transept.rows<source.frames x 20 x f32>
!pairs = !transept.rows<source x 140 x f32>
!source = !transept.rows<source x 20 x f32>

// Windows without padding leave up to kernel - 1 rows over: 6 frames, and 126 + 3 * 64 * 2 samples beside the
// 64 * 3 for each row, which three more rows have room for. Only windows read the samples, which lie close together.
// A norm of the sequence is two launches.

// CHECK-LABEL: plan.program @encode attributes {spare_rows = 3 : i64}
// CHECK:       %[[SAMPLES:.*]] = plan.buffer multiple 192 : <source.samples x 1, stride 1>
// CHECK:       %[[WINDOWS:.*]] = plan.buffer multiple 3 : <source.frames x 127, stride 128>
// CHECK-NEXT:  plan.windows "windows" %[[SAMPLES]] into %[[WINDOWS]] kernel 127 stride 64 padding 0 :
// CHECK:       plan.linear "linear" %[[WINDOWS]] into %[[FRAMES:[^ ]*]] {{.*}} activation tanh
// CHECK:       %[[MEASURES:.*]] = plan.buffer multiple 3 : <source.frames x 2, stride 2>
// CHECK-NEXT:  plan.measure_rows "sequence_norm" %[[FRAMES]] into %[[MEASURES]]
// CHECK:       %[[NORMAL:.*]] = plan.buffer multiple 3 : <source.frames x 20, stride 32>
// CHECK-NEXT:  plan.normalize_sequence "sequence_norm" %[[FRAMES]] measures %[[MEASURES]] into %[[NORMAL]] epsilon 1.000000e-05 gain @{{.*}} :
// CHECK:       plan.windows "windows" %[[NORMAL]] into %{{.*}} kernel 7 stride 3 padding 0 :
func.func @encode(%samples: !samples) -> !source {
  %windows = transept.windows %samples kernel 127 stride 64 padding 0 : (!samples) -> !windows
  %v = transept.parameter "v" : tensor<20x127xf32>
  %frames = transept.linear %windows, %v activation tanh : (!windows, tensor<20x127xf32>) -> !frames
  %g = transept.parameter "g" : tensor<20xf32>
  %normal = transept.sequence_norm %frames gain %g epsilon 1.0e-5 : (!frames, tensor<20xf32>) -> !frames
  %pairs = transept.windows %normal kernel 7 stride 3 padding 0 : (!frames) -> !pairs
  %w = transept.parameter "w" : tensor<20x140xf32>
  %x = transept.linear %pairs, %w : (!pairs, tensor<20x140xf32>) -> !source
  return %x : !source
}
func.func @decode() {
  return
}

// -----

!frames = !transept.rows<source x 80 x f32>
!target = !transept.rows<target x 80 x f32>
!cache = !transept.encoder_cache<source x 80 x f32>

// Frames are normalized by themselves, scaled and compressed; positions of what the target reads are not in the states.

// CHECK-LABEL: plan.program @encode
// CHECK:       plan.take_features "features" into %[[FRAMES:[^ ]*]]
// CHECK:       plan.normalize "layer_norm" %[[FRAMES]] into %[[NORMAL:[^ ]*]] <layer, epsilon = 9.9{{.*}}E-7> :
// CHECK:       plan.elementwise "scale" scale %[[NORMAL]] into %[[SCALED:[^ ]*]]
// CHECK:       plan.elementwise "activation" activate %[[SCALED]] into %[[X:[^ ]*]] {activation = #transept<activation_kind asinh>}
// CHECK:       plan.embed_positions "position_embedding" into %[[P:[^ ]*]] table
// CHECK:       plan.elementwise "add" add %[[X]], %[[P]] into %[[MEMORY:[^ ]*]]
// CHECK:       plan.store "cross_attention.keys" %[[MEMORY]]
// CHECK-NEXT:  plan.store "cross_attention.values" %[[MEMORY]]
// CHECK:       plan.emit_states "states" %[[X]]
func.func @encode(%frames: !frames) -> (!cache, !cache, !frames) {
  %normal = transept.layer_norm %frames epsilon 1.0e-6 : (!frames) -> !frames
  %scaled = transept.scale %normal by 0.75 : !frames
  %x = transept.activation asinh %scaled : !frames
  %table = transept.parameter "positions" : tensor<9x80xf32>
  %positions = transept.position_embedding %x, %table : (!frames, tensor<9x80xf32>) -> !frames
  %memory = transept.add %x, %positions : !frames
  %keys = transept.cache_store %memory : (!frames) -> !cache
  %values = transept.cache_store %memory : (!frames) -> !cache
  return %keys, %values, %x : !cache, !cache, !frames
}
func.func @decode(%ids: !transept.rows<target x 1 x i32>, %k: !cache, %v: !cache) -> !target {
  %words = transept.parameter "words" : tensor<7x80xf32>
  %x = transept.embedding %ids, %words : (!transept.rows<target x 1 x i32>, tensor<7x80xf32>) -> !target
  %keys = transept.cache_read %k : (!cache) -> !frames
  %values = transept.cache_read %v : (!cache) -> !frames
  %y = transept.cross_attention %x, %keys, %values heads 2 : (!target, !frames, !frames) -> !target
  return %y : !target
}

// -----

!patches = !transept.rows<source.patches x 14 x f32>
!pixels = !transept.rows<source.patches x 12 x f32>
!rows = !transept.rows<source.patches x 20 x f32>
!source = !transept.rows<source x 20 x f32>
!numbers = !transept.rows<target.requested x 20 x f32>

// Columns that count rows of a table stand beside those that a linear layer reads; a learned row stands behind all.
// Rows of numbers that are requested leave decode as logits would.

// CHECK-LABEL: plan.program @encode
// CHECK:       plan.take_features "features" into %[[PATCHES:[^ ]*]]
// CHECK:       %[[LINES:.*]] = plan.buffer : <source.patches x 20, stride 32>
// CHECK-NEXT:  plan.embed_column "column_embedding" %[[PATCHES]] into %[[LINES]] table @{{.*}} rows 9 column 1 :
// CHECK:       %[[PIXELS:.*]] = plan.columns %[[PATCHES]]
// CHECK:       plan.linear "linear" %[[PIXELS]] into %[[EMBEDDED:[^ ]*]] {{.*}} residual %[[LINES]]
// CHECK:       %[[ALL:.*]] = plan.buffer : <source x 20, stride 32>
// CHECK-NEXT:  plan.append "append_rows" %[[EMBEDDED]] into %[[ALL]] trailing @{{.*}} count 1 :
// CHECK-LABEL: plan.program @decode
// CHECK:       plan.take_requested
// CHECK:       plan.emit_states "numbers" %{{.*}} : <target.requested x 20
func.func @encode(%patches: !patches) -> !source {
  %table = transept.parameter "lines" : tensor<9x20xf32>
  %lines = transept.column_embedding %patches, %table column 1 : (!patches, tensor<9x20xf32>) -> !rows
  %pixels = transept.slice_columns %patches from 2 : (!patches) -> !pixels
  %w = transept.parameter "w" : tensor<20x12xf32>
  %embedded = transept.linear %pixels, %w residual %lines : (!pixels, tensor<20x12xf32>, !rows) -> !rows
  %token = transept.parameter "token" : tensor<1x20xf32>
  %all = transept.append_rows %embedded, %token : (!rows, tensor<1x20xf32>) -> !source
  return %all : !source
}
func.func @decode(%ids: !transept.rows<target x 1 x i32>) -> !numbers {
  %table = transept.parameter "words" : tensor<2x20xf32>
  %x = transept.embedding %ids, %table : (!transept.rows<target x 1 x i32>, tensor<2x20xf32>) -> !transept.rows<target x 20 x f32>
  %wanted = transept.requested_rows %x : (!transept.rows<target x 20 x f32>) -> !numbers
  return %wanted : !numbers
}

// -----

!frames = !transept.rows<source.features x 20 x f32>
!fewer = !transept.rows<source x 100 x f32>
!source = !transept.rows<source x 20 x f32>
!mask = !transept.mask<source.features x source.features>

// Rows before those of the source are one sequence, in the order of its positions.

// CHECK-LABEL: plan.program @encode
// CHECK:       plan.take_features "features" into %[[X:[^ ]*]]
// CHECK:       plan.attend "attention" rows %[[X]], %[[X]], %[[X]] into %[[Y:[^ ]*]] {chunk_size = 7 : i64, chunks_before = 1 : i64, {{.*}}} : !plan.buffer<source.features x 20,
// CHECK:       plan.windows "windows" %[[Y]] into %{{.*}} kernel 5 stride 4 padding 2
func.func @encode(%x: !frames) -> !source {
  %mask = transept.chunk_mask size 7 before 1 : !mask
  %y = transept.attention %x, %x, %x mask %mask heads 2 : (!frames, !frames, !frames, !mask) -> !frames
  %windows = transept.windows %y kernel 5 stride 4 padding 2 : (!frames) -> !fewer
  %w = transept.parameter "w" : tensor<20x100xf32>
  %z = transept.linear %windows, %w : (!fewer, tensor<20x100xf32>) -> !source
  return %z : !source
}
func.func @decode() {
  return
}

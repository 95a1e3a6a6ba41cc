// RUN: transept-opt %s -o %t

module @tiny_speech {
  func.func @encode(%source_features: !transept.rows<source.features x 6 x f32>) -> (!transept.rows<source x 20 x f32>, !transept.encoder_cache<source x 26 x f32>, !transept.encoder_cache<source x 26 x f32>, !transept.encoder_cache<source x 26 x f32>, !transept.encoder_cache<source x 26 x f32>) {
    %encoder.embedding.features.convolutions.0.linear.weight = transept.parameter "stem.0" : tensor<9x30xf32>
    %encoder.embedding.features.convolutions.0.linear.bias = transept.parameter "stem.0_bias" : tensor<9xf32>
    %encoder.embedding.features.convolutions.0.gate.weight = transept.parameter "stem.0_gate" : tensor<9x30xf32>
    %encoder.embedding.features.convolutions.0.gate.bias = transept.parameter "stem.0_gate_bias" : tensor<9xf32>
    %encoder.embedding.features.convolutions.0.gate_linear.weight = transept.weight_concatenate %encoder.embedding.features.convolutions.0.gate.weight, %encoder.embedding.features.convolutions.0.linear.weight : (tensor<9x30xf32>, tensor<9x30xf32>) -> tensor<18x30xf32>
    %encoder.embedding.features.convolutions.0.gate_linear.bias = transept.weight_concatenate %encoder.embedding.features.convolutions.0.gate.bias, %encoder.embedding.features.convolutions.0.linear.bias : (tensor<9xf32>, tensor<9xf32>) -> tensor<18xf32>
    %encoder.embedding.features.convolutions.1.linear.weight = transept.parameter "stem.1" : tensor<20x27xf32>
    %encoder.embedding.features.convolutions.1.linear.bias = transept.parameter "stem.1_bias" : tensor<20xf32>
    %encoder.embedding.positions.table = transept.sinusoid halves_inclusive : tensor<21x20xf32>
    %encoder.layers.0.self_attention.norm.gain = transept.parameter "encoder.layer.0.self.norm.gain" : tensor<20xf32>
    %encoder.layers.0.self_attention.norm.bias = transept.parameter "encoder.layer.0.self.norm.shift" : tensor<20xf32>
    %encoder.layers.0.self_attention.query.weight = transept.parameter "encoder.layer.0.self.q.weight" : tensor<20x20xf32>
    %encoder.layers.0.self_attention.query.bias = transept.parameter "encoder.layer.0.self.q.bias" : tensor<20xf32>
    %encoder.layers.0.self_attention.query.weight_0 = transept.weight_scale %encoder.layers.0.self_attention.query.weight by 0.31622776601683794 : tensor<20x20xf32>
    %encoder.layers.0.self_attention.query.bias_1 = transept.weight_scale %encoder.layers.0.self_attention.query.bias by 0.31622776601683794 : tensor<20xf32>
    %encoder.layers.0.self_attention.key.weight = transept.parameter "encoder.layer.0.self.k.weight" : tensor<20x20xf32>
    %encoder.layers.0.self_attention.key.bias = transept.parameter "encoder.layer.0.self.k.bias" : tensor<20xf32>
    %encoder.layers.0.self_attention.value.weight = transept.parameter "encoder.layer.0.self.v.weight" : tensor<20x20xf32>
    %encoder.layers.0.self_attention.value.bias = transept.parameter "encoder.layer.0.self.v.bias" : tensor<20xf32>
    %encoder.layers.0.self_attention.query_key_value.weight = transept.weight_concatenate %encoder.layers.0.self_attention.query.weight_0, %encoder.layers.0.self_attention.key.weight, %encoder.layers.0.self_attention.value.weight : (tensor<20x20xf32>, tensor<20x20xf32>, tensor<20x20xf32>) -> tensor<60x20xf32>
    %encoder.layers.0.self_attention.query_key_value.bias = transept.weight_concatenate %encoder.layers.0.self_attention.query.bias_1, %encoder.layers.0.self_attention.key.bias, %encoder.layers.0.self_attention.value.bias : (tensor<20xf32>, tensor<20xf32>, tensor<20xf32>) -> tensor<60xf32>
    %encoder.layers.0.self_attention.query_key_value.bias_2 = transept.weight_product %encoder.layers.0.self_attention.query_key_value.weight, %encoder.layers.0.self_attention.norm.bias : tensor<60x20xf32>, tensor<20xf32> -> tensor<60xf32>
    %encoder.layers.0.self_attention.query_key_value.bias_3 = transept.weight_add %encoder.layers.0.self_attention.query_key_value.bias, %encoder.layers.0.self_attention.query_key_value.bias_2 : tensor<60xf32>
    %encoder.layers.0.self_attention.query_key_value.weight_4 = transept.weight_scale_columns %encoder.layers.0.self_attention.query_key_value.weight, %encoder.layers.0.self_attention.norm.gain : tensor<60x20xf32>, tensor<20xf32> -> tensor<60x20xf32>
    %encoder.layers.0.self_attention.output.weight = transept.parameter "encoder.layer.0.self.o.weight" : tensor<20x20xf32>
    %encoder.layers.0.self_attention.output.bias = transept.parameter "encoder.layer.0.self.o.bias" : tensor<20xf32>
    %encoder.layers.0.feed_forward.norm.gain = transept.parameter "encoder.layer.0.ff.norm.gain" : tensor<20xf32>
    %encoder.layers.0.feed_forward.norm.bias = transept.parameter "encoder.layer.0.ff.norm.shift" : tensor<20xf32>
    %encoder.layers.0.feed_forward.input.weight = transept.parameter "encoder.layer.0.ff.in.weight" : tensor<33x20xf32>
    %encoder.layers.0.feed_forward.input.bias = transept.parameter "encoder.layer.0.ff.in.bias" : tensor<33xf32>
    %encoder.layers.0.feed_forward.input.bias_5 = transept.weight_product %encoder.layers.0.feed_forward.input.weight, %encoder.layers.0.feed_forward.norm.bias : tensor<33x20xf32>, tensor<20xf32> -> tensor<33xf32>
    %encoder.layers.0.feed_forward.input.bias_6 = transept.weight_add %encoder.layers.0.feed_forward.input.bias, %encoder.layers.0.feed_forward.input.bias_5 : tensor<33xf32>
    %encoder.layers.0.feed_forward.input.weight_7 = transept.weight_scale_columns %encoder.layers.0.feed_forward.input.weight, %encoder.layers.0.feed_forward.norm.gain : tensor<33x20xf32>, tensor<20xf32> -> tensor<33x20xf32>
    %encoder.layers.0.feed_forward.output.weight = transept.parameter "encoder.layer.0.ff.out.weight" : tensor<20x33xf32>
    %encoder.layers.0.feed_forward.output.bias = transept.parameter "encoder.layer.0.ff.out.bias" : tensor<20xf32>
    %projection.weight = transept.parameter "projection" : tensor<26x20xf32>
    %projection.bias = transept.parameter "projection_bias" : tensor<26xf32>
    %decoder.layers.0.cross_attention.key.weight = transept.parameter "decoder.layer.0.cross.k.weight" : tensor<26x26xf32>
    %decoder.layers.0.cross_attention.key.bias = transept.parameter "decoder.layer.0.cross.k.bias" : tensor<26xf32>
    %decoder.layers.0.cross_attention.value.weight = transept.parameter "decoder.layer.0.cross.v.weight" : tensor<26x26xf32>
    %decoder.layers.0.cross_attention.value.bias = transept.parameter "decoder.layer.0.cross.v.bias" : tensor<26xf32>
    %decoder.layers.1.cross_attention.key.weight = transept.parameter "decoder.layer.1.cross.k.weight" : tensor<26x26xf32>
    %decoder.layers.1.cross_attention.key.bias = transept.parameter "decoder.layer.1.cross.k.bias" : tensor<26xf32>
    %decoder.layers.1.cross_attention.value.weight = transept.parameter "decoder.layer.1.cross.v.weight" : tensor<26x26xf32>
    %decoder.layers.1.cross_attention.value.bias = transept.parameter "decoder.layer.1.cross.v.bias" : tensor<26xf32>
    %decoder.layers.cross_attention.key_value.weight = transept.weight_concatenate %decoder.layers.0.cross_attention.key.weight, %decoder.layers.0.cross_attention.value.weight, %decoder.layers.1.cross_attention.key.weight, %decoder.layers.1.cross_attention.value.weight : (tensor<26x26xf32>, tensor<26x26xf32>, tensor<26x26xf32>, tensor<26x26xf32>) -> tensor<104x26xf32>
    %decoder.layers.cross_attention.key_value.bias = transept.weight_concatenate %decoder.layers.0.cross_attention.key.bias, %decoder.layers.0.cross_attention.value.bias, %decoder.layers.1.cross_attention.key.bias, %decoder.layers.1.cross_attention.value.bias : (tensor<26xf32>, tensor<26xf32>, tensor<26xf32>, tensor<26xf32>) -> tensor<104xf32>
    %encoder.embedding.features.convolutions.0.windows = transept.windows %source_features kernel 5 stride 2 padding 2 : (!transept.rows<source.features x 6 x f32>) -> !transept.rows<source.convolved0 x 30 x f32>
    %encoder.embedding.features.convolutions.0.gate_linear = transept.linear %encoder.embedding.features.convolutions.0.windows, %encoder.embedding.features.convolutions.0.gate_linear.weight bias %encoder.embedding.features.convolutions.0.gate_linear.bias activation sigmoid gated : (!transept.rows<source.convolved0 x 30 x f32>, tensor<18x30xf32>, tensor<18xf32>) -> !transept.rows<source.convolved0 x 9 x f32>
    %encoder.embedding.features.convolutions.1.windows = transept.windows %encoder.embedding.features.convolutions.0.gate_linear kernel 3 stride 2 padding 1 : (!transept.rows<source.convolved0 x 9 x f32>) -> !transept.rows<source x 27 x f32>
    %encoder.embedding.features.convolutions.1.linear = transept.linear %encoder.embedding.features.convolutions.1.windows, %encoder.embedding.features.convolutions.1.linear.weight bias %encoder.embedding.features.convolutions.1.linear.bias activation gelu : (!transept.rows<source x 27 x f32>, tensor<20x27xf32>, tensor<20xf32>) -> !transept.rows<source x 20 x f32>
    %encoder.embedding.scale = transept.scale %encoder.embedding.features.convolutions.1.linear by 4.4721359549995796 : <source x 20 x f32>
    %encoder.embedding.positions = transept.position_embedding %encoder.embedding.features.convolutions.1.windows, %encoder.embedding.positions.table {offset = 2 : i64} : (!transept.rows<source x 27 x f32>, tensor<21x20xf32>) -> !transept.rows<source x 20 x f32>
    %encoder.embedding.sum = transept.add %encoder.embedding.scale, %encoder.embedding.positions : <source x 20 x f32>
    %encoder.layers.0.self_attention.query_key_value = transept.linear %encoder.embedding.sum, %encoder.layers.0.self_attention.query_key_value.weight_4 bias %encoder.layers.0.self_attention.query_key_value.bias_3 norm <layer, epsilon = 1.000000e-05> : (!transept.rows<source x 20 x f32>, tensor<60x20xf32>, tensor<60xf32>) -> !transept.rows<source x 60 x f32>
    %encoder.layers.0.self_attention.query = transept.slice_columns %encoder.layers.0.self_attention.query_key_value from 0 : (!transept.rows<source x 60 x f32>) -> !transept.rows<source x 20 x f32>
    %encoder.layers.0.self_attention.key = transept.slice_columns %encoder.layers.0.self_attention.query_key_value from 20 : (!transept.rows<source x 60 x f32>) -> !transept.rows<source x 20 x f32>
    %encoder.layers.0.self_attention.value = transept.slice_columns %encoder.layers.0.self_attention.query_key_value from 40 : (!transept.rows<source x 60 x f32>) -> !transept.rows<source x 20 x f32>
    %encoder.layers.0.self_attention = transept.attention %encoder.layers.0.self_attention.query, %encoder.layers.0.self_attention.key, %encoder.layers.0.self_attention.value heads 2 : (!transept.rows<source x 20 x f32>, !transept.rows<source x 20 x f32>, !transept.rows<source x 20 x f32>) -> !transept.rows<source x 20 x f32>
    %encoder.layers.0.self_attention.output = transept.linear %encoder.layers.0.self_attention, %encoder.layers.0.self_attention.output.weight bias %encoder.layers.0.self_attention.output.bias residual %encoder.embedding.sum : (!transept.rows<source x 20 x f32>, tensor<20x20xf32>, tensor<20xf32>, !transept.rows<source x 20 x f32>) -> !transept.rows<source x 20 x f32>
    %encoder.layers.0.feed_forward.input = transept.linear %encoder.layers.0.self_attention.output, %encoder.layers.0.feed_forward.input.weight_7 bias %encoder.layers.0.feed_forward.input.bias_6 norm <layer, epsilon = 1.000000e-05> activation relu : (!transept.rows<source x 20 x f32>, tensor<33x20xf32>, tensor<33xf32>) -> !transept.rows<source x 33 x f32>
    %encoder.layers.0.feed_forward.output = transept.linear %encoder.layers.0.feed_forward.input, %encoder.layers.0.feed_forward.output.weight bias %encoder.layers.0.feed_forward.output.bias residual %encoder.layers.0.self_attention.output : (!transept.rows<source x 33 x f32>, tensor<20x33xf32>, tensor<20xf32>, !transept.rows<source x 20 x f32>) -> !transept.rows<source x 20 x f32>
    %projection = transept.linear %encoder.layers.0.feed_forward.output, %projection.weight bias %projection.bias : (!transept.rows<source x 20 x f32>, tensor<26x20xf32>, tensor<26xf32>) -> !transept.rows<source x 26 x f32>
    %decoder.layers.cross_attention.key_value = transept.linear %projection, %decoder.layers.cross_attention.key_value.weight bias %decoder.layers.cross_attention.key_value.bias : (!transept.rows<source x 26 x f32>, tensor<104x26xf32>, tensor<104xf32>) -> !transept.rows<source x 104 x f32>
    %decoder.layers.0.cross_attention.key = transept.slice_columns %decoder.layers.cross_attention.key_value from 0 : (!transept.rows<source x 104 x f32>) -> !transept.rows<source x 26 x f32>
    %decoder.layers.0.cross_attention.value = transept.slice_columns %decoder.layers.cross_attention.key_value from 26 : (!transept.rows<source x 104 x f32>) -> !transept.rows<source x 26 x f32>
    %decoder.layers.1.cross_attention.key = transept.slice_columns %decoder.layers.cross_attention.key_value from 52 : (!transept.rows<source x 104 x f32>) -> !transept.rows<source x 26 x f32>
    %decoder.layers.1.cross_attention.value = transept.slice_columns %decoder.layers.cross_attention.key_value from 78 : (!transept.rows<source x 104 x f32>) -> !transept.rows<source x 26 x f32>
    %decoder.layers.0.cross_attention.key.cache = transept.cache_store %decoder.layers.0.cross_attention.key : (!transept.rows<source x 26 x f32>) -> !transept.encoder_cache<source x 26 x f32>
    %decoder.layers.0.cross_attention.value.cache = transept.cache_store %decoder.layers.0.cross_attention.value : (!transept.rows<source x 26 x f32>) -> !transept.encoder_cache<source x 26 x f32>
    %decoder.layers.1.cross_attention.key.cache = transept.cache_store %decoder.layers.1.cross_attention.key : (!transept.rows<source x 26 x f32>) -> !transept.encoder_cache<source x 26 x f32>
    %decoder.layers.1.cross_attention.value.cache = transept.cache_store %decoder.layers.1.cross_attention.value : (!transept.rows<source x 26 x f32>) -> !transept.encoder_cache<source x 26 x f32>
    return %encoder.layers.0.feed_forward.output, %decoder.layers.0.cross_attention.key.cache, %decoder.layers.0.cross_attention.value.cache, %decoder.layers.1.cross_attention.key.cache, %decoder.layers.1.cross_attention.value.cache : !transept.rows<source x 20 x f32>, !transept.encoder_cache<source x 26 x f32>, !transept.encoder_cache<source x 26 x f32>, !transept.encoder_cache<source x 26 x f32>, !transept.encoder_cache<source x 26 x f32>
  }
  func.func @decode(%target_ids: !transept.rows<target x 1 x i32>, %decoder.layers.0.cross_attention.key.cache: !transept.encoder_cache<source x 26 x f32>, %decoder.layers.0.cross_attention.value.cache: !transept.encoder_cache<source x 26 x f32>, %decoder.layers.1.cross_attention.key.cache: !transept.encoder_cache<source x 26 x f32>, %decoder.layers.1.cross_attention.value.cache: !transept.encoder_cache<source x 26 x f32>, %decoder.layers.0.self_attention.key.cache: !transept.self_cache<target x 26 x f32>, %decoder.layers.0.self_attention.value.cache: !transept.self_cache<target x 26 x f32>, %decoder.layers.1.self_attention.key.cache: !transept.self_cache<target x 26 x f32>, %decoder.layers.1.self_attention.value.cache: !transept.self_cache<target x 26 x f32>) -> !transept.candidates<target.requested x 41> {
    %decoder.embedding.table = transept.parameter "tokens" : tensor<41x26xf32>
    %decoder.embedding.norm.gain = transept.parameter "embedding.gain" : tensor<26xf32>
    %decoder.embedding.norm.bias = transept.parameter "embedding.shift" : tensor<26xf32>
    %decoder.embedding.positions.table = transept.parameter "positions" : tensor<17x26xf32>
    %decoder.embedding.positions.segment = transept.parameter "segments" row_begin 1 : tensor<1x26xf32>
    %decoder.embedding.positions = transept.weight_add_row %decoder.embedding.positions.table, %decoder.embedding.positions.segment : tensor<17x26xf32>, tensor<1x26xf32> -> tensor<17x26xf32>
    %decoder.layers.0.self_attention.norm.gain = transept.parameter "decoder.layer.0.self.norm.gain" : tensor<26xf32>
    %decoder.layers.0.self_attention.norm.bias = transept.parameter "decoder.layer.0.self.norm.shift" : tensor<26xf32>
    %decoder.layers.0.self_attention.query.weight = transept.parameter "decoder.layer.0.self.q.weight" : tensor<26x26xf32>
    %decoder.layers.0.self_attention.query.bias = transept.parameter "decoder.layer.0.self.q.bias" : tensor<26xf32>
    %decoder.layers.0.self_attention.query.weight_0 = transept.weight_scale %decoder.layers.0.self_attention.query.weight by 0.27735009811261457 : tensor<26x26xf32>
    %decoder.layers.0.self_attention.query.bias_1 = transept.weight_scale %decoder.layers.0.self_attention.query.bias by 0.27735009811261457 : tensor<26xf32>
    %decoder.layers.0.self_attention.key.weight = transept.parameter "decoder.layer.0.self.k.weight" : tensor<26x26xf32>
    %decoder.layers.0.self_attention.key.bias = transept.parameter "decoder.layer.0.self.k.bias" : tensor<26xf32>
    %decoder.layers.0.self_attention.value.weight = transept.parameter "decoder.layer.0.self.v.weight" : tensor<26x26xf32>
    %decoder.layers.0.self_attention.value.bias = transept.parameter "decoder.layer.0.self.v.bias" : tensor<26xf32>
    %decoder.layers.0.self_attention.query_key_value.weight = transept.weight_concatenate %decoder.layers.0.self_attention.query.weight_0, %decoder.layers.0.self_attention.key.weight, %decoder.layers.0.self_attention.value.weight : (tensor<26x26xf32>, tensor<26x26xf32>, tensor<26x26xf32>) -> tensor<78x26xf32>
    %decoder.layers.0.self_attention.query_key_value.bias = transept.weight_concatenate %decoder.layers.0.self_attention.query.bias_1, %decoder.layers.0.self_attention.key.bias, %decoder.layers.0.self_attention.value.bias : (tensor<26xf32>, tensor<26xf32>, tensor<26xf32>) -> tensor<78xf32>
    %decoder.layers.0.self_attention.query_key_value.bias_2 = transept.weight_product %decoder.layers.0.self_attention.query_key_value.weight, %decoder.layers.0.self_attention.norm.bias : tensor<78x26xf32>, tensor<26xf32> -> tensor<78xf32>
    %decoder.layers.0.self_attention.query_key_value.bias_3 = transept.weight_add %decoder.layers.0.self_attention.query_key_value.bias, %decoder.layers.0.self_attention.query_key_value.bias_2 : tensor<78xf32>
    %decoder.layers.0.self_attention.query_key_value.weight_4 = transept.weight_scale_columns %decoder.layers.0.self_attention.query_key_value.weight, %decoder.layers.0.self_attention.norm.gain : tensor<78x26xf32>, tensor<26xf32> -> tensor<78x26xf32>
    %decoder.self_attention.mask.causal = transept.causal_mask : <target x target.history>
    %decoder.layers.0.self_attention.output.weight = transept.parameter "decoder.layer.0.self.o.weight" : tensor<26x26xf32>
    %decoder.layers.0.self_attention.output.bias = transept.parameter "decoder.layer.0.self.o.bias" : tensor<26xf32>
    %decoder.layers.0.cross_attention.norm.gain = transept.parameter "decoder.layer.0.cross.norm.gain" : tensor<26xf32>
    %decoder.layers.0.cross_attention.norm.bias = transept.parameter "decoder.layer.0.cross.norm.shift" : tensor<26xf32>
    %decoder.layers.0.cross_attention.query.weight = transept.parameter "decoder.layer.0.cross.q.weight" : tensor<26x26xf32>
    %decoder.layers.0.cross_attention.query.bias = transept.parameter "decoder.layer.0.cross.q.bias" : tensor<26xf32>
    %decoder.layers.0.cross_attention.query.weight_5 = transept.weight_scale %decoder.layers.0.cross_attention.query.weight by 0.27735009811261457 : tensor<26x26xf32>
    %decoder.layers.0.cross_attention.query.bias_6 = transept.weight_scale %decoder.layers.0.cross_attention.query.bias by 0.27735009811261457 : tensor<26xf32>
    %decoder.layers.0.cross_attention.query.bias_7 = transept.weight_product %decoder.layers.0.cross_attention.query.weight_5, %decoder.layers.0.cross_attention.norm.bias : tensor<26x26xf32>, tensor<26xf32> -> tensor<26xf32>
    %decoder.layers.0.cross_attention.query.bias_8 = transept.weight_add %decoder.layers.0.cross_attention.query.bias_6, %decoder.layers.0.cross_attention.query.bias_7 : tensor<26xf32>
    %decoder.layers.0.cross_attention.query.weight_9 = transept.weight_scale_columns %decoder.layers.0.cross_attention.query.weight_5, %decoder.layers.0.cross_attention.norm.gain : tensor<26x26xf32>, tensor<26xf32> -> tensor<26x26xf32>
    %decoder.layers.0.cross_attention.output.weight = transept.parameter "decoder.layer.0.cross.o.weight" : tensor<26x26xf32>
    %decoder.layers.0.cross_attention.output.bias = transept.parameter "decoder.layer.0.cross.o.bias" : tensor<26xf32>
    %decoder.layers.0.feed_forward.norm.gain = transept.parameter "decoder.layer.0.ff.norm.gain" : tensor<26xf32>
    %decoder.layers.0.feed_forward.norm.bias = transept.parameter "decoder.layer.0.ff.norm.shift" : tensor<26xf32>
    %decoder.layers.0.feed_forward.input.weight = transept.parameter "decoder.layer.0.ff.in.weight" : tensor<23x26xf32>
    %decoder.layers.0.feed_forward.input.bias = transept.parameter "decoder.layer.0.ff.in.bias" : tensor<23xf32>
    %decoder.layers.0.feed_forward.input.bias_10 = transept.weight_product %decoder.layers.0.feed_forward.input.weight, %decoder.layers.0.feed_forward.norm.bias : tensor<23x26xf32>, tensor<26xf32> -> tensor<23xf32>
    %decoder.layers.0.feed_forward.input.bias_11 = transept.weight_add %decoder.layers.0.feed_forward.input.bias, %decoder.layers.0.feed_forward.input.bias_10 : tensor<23xf32>
    %decoder.layers.0.feed_forward.input.weight_12 = transept.weight_scale_columns %decoder.layers.0.feed_forward.input.weight, %decoder.layers.0.feed_forward.norm.gain : tensor<23x26xf32>, tensor<26xf32> -> tensor<23x26xf32>
    %decoder.layers.0.feed_forward.output.weight = transept.parameter "decoder.layer.0.ff.out.weight" : tensor<26x23xf32>
    %decoder.layers.0.feed_forward.output.bias = transept.parameter "decoder.layer.0.ff.out.bias" : tensor<26xf32>
    %decoder.layers.1.self_attention.norm.gain = transept.parameter "decoder.layer.1.self.norm.gain" : tensor<26xf32>
    %decoder.layers.1.self_attention.norm.bias = transept.parameter "decoder.layer.1.self.norm.shift" : tensor<26xf32>
    %decoder.layers.1.self_attention.query.weight = transept.parameter "decoder.layer.1.self.q.weight" : tensor<26x26xf32>
    %decoder.layers.1.self_attention.query.bias = transept.parameter "decoder.layer.1.self.q.bias" : tensor<26xf32>
    %decoder.layers.1.self_attention.query.weight_13 = transept.weight_scale %decoder.layers.1.self_attention.query.weight by 0.27735009811261457 : tensor<26x26xf32>
    %decoder.layers.1.self_attention.query.bias_14 = transept.weight_scale %decoder.layers.1.self_attention.query.bias by 0.27735009811261457 : tensor<26xf32>
    %decoder.layers.1.self_attention.key.weight = transept.parameter "decoder.layer.1.self.k.weight" : tensor<26x26xf32>
    %decoder.layers.1.self_attention.key.bias = transept.parameter "decoder.layer.1.self.k.bias" : tensor<26xf32>
    %decoder.layers.1.self_attention.value.weight = transept.parameter "decoder.layer.1.self.v.weight" : tensor<26x26xf32>
    %decoder.layers.1.self_attention.value.bias = transept.parameter "decoder.layer.1.self.v.bias" : tensor<26xf32>
    %decoder.layers.1.self_attention.query_key_value.weight = transept.weight_concatenate %decoder.layers.1.self_attention.query.weight_13, %decoder.layers.1.self_attention.key.weight, %decoder.layers.1.self_attention.value.weight : (tensor<26x26xf32>, tensor<26x26xf32>, tensor<26x26xf32>) -> tensor<78x26xf32>
    %decoder.layers.1.self_attention.query_key_value.bias = transept.weight_concatenate %decoder.layers.1.self_attention.query.bias_14, %decoder.layers.1.self_attention.key.bias, %decoder.layers.1.self_attention.value.bias : (tensor<26xf32>, tensor<26xf32>, tensor<26xf32>) -> tensor<78xf32>
    %decoder.layers.1.self_attention.query_key_value.bias_15 = transept.weight_product %decoder.layers.1.self_attention.query_key_value.weight, %decoder.layers.1.self_attention.norm.bias : tensor<78x26xf32>, tensor<26xf32> -> tensor<78xf32>
    %decoder.layers.1.self_attention.query_key_value.bias_16 = transept.weight_add %decoder.layers.1.self_attention.query_key_value.bias, %decoder.layers.1.self_attention.query_key_value.bias_15 : tensor<78xf32>
    %decoder.layers.1.self_attention.query_key_value.weight_17 = transept.weight_scale_columns %decoder.layers.1.self_attention.query_key_value.weight, %decoder.layers.1.self_attention.norm.gain : tensor<78x26xf32>, tensor<26xf32> -> tensor<78x26xf32>
    %decoder.layers.1.self_attention.output.weight = transept.parameter "decoder.layer.1.self.o.weight" : tensor<26x26xf32>
    %decoder.layers.1.self_attention.output.bias = transept.parameter "decoder.layer.1.self.o.bias" : tensor<26xf32>
    %decoder.layers.1.cross_attention.norm.gain = transept.parameter "decoder.layer.1.cross.norm.gain" : tensor<26xf32>
    %decoder.layers.1.cross_attention.norm.bias = transept.parameter "decoder.layer.1.cross.norm.shift" : tensor<26xf32>
    %decoder.layers.1.cross_attention.query.weight = transept.parameter "decoder.layer.1.cross.q.weight" : tensor<26x26xf32>
    %decoder.layers.1.cross_attention.query.bias = transept.parameter "decoder.layer.1.cross.q.bias" : tensor<26xf32>
    %decoder.layers.1.cross_attention.query.weight_18 = transept.weight_scale %decoder.layers.1.cross_attention.query.weight by 0.27735009811261457 : tensor<26x26xf32>
    %decoder.layers.1.cross_attention.query.bias_19 = transept.weight_scale %decoder.layers.1.cross_attention.query.bias by 0.27735009811261457 : tensor<26xf32>
    %decoder.layers.1.cross_attention.query.bias_20 = transept.weight_product %decoder.layers.1.cross_attention.query.weight_18, %decoder.layers.1.cross_attention.norm.bias : tensor<26x26xf32>, tensor<26xf32> -> tensor<26xf32>
    %decoder.layers.1.cross_attention.query.bias_21 = transept.weight_add %decoder.layers.1.cross_attention.query.bias_19, %decoder.layers.1.cross_attention.query.bias_20 : tensor<26xf32>
    %decoder.layers.1.cross_attention.query.weight_22 = transept.weight_scale_columns %decoder.layers.1.cross_attention.query.weight_18, %decoder.layers.1.cross_attention.norm.gain : tensor<26x26xf32>, tensor<26xf32> -> tensor<26x26xf32>
    %decoder.layers.1.cross_attention.output.weight = transept.parameter "decoder.layer.1.cross.o.weight" : tensor<26x26xf32>
    %decoder.layers.1.cross_attention.output.bias = transept.parameter "decoder.layer.1.cross.o.bias" : tensor<26xf32>
    %decoder.layers.1.feed_forward.norm.gain = transept.parameter "decoder.layer.1.ff.norm.gain" : tensor<26xf32>
    %decoder.layers.1.feed_forward.norm.bias = transept.parameter "decoder.layer.1.ff.norm.shift" : tensor<26xf32>
    %decoder.layers.1.feed_forward.input.weight = transept.parameter "decoder.layer.1.ff.in.weight" : tensor<23x26xf32>
    %decoder.layers.1.feed_forward.input.bias = transept.parameter "decoder.layer.1.ff.in.bias" : tensor<23xf32>
    %decoder.layers.1.feed_forward.input.bias_23 = transept.weight_product %decoder.layers.1.feed_forward.input.weight, %decoder.layers.1.feed_forward.norm.bias : tensor<23x26xf32>, tensor<26xf32> -> tensor<23xf32>
    %decoder.layers.1.feed_forward.input.bias_24 = transept.weight_add %decoder.layers.1.feed_forward.input.bias, %decoder.layers.1.feed_forward.input.bias_23 : tensor<23xf32>
    %decoder.layers.1.feed_forward.input.weight_25 = transept.weight_scale_columns %decoder.layers.1.feed_forward.input.weight, %decoder.layers.1.feed_forward.norm.gain : tensor<23x26xf32>, tensor<26xf32> -> tensor<23x26xf32>
    %decoder.layers.1.feed_forward.output.weight = transept.parameter "decoder.layer.1.ff.out.weight" : tensor<26x23xf32>
    %decoder.layers.1.feed_forward.output.bias = transept.parameter "decoder.layer.1.ff.out.bias" : tensor<26xf32>
    %logits.transform.weight = transept.parameter "transform" : tensor<26x26xf32>
    %logits.transform.bias = transept.parameter "transform_bias" : tensor<26xf32>
    %logits.transform.norm.gain = transept.parameter "head.gain" : tensor<26xf32>
    %logits.transform.norm.bias = transept.parameter "head.shift" : tensor<26xf32>
    %decoder.embedding = transept.embedding %target_ids, %decoder.embedding.table : (!transept.rows<target x 1 x i32>, tensor<41x26xf32>) -> !transept.rows<target x 26 x f32>
    %decoder.embedding.norm = transept.layer_norm %decoder.embedding gain %decoder.embedding.norm.gain shift %decoder.embedding.norm.bias epsilon 1.000000e-05 : (!transept.rows<target x 26 x f32>, tensor<26xf32>, tensor<26xf32>) -> !transept.rows<target x 26 x f32>
    %decoder.embedding.positions_26 = transept.position_embedding %target_ids, %decoder.embedding.positions : (!transept.rows<target x 1 x i32>, tensor<17x26xf32>) -> !transept.rows<target x 26 x f32>
    %decoder.embedding.sum = transept.add %decoder.embedding.norm, %decoder.embedding.positions_26 : <target x 26 x f32>
    %decoder.layers.0.self_attention.query_key_value = transept.linear %decoder.embedding.sum, %decoder.layers.0.self_attention.query_key_value.weight_4 bias %decoder.layers.0.self_attention.query_key_value.bias_3 norm <layer, epsilon = 1.000000e-05> : (!transept.rows<target x 26 x f32>, tensor<78x26xf32>, tensor<78xf32>) -> !transept.rows<target x 78 x f32>
    %decoder.layers.0.self_attention.query = transept.slice_columns %decoder.layers.0.self_attention.query_key_value from 0 : (!transept.rows<target x 78 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.0.self_attention.key = transept.slice_columns %decoder.layers.0.self_attention.query_key_value from 26 : (!transept.rows<target x 78 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.0.self_attention.value = transept.slice_columns %decoder.layers.0.self_attention.query_key_value from 52 : (!transept.rows<target x 78 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.0.self_attention.key.history = transept.cache_append %decoder.layers.0.self_attention.key.cache, %decoder.layers.0.self_attention.key : (!transept.self_cache<target x 26 x f32>, !transept.rows<target x 26 x f32>) -> !transept.rows<target.history x 26 x f32>
    %decoder.layers.0.self_attention.value.history = transept.cache_append %decoder.layers.0.self_attention.value.cache, %decoder.layers.0.self_attention.value : (!transept.self_cache<target x 26 x f32>, !transept.rows<target x 26 x f32>) -> !transept.rows<target.history x 26 x f32>
    %decoder.layers.0.self_attention = transept.attention %decoder.layers.0.self_attention.query, %decoder.layers.0.self_attention.key.history, %decoder.layers.0.self_attention.value.history mask %decoder.self_attention.mask.causal heads 2 : (!transept.rows<target x 26 x f32>, !transept.rows<target.history x 26 x f32>, !transept.rows<target.history x 26 x f32>, !transept.mask<target x target.history>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.0.self_attention.output = transept.linear %decoder.layers.0.self_attention, %decoder.layers.0.self_attention.output.weight bias %decoder.layers.0.self_attention.output.bias residual %decoder.embedding.sum : (!transept.rows<target x 26 x f32>, tensor<26x26xf32>, tensor<26xf32>, !transept.rows<target x 26 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.0.cross_attention.query = transept.linear %decoder.layers.0.self_attention.output, %decoder.layers.0.cross_attention.query.weight_9 bias %decoder.layers.0.cross_attention.query.bias_8 norm <layer, epsilon = 1.000000e-05> : (!transept.rows<target x 26 x f32>, tensor<26x26xf32>, tensor<26xf32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.0.cross_attention.key = transept.cache_read %decoder.layers.0.cross_attention.key.cache : (!transept.encoder_cache<source x 26 x f32>) -> !transept.rows<source x 26 x f32>
    %decoder.layers.0.cross_attention.value = transept.cache_read %decoder.layers.0.cross_attention.value.cache : (!transept.encoder_cache<source x 26 x f32>) -> !transept.rows<source x 26 x f32>
    %decoder.layers.0.cross_attention = transept.cross_attention %decoder.layers.0.cross_attention.query, %decoder.layers.0.cross_attention.key, %decoder.layers.0.cross_attention.value heads 2 : (!transept.rows<target x 26 x f32>, !transept.rows<source x 26 x f32>, !transept.rows<source x 26 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.0.cross_attention.output = transept.linear %decoder.layers.0.cross_attention, %decoder.layers.0.cross_attention.output.weight bias %decoder.layers.0.cross_attention.output.bias residual %decoder.layers.0.self_attention.output : (!transept.rows<target x 26 x f32>, tensor<26x26xf32>, tensor<26xf32>, !transept.rows<target x 26 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.0.feed_forward.input = transept.linear %decoder.layers.0.cross_attention.output, %decoder.layers.0.feed_forward.input.weight_12 bias %decoder.layers.0.feed_forward.input.bias_11 norm <layer, epsilon = 1.000000e-05> activation gelu : (!transept.rows<target x 26 x f32>, tensor<23x26xf32>, tensor<23xf32>) -> !transept.rows<target x 23 x f32>
    %decoder.layers.0.feed_forward.output = transept.linear %decoder.layers.0.feed_forward.input, %decoder.layers.0.feed_forward.output.weight bias %decoder.layers.0.feed_forward.output.bias residual %decoder.layers.0.cross_attention.output : (!transept.rows<target x 23 x f32>, tensor<26x23xf32>, tensor<26xf32>, !transept.rows<target x 26 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.1.self_attention.query_key_value = transept.linear %decoder.layers.0.feed_forward.output, %decoder.layers.1.self_attention.query_key_value.weight_17 bias %decoder.layers.1.self_attention.query_key_value.bias_16 norm <layer, epsilon = 1.000000e-05> : (!transept.rows<target x 26 x f32>, tensor<78x26xf32>, tensor<78xf32>) -> !transept.rows<target x 78 x f32>
    %decoder.layers.1.self_attention.query = transept.slice_columns %decoder.layers.1.self_attention.query_key_value from 0 : (!transept.rows<target x 78 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.1.self_attention.key = transept.slice_columns %decoder.layers.1.self_attention.query_key_value from 26 : (!transept.rows<target x 78 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.1.self_attention.value = transept.slice_columns %decoder.layers.1.self_attention.query_key_value from 52 : (!transept.rows<target x 78 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.1.self_attention.key.history = transept.cache_append %decoder.layers.1.self_attention.key.cache, %decoder.layers.1.self_attention.key : (!transept.self_cache<target x 26 x f32>, !transept.rows<target x 26 x f32>) -> !transept.rows<target.history x 26 x f32>
    %decoder.layers.1.self_attention.value.history = transept.cache_append %decoder.layers.1.self_attention.value.cache, %decoder.layers.1.self_attention.value : (!transept.self_cache<target x 26 x f32>, !transept.rows<target x 26 x f32>) -> !transept.rows<target.history x 26 x f32>
    %decoder.layers.1.self_attention = transept.attention %decoder.layers.1.self_attention.query, %decoder.layers.1.self_attention.key.history, %decoder.layers.1.self_attention.value.history mask %decoder.self_attention.mask.causal heads 2 : (!transept.rows<target x 26 x f32>, !transept.rows<target.history x 26 x f32>, !transept.rows<target.history x 26 x f32>, !transept.mask<target x target.history>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.1.self_attention.output = transept.linear %decoder.layers.1.self_attention, %decoder.layers.1.self_attention.output.weight bias %decoder.layers.1.self_attention.output.bias residual %decoder.layers.0.feed_forward.output : (!transept.rows<target x 26 x f32>, tensor<26x26xf32>, tensor<26xf32>, !transept.rows<target x 26 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.1.cross_attention.query = transept.linear %decoder.layers.1.self_attention.output, %decoder.layers.1.cross_attention.query.weight_22 bias %decoder.layers.1.cross_attention.query.bias_21 norm <layer, epsilon = 1.000000e-05> : (!transept.rows<target x 26 x f32>, tensor<26x26xf32>, tensor<26xf32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.1.cross_attention.key = transept.cache_read %decoder.layers.1.cross_attention.key.cache : (!transept.encoder_cache<source x 26 x f32>) -> !transept.rows<source x 26 x f32>
    %decoder.layers.1.cross_attention.value = transept.cache_read %decoder.layers.1.cross_attention.value.cache : (!transept.encoder_cache<source x 26 x f32>) -> !transept.rows<source x 26 x f32>
    %decoder.layers.1.cross_attention = transept.cross_attention %decoder.layers.1.cross_attention.query, %decoder.layers.1.cross_attention.key, %decoder.layers.1.cross_attention.value heads 2 : (!transept.rows<target x 26 x f32>, !transept.rows<source x 26 x f32>, !transept.rows<source x 26 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.1.cross_attention.output = transept.linear %decoder.layers.1.cross_attention, %decoder.layers.1.cross_attention.output.weight bias %decoder.layers.1.cross_attention.output.bias residual %decoder.layers.1.self_attention.output : (!transept.rows<target x 26 x f32>, tensor<26x26xf32>, tensor<26xf32>, !transept.rows<target x 26 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.1.feed_forward.input = transept.linear %decoder.layers.1.cross_attention.output, %decoder.layers.1.feed_forward.input.weight_25 bias %decoder.layers.1.feed_forward.input.bias_24 norm <layer, epsilon = 1.000000e-05> activation gelu : (!transept.rows<target x 26 x f32>, tensor<23x26xf32>, tensor<23xf32>) -> !transept.rows<target x 23 x f32>
    %decoder.layers.1.feed_forward.output = transept.linear %decoder.layers.1.feed_forward.input, %decoder.layers.1.feed_forward.output.weight bias %decoder.layers.1.feed_forward.output.bias residual %decoder.layers.1.cross_attention.output : (!transept.rows<target x 23 x f32>, tensor<26x23xf32>, tensor<26xf32>, !transept.rows<target x 26 x f32>) -> !transept.rows<target x 26 x f32>
    %decoder.layers.1.feed_forward.residual.requested = transept.requested_rows %decoder.layers.1.feed_forward.output : (!transept.rows<target x 26 x f32>) -> !transept.rows<target.requested x 26 x f32>
    %logits.transform = transept.linear %decoder.layers.1.feed_forward.residual.requested, %logits.transform.weight bias %logits.transform.bias activation gelu_tanh : (!transept.rows<target.requested x 26 x f32>, tensor<26x26xf32>, tensor<26xf32>) -> !transept.rows<target.requested x 26 x f32>
    %logits = transept.search_vocabulary %logits.transform, %decoder.embedding.table norm <layer, epsilon = 1.000000e-05> gain %logits.transform.norm.gain shift %logits.transform.norm.bias : (!transept.rows<target.requested x 26 x f32>, tensor<41x26xf32>, tensor<26xf32>, tensor<26xf32>) -> !transept.candidates<target.requested x 41>
    return %logits : !transept.candidates<target.requested x 41>
  }
}


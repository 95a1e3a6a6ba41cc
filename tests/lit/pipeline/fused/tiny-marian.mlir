// RUN: transept-opt %s -o %t

module @tiny_marian {
  func.func @encode(%source_ids: !transept.rows<source x 1 x i32>) -> (!transept.rows<source x 30 x f32>, !transept.encoder_cache<source x 30 x f32>, !transept.encoder_cache<source x 30 x f32>, !transept.encoder_cache<source x 30 x f32>, !transept.encoder_cache<source x 30 x f32>) {
    %encoder.embedding.table = transept.parameter "shared" : tensor<37x30xf32>
    %encoder.embedding.positions.table = transept.sinusoid halves : tensor<19x30xf32>
    %encoder.layers.0.self_attention.query.weight = transept.parameter "encoder.layer.0.self.q.weight" : tensor<30x30xf32>
    %encoder.layers.0.self_attention.query.bias = transept.parameter "encoder.layer.0.self.q.bias" : tensor<30xf32>
    %encoder.layers.0.self_attention.query.weight_0 = transept.weight_scale %encoder.layers.0.self_attention.query.weight by 0.31622776601683794 : tensor<30x30xf32>
    %encoder.layers.0.self_attention.query.bias_1 = transept.weight_scale %encoder.layers.0.self_attention.query.bias by 0.31622776601683794 : tensor<30xf32>
    %encoder.layers.0.self_attention.key.weight = transept.parameter "encoder.layer.0.self.k.weight" : tensor<30x30xf32>
    %encoder.layers.0.self_attention.key.bias = transept.parameter "encoder.layer.0.self.k.bias" : tensor<30xf32>
    %encoder.layers.0.self_attention.value.weight = transept.parameter "encoder.layer.0.self.v.weight" : tensor<30x30xf32>
    %encoder.layers.0.self_attention.value.bias = transept.parameter "encoder.layer.0.self.v.bias" : tensor<30xf32>
    %encoder.layers.0.self_attention.query_key_value.weight = transept.weight_concatenate %encoder.layers.0.self_attention.query.weight_0, %encoder.layers.0.self_attention.key.weight, %encoder.layers.0.self_attention.value.weight : (tensor<30x30xf32>, tensor<30x30xf32>, tensor<30x30xf32>) -> tensor<90x30xf32>
    %encoder.layers.0.self_attention.query_key_value.bias = transept.weight_concatenate %encoder.layers.0.self_attention.query.bias_1, %encoder.layers.0.self_attention.key.bias, %encoder.layers.0.self_attention.value.bias : (tensor<30xf32>, tensor<30xf32>, tensor<30xf32>) -> tensor<90xf32>
    %encoder.layers.0.self_attention.output.weight = transept.parameter "encoder.layer.0.self.o.weight" : tensor<30x30xf32>
    %encoder.layers.0.self_attention.output.bias = transept.parameter "encoder.layer.0.self.o.bias" : tensor<30xf32>
    %encoder.layers.0.self_attention.norm.gain = transept.parameter "encoder.layer.0.self.norm.gain" : tensor<30xf32>
    %encoder.layers.0.self_attention.norm.bias = transept.parameter "encoder.layer.0.self.norm.shift" : tensor<30xf32>
    %encoder.layers.0.feed_forward.input.weight = transept.parameter "encoder.layer.0.ff.in.weight" : tensor<41x30xf32>
    %encoder.layers.0.feed_forward.input.bias = transept.parameter "encoder.layer.0.ff.in.bias" : tensor<41xf32>
    %encoder.layers.0.feed_forward.output.weight = transept.parameter "encoder.layer.0.ff.out.weight" : tensor<30x41xf32>
    %encoder.layers.0.feed_forward.output.bias = transept.parameter "encoder.layer.0.ff.out.bias" : tensor<30xf32>
    %encoder.layers.0.feed_forward.norm.gain = transept.parameter "encoder.layer.0.ff.norm.gain" : tensor<30xf32>
    %encoder.layers.0.feed_forward.norm.bias = transept.parameter "encoder.layer.0.ff.norm.shift" : tensor<30xf32>
    %decoder.layers.0.cross_attention.key.weight = transept.parameter "decoder.layer.0.cross.k.weight" : tensor<30x30xf32>
    %decoder.layers.0.cross_attention.key.bias = transept.parameter "decoder.layer.0.cross.k.bias" : tensor<30xf32>
    %decoder.layers.0.cross_attention.value.weight = transept.parameter "decoder.layer.0.cross.v.weight" : tensor<30x30xf32>
    %decoder.layers.0.cross_attention.value.bias = transept.parameter "decoder.layer.0.cross.v.bias" : tensor<30xf32>
    %decoder.layers.1.cross_attention.key.weight = transept.parameter "decoder.layer.1.cross.k.weight" : tensor<30x30xf32>
    %decoder.layers.1.cross_attention.key.bias = transept.parameter "decoder.layer.1.cross.k.bias" : tensor<30xf32>
    %decoder.layers.1.cross_attention.value.weight = transept.parameter "decoder.layer.1.cross.v.weight" : tensor<30x30xf32>
    %decoder.layers.1.cross_attention.value.bias = transept.parameter "decoder.layer.1.cross.v.bias" : tensor<30xf32>
    %decoder.layers.cross_attention.key_value.weight = transept.weight_concatenate %decoder.layers.0.cross_attention.key.weight, %decoder.layers.0.cross_attention.value.weight, %decoder.layers.1.cross_attention.key.weight, %decoder.layers.1.cross_attention.value.weight : (tensor<30x30xf32>, tensor<30x30xf32>, tensor<30x30xf32>, tensor<30x30xf32>) -> tensor<120x30xf32>
    %decoder.layers.cross_attention.key_value.bias = transept.weight_concatenate %decoder.layers.0.cross_attention.key.bias, %decoder.layers.0.cross_attention.value.bias, %decoder.layers.1.cross_attention.key.bias, %decoder.layers.1.cross_attention.value.bias : (tensor<30xf32>, tensor<30xf32>, tensor<30xf32>, tensor<30xf32>) -> tensor<120xf32>
    %encoder.embedding = transept.embedding %source_ids, %encoder.embedding.table positions %encoder.embedding.positions.table {scale = 5.4772255750516612 : f64} : (!transept.rows<source x 1 x i32>, tensor<37x30xf32>, tensor<19x30xf32>) -> !transept.rows<source x 30 x f32>
    %encoder.layers.0.self_attention.query_key_value = transept.linear %encoder.embedding, %encoder.layers.0.self_attention.query_key_value.weight bias %encoder.layers.0.self_attention.query_key_value.bias : (!transept.rows<source x 30 x f32>, tensor<90x30xf32>, tensor<90xf32>) -> !transept.rows<source x 90 x f32>
    %encoder.layers.0.self_attention.query = transept.slice_columns %encoder.layers.0.self_attention.query_key_value from 0 : (!transept.rows<source x 90 x f32>) -> !transept.rows<source x 30 x f32>
    %encoder.layers.0.self_attention.key = transept.slice_columns %encoder.layers.0.self_attention.query_key_value from 30 : (!transept.rows<source x 90 x f32>) -> !transept.rows<source x 30 x f32>
    %encoder.layers.0.self_attention.value = transept.slice_columns %encoder.layers.0.self_attention.query_key_value from 60 : (!transept.rows<source x 90 x f32>) -> !transept.rows<source x 30 x f32>
    %encoder.layers.0.self_attention = transept.attention %encoder.layers.0.self_attention.query, %encoder.layers.0.self_attention.key, %encoder.layers.0.self_attention.value heads 3 : (!transept.rows<source x 30 x f32>, !transept.rows<source x 30 x f32>, !transept.rows<source x 30 x f32>) -> !transept.rows<source x 30 x f32>
    %encoder.layers.0.self_attention.output = transept.linear %encoder.layers.0.self_attention, %encoder.layers.0.self_attention.output.weight bias %encoder.layers.0.self_attention.output.bias residual %encoder.embedding : (!transept.rows<source x 30 x f32>, tensor<30x30xf32>, tensor<30xf32>, !transept.rows<source x 30 x f32>) -> !transept.rows<source x 30 x f32>
    %encoder.layers.0.feed_forward.input, %encoder.layers.0.feed_forward.input_2 = transept.linear %encoder.layers.0.self_attention.output, %encoder.layers.0.feed_forward.input.weight bias %encoder.layers.0.feed_forward.input.bias norm <layer, epsilon = 1.000000e-05> gain %encoder.layers.0.self_attention.norm.gain shift %encoder.layers.0.self_attention.norm.bias activation silu : (!transept.rows<source x 30 x f32>, tensor<41x30xf32>, tensor<41xf32>, tensor<30xf32>, tensor<30xf32>) -> (!transept.rows<source x 41 x f32>, !transept.rows<source x 30 x f32>)
    %encoder.layers.0.feed_forward.output = transept.linear %encoder.layers.0.feed_forward.input, %encoder.layers.0.feed_forward.output.weight bias %encoder.layers.0.feed_forward.output.bias residual %encoder.layers.0.feed_forward.input_2 : (!transept.rows<source x 41 x f32>, tensor<30x41xf32>, tensor<30xf32>, !transept.rows<source x 30 x f32>) -> !transept.rows<source x 30 x f32>
    %decoder.layers.cross_attention.key_value, %decoder.layers.cross_attention.key_value_3 = transept.linear %encoder.layers.0.feed_forward.output, %decoder.layers.cross_attention.key_value.weight bias %decoder.layers.cross_attention.key_value.bias norm <layer, epsilon = 1.000000e-05> gain %encoder.layers.0.feed_forward.norm.gain shift %encoder.layers.0.feed_forward.norm.bias : (!transept.rows<source x 30 x f32>, tensor<120x30xf32>, tensor<120xf32>, tensor<30xf32>, tensor<30xf32>) -> (!transept.rows<source x 120 x f32>, !transept.rows<source x 30 x f32>)
    %decoder.layers.0.cross_attention.key = transept.slice_columns %decoder.layers.cross_attention.key_value from 0 : (!transept.rows<source x 120 x f32>) -> !transept.rows<source x 30 x f32>
    %decoder.layers.0.cross_attention.value = transept.slice_columns %decoder.layers.cross_attention.key_value from 30 : (!transept.rows<source x 120 x f32>) -> !transept.rows<source x 30 x f32>
    %decoder.layers.1.cross_attention.key = transept.slice_columns %decoder.layers.cross_attention.key_value from 60 : (!transept.rows<source x 120 x f32>) -> !transept.rows<source x 30 x f32>
    %decoder.layers.1.cross_attention.value = transept.slice_columns %decoder.layers.cross_attention.key_value from 90 : (!transept.rows<source x 120 x f32>) -> !transept.rows<source x 30 x f32>
    %decoder.layers.0.cross_attention.key.cache = transept.cache_store %decoder.layers.0.cross_attention.key : (!transept.rows<source x 30 x f32>) -> !transept.encoder_cache<source x 30 x f32>
    %decoder.layers.0.cross_attention.value.cache = transept.cache_store %decoder.layers.0.cross_attention.value : (!transept.rows<source x 30 x f32>) -> !transept.encoder_cache<source x 30 x f32>
    %decoder.layers.1.cross_attention.key.cache = transept.cache_store %decoder.layers.1.cross_attention.key : (!transept.rows<source x 30 x f32>) -> !transept.encoder_cache<source x 30 x f32>
    %decoder.layers.1.cross_attention.value.cache = transept.cache_store %decoder.layers.1.cross_attention.value : (!transept.rows<source x 30 x f32>) -> !transept.encoder_cache<source x 30 x f32>
    return %decoder.layers.cross_attention.key_value_3, %decoder.layers.0.cross_attention.key.cache, %decoder.layers.0.cross_attention.value.cache, %decoder.layers.1.cross_attention.key.cache, %decoder.layers.1.cross_attention.value.cache : !transept.rows<source x 30 x f32>, !transept.encoder_cache<source x 30 x f32>, !transept.encoder_cache<source x 30 x f32>, !transept.encoder_cache<source x 30 x f32>, !transept.encoder_cache<source x 30 x f32>
  }
  func.func @decode(%target_ids: !transept.rows<target x 1 x i32>, %decoder.layers.0.cross_attention.key.cache: !transept.encoder_cache<source x 30 x f32>, %decoder.layers.0.cross_attention.value.cache: !transept.encoder_cache<source x 30 x f32>, %decoder.layers.1.cross_attention.key.cache: !transept.encoder_cache<source x 30 x f32>, %decoder.layers.1.cross_attention.value.cache: !transept.encoder_cache<source x 30 x f32>, %decoder.layers.0.self_attention.key.cache: !transept.self_cache<target x 30 x f32>, %decoder.layers.0.self_attention.value.cache: !transept.self_cache<target x 30 x f32>, %decoder.layers.1.self_attention.key.cache: !transept.self_cache<target x 30 x f32>, %decoder.layers.1.self_attention.value.cache: !transept.self_cache<target x 30 x f32>) -> !transept.candidates<target.requested x 37> {
    %encoder.embedding.table = transept.parameter "shared" : tensor<37x30xf32>
    %encoder.embedding.positions.table = transept.sinusoid halves : tensor<19x30xf32>
    %decoder.layers.0.self_attention.query.weight = transept.parameter "decoder.layer.0.self.q.weight" : tensor<30x30xf32>
    %decoder.layers.0.self_attention.query.bias = transept.parameter "decoder.layer.0.self.q.bias" : tensor<30xf32>
    %decoder.layers.0.self_attention.query.weight_0 = transept.weight_scale %decoder.layers.0.self_attention.query.weight by 0.31622776601683794 : tensor<30x30xf32>
    %decoder.layers.0.self_attention.query.bias_1 = transept.weight_scale %decoder.layers.0.self_attention.query.bias by 0.31622776601683794 : tensor<30xf32>
    %decoder.layers.0.self_attention.key.weight = transept.parameter "decoder.layer.0.self.k.weight" : tensor<30x30xf32>
    %decoder.layers.0.self_attention.key.bias = transept.parameter "decoder.layer.0.self.k.bias" : tensor<30xf32>
    %decoder.layers.0.self_attention.value.weight = transept.parameter "decoder.layer.0.self.v.weight" : tensor<30x30xf32>
    %decoder.layers.0.self_attention.value.bias = transept.parameter "decoder.layer.0.self.v.bias" : tensor<30xf32>
    %decoder.layers.0.self_attention.query_key_value.weight = transept.weight_concatenate %decoder.layers.0.self_attention.query.weight_0, %decoder.layers.0.self_attention.key.weight, %decoder.layers.0.self_attention.value.weight : (tensor<30x30xf32>, tensor<30x30xf32>, tensor<30x30xf32>) -> tensor<90x30xf32>
    %decoder.layers.0.self_attention.query_key_value.bias = transept.weight_concatenate %decoder.layers.0.self_attention.query.bias_1, %decoder.layers.0.self_attention.key.bias, %decoder.layers.0.self_attention.value.bias : (tensor<30xf32>, tensor<30xf32>, tensor<30xf32>) -> tensor<90xf32>
    %decoder.self_attention.mask.causal = transept.causal_mask : <target x target.history>
    %decoder.layers.0.self_attention.output.weight = transept.parameter "decoder.layer.0.self.o.weight" : tensor<30x30xf32>
    %decoder.layers.0.self_attention.output.bias = transept.parameter "decoder.layer.0.self.o.bias" : tensor<30xf32>
    %decoder.layers.0.self_attention.norm.gain = transept.parameter "decoder.layer.0.self.norm.gain" : tensor<30xf32>
    %decoder.layers.0.self_attention.norm.bias = transept.parameter "decoder.layer.0.self.norm.shift" : tensor<30xf32>
    %decoder.layers.0.cross_attention.query.weight = transept.parameter "decoder.layer.0.cross.q.weight" : tensor<30x30xf32>
    %decoder.layers.0.cross_attention.query.bias = transept.parameter "decoder.layer.0.cross.q.bias" : tensor<30xf32>
    %decoder.layers.0.cross_attention.query.weight_2 = transept.weight_scale %decoder.layers.0.cross_attention.query.weight by 0.31622776601683794 : tensor<30x30xf32>
    %decoder.layers.0.cross_attention.query.bias_3 = transept.weight_scale %decoder.layers.0.cross_attention.query.bias by 0.31622776601683794 : tensor<30xf32>
    %decoder.layers.0.cross_attention.output.weight = transept.parameter "decoder.layer.0.cross.o.weight" : tensor<30x30xf32>
    %decoder.layers.0.cross_attention.output.bias = transept.parameter "decoder.layer.0.cross.o.bias" : tensor<30xf32>
    %decoder.layers.0.cross_attention.norm.gain = transept.parameter "decoder.layer.0.cross.norm.gain" : tensor<30xf32>
    %decoder.layers.0.cross_attention.norm.bias = transept.parameter "decoder.layer.0.cross.norm.shift" : tensor<30xf32>
    %decoder.layers.0.feed_forward.input.weight = transept.parameter "decoder.layer.0.ff.in.weight" : tensor<41x30xf32>
    %decoder.layers.0.feed_forward.input.bias = transept.parameter "decoder.layer.0.ff.in.bias" : tensor<41xf32>
    %decoder.layers.0.feed_forward.output.weight = transept.parameter "decoder.layer.0.ff.out.weight" : tensor<30x41xf32>
    %decoder.layers.0.feed_forward.output.bias = transept.parameter "decoder.layer.0.ff.out.bias" : tensor<30xf32>
    %decoder.layers.0.feed_forward.norm.gain = transept.parameter "decoder.layer.0.ff.norm.gain" : tensor<30xf32>
    %decoder.layers.0.feed_forward.norm.bias = transept.parameter "decoder.layer.0.ff.norm.shift" : tensor<30xf32>
    %decoder.layers.1.self_attention.query.weight = transept.parameter "decoder.layer.1.self.q.weight" : tensor<30x30xf32>
    %decoder.layers.1.self_attention.query.bias = transept.parameter "decoder.layer.1.self.q.bias" : tensor<30xf32>
    %decoder.layers.1.self_attention.query.weight_4 = transept.weight_scale %decoder.layers.1.self_attention.query.weight by 0.31622776601683794 : tensor<30x30xf32>
    %decoder.layers.1.self_attention.query.bias_5 = transept.weight_scale %decoder.layers.1.self_attention.query.bias by 0.31622776601683794 : tensor<30xf32>
    %decoder.layers.1.self_attention.key.weight = transept.parameter "decoder.layer.1.self.k.weight" : tensor<30x30xf32>
    %decoder.layers.1.self_attention.key.bias = transept.parameter "decoder.layer.1.self.k.bias" : tensor<30xf32>
    %decoder.layers.1.self_attention.value.weight = transept.parameter "decoder.layer.1.self.v.weight" : tensor<30x30xf32>
    %decoder.layers.1.self_attention.value.bias = transept.parameter "decoder.layer.1.self.v.bias" : tensor<30xf32>
    %decoder.layers.1.self_attention.query_key_value.weight = transept.weight_concatenate %decoder.layers.1.self_attention.query.weight_4, %decoder.layers.1.self_attention.key.weight, %decoder.layers.1.self_attention.value.weight : (tensor<30x30xf32>, tensor<30x30xf32>, tensor<30x30xf32>) -> tensor<90x30xf32>
    %decoder.layers.1.self_attention.query_key_value.bias = transept.weight_concatenate %decoder.layers.1.self_attention.query.bias_5, %decoder.layers.1.self_attention.key.bias, %decoder.layers.1.self_attention.value.bias : (tensor<30xf32>, tensor<30xf32>, tensor<30xf32>) -> tensor<90xf32>
    %decoder.layers.1.self_attention.output.weight = transept.parameter "decoder.layer.1.self.o.weight" : tensor<30x30xf32>
    %decoder.layers.1.self_attention.output.bias = transept.parameter "decoder.layer.1.self.o.bias" : tensor<30xf32>
    %decoder.layers.1.self_attention.norm.gain = transept.parameter "decoder.layer.1.self.norm.gain" : tensor<30xf32>
    %decoder.layers.1.self_attention.norm.bias = transept.parameter "decoder.layer.1.self.norm.shift" : tensor<30xf32>
    %decoder.layers.1.cross_attention.query.weight = transept.parameter "decoder.layer.1.cross.q.weight" : tensor<30x30xf32>
    %decoder.layers.1.cross_attention.query.bias = transept.parameter "decoder.layer.1.cross.q.bias" : tensor<30xf32>
    %decoder.layers.1.cross_attention.query.weight_6 = transept.weight_scale %decoder.layers.1.cross_attention.query.weight by 0.31622776601683794 : tensor<30x30xf32>
    %decoder.layers.1.cross_attention.query.bias_7 = transept.weight_scale %decoder.layers.1.cross_attention.query.bias by 0.31622776601683794 : tensor<30xf32>
    %decoder.layers.1.cross_attention.output.weight = transept.parameter "decoder.layer.1.cross.o.weight" : tensor<30x30xf32>
    %decoder.layers.1.cross_attention.output.bias = transept.parameter "decoder.layer.1.cross.o.bias" : tensor<30xf32>
    %decoder.layers.1.cross_attention.norm.gain = transept.parameter "decoder.layer.1.cross.norm.gain" : tensor<30xf32>
    %decoder.layers.1.cross_attention.norm.bias = transept.parameter "decoder.layer.1.cross.norm.shift" : tensor<30xf32>
    %decoder.layers.1.feed_forward.input.weight = transept.parameter "decoder.layer.1.ff.in.weight" : tensor<41x30xf32>
    %decoder.layers.1.feed_forward.input.bias = transept.parameter "decoder.layer.1.ff.in.bias" : tensor<41xf32>
    %decoder.layers.1.feed_forward.output.weight = transept.parameter "decoder.layer.1.ff.out.weight" : tensor<30x41xf32>
    %decoder.layers.1.feed_forward.output.bias = transept.parameter "decoder.layer.1.ff.out.bias" : tensor<30xf32>
    %decoder.layers.1.feed_forward.norm.gain = transept.parameter "decoder.layer.1.ff.norm.gain" : tensor<30xf32>
    %decoder.layers.1.feed_forward.norm.bias = transept.parameter "decoder.layer.1.ff.norm.shift" : tensor<30xf32>
    %logits.bias = transept.parameter "logits_bias" : tensor<37xf32>
    %decoder.embedding = transept.embedding %target_ids, %encoder.embedding.table positions %encoder.embedding.positions.table {scale = 5.4772255750516612 : f64} : (!transept.rows<target x 1 x i32>, tensor<37x30xf32>, tensor<19x30xf32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.0.self_attention.query_key_value = transept.linear %decoder.embedding, %decoder.layers.0.self_attention.query_key_value.weight bias %decoder.layers.0.self_attention.query_key_value.bias : (!transept.rows<target x 30 x f32>, tensor<90x30xf32>, tensor<90xf32>) -> !transept.rows<target x 90 x f32>
    %decoder.layers.0.self_attention.query = transept.slice_columns %decoder.layers.0.self_attention.query_key_value from 0 : (!transept.rows<target x 90 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.0.self_attention.key = transept.slice_columns %decoder.layers.0.self_attention.query_key_value from 30 : (!transept.rows<target x 90 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.0.self_attention.value = transept.slice_columns %decoder.layers.0.self_attention.query_key_value from 60 : (!transept.rows<target x 90 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.0.self_attention.key.history = transept.cache_append %decoder.layers.0.self_attention.key.cache, %decoder.layers.0.self_attention.key : (!transept.self_cache<target x 30 x f32>, !transept.rows<target x 30 x f32>) -> !transept.rows<target.history x 30 x f32>
    %decoder.layers.0.self_attention.value.history = transept.cache_append %decoder.layers.0.self_attention.value.cache, %decoder.layers.0.self_attention.value : (!transept.self_cache<target x 30 x f32>, !transept.rows<target x 30 x f32>) -> !transept.rows<target.history x 30 x f32>
    %decoder.layers.0.self_attention = transept.attention %decoder.layers.0.self_attention.query, %decoder.layers.0.self_attention.key.history, %decoder.layers.0.self_attention.value.history mask %decoder.self_attention.mask.causal heads 3 : (!transept.rows<target x 30 x f32>, !transept.rows<target.history x 30 x f32>, !transept.rows<target.history x 30 x f32>, !transept.mask<target x target.history>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.0.self_attention.output = transept.linear %decoder.layers.0.self_attention, %decoder.layers.0.self_attention.output.weight bias %decoder.layers.0.self_attention.output.bias residual %decoder.embedding : (!transept.rows<target x 30 x f32>, tensor<30x30xf32>, tensor<30xf32>, !transept.rows<target x 30 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.0.cross_attention.query, %decoder.layers.0.cross_attention.query_8 = transept.linear %decoder.layers.0.self_attention.output, %decoder.layers.0.cross_attention.query.weight_2 bias %decoder.layers.0.cross_attention.query.bias_3 norm <layer, epsilon = 1.000000e-05> gain %decoder.layers.0.self_attention.norm.gain shift %decoder.layers.0.self_attention.norm.bias : (!transept.rows<target x 30 x f32>, tensor<30x30xf32>, tensor<30xf32>, tensor<30xf32>, tensor<30xf32>) -> (!transept.rows<target x 30 x f32>, !transept.rows<target x 30 x f32>)
    %decoder.layers.0.cross_attention.key = transept.cache_read %decoder.layers.0.cross_attention.key.cache : (!transept.encoder_cache<source x 30 x f32>) -> !transept.rows<source x 30 x f32>
    %decoder.layers.0.cross_attention.value = transept.cache_read %decoder.layers.0.cross_attention.value.cache : (!transept.encoder_cache<source x 30 x f32>) -> !transept.rows<source x 30 x f32>
    %decoder.layers.0.cross_attention = transept.cross_attention %decoder.layers.0.cross_attention.query, %decoder.layers.0.cross_attention.key, %decoder.layers.0.cross_attention.value heads 3 : (!transept.rows<target x 30 x f32>, !transept.rows<source x 30 x f32>, !transept.rows<source x 30 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.0.cross_attention.output = transept.linear %decoder.layers.0.cross_attention, %decoder.layers.0.cross_attention.output.weight bias %decoder.layers.0.cross_attention.output.bias residual %decoder.layers.0.cross_attention.query_8 : (!transept.rows<target x 30 x f32>, tensor<30x30xf32>, tensor<30xf32>, !transept.rows<target x 30 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.0.feed_forward.input, %decoder.layers.0.feed_forward.input_9 = transept.linear %decoder.layers.0.cross_attention.output, %decoder.layers.0.feed_forward.input.weight bias %decoder.layers.0.feed_forward.input.bias norm <layer, epsilon = 1.000000e-05> gain %decoder.layers.0.cross_attention.norm.gain shift %decoder.layers.0.cross_attention.norm.bias activation silu : (!transept.rows<target x 30 x f32>, tensor<41x30xf32>, tensor<41xf32>, tensor<30xf32>, tensor<30xf32>) -> (!transept.rows<target x 41 x f32>, !transept.rows<target x 30 x f32>)
    %decoder.layers.0.feed_forward.output = transept.linear %decoder.layers.0.feed_forward.input, %decoder.layers.0.feed_forward.output.weight bias %decoder.layers.0.feed_forward.output.bias residual %decoder.layers.0.feed_forward.input_9 : (!transept.rows<target x 41 x f32>, tensor<30x41xf32>, tensor<30xf32>, !transept.rows<target x 30 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.1.self_attention.query_key_value, %decoder.layers.1.self_attention.query_key_value_10 = transept.linear %decoder.layers.0.feed_forward.output, %decoder.layers.1.self_attention.query_key_value.weight bias %decoder.layers.1.self_attention.query_key_value.bias norm <layer, epsilon = 1.000000e-05> gain %decoder.layers.0.feed_forward.norm.gain shift %decoder.layers.0.feed_forward.norm.bias : (!transept.rows<target x 30 x f32>, tensor<90x30xf32>, tensor<90xf32>, tensor<30xf32>, tensor<30xf32>) -> (!transept.rows<target x 90 x f32>, !transept.rows<target x 30 x f32>)
    %decoder.layers.1.self_attention.query = transept.slice_columns %decoder.layers.1.self_attention.query_key_value from 0 : (!transept.rows<target x 90 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.1.self_attention.key = transept.slice_columns %decoder.layers.1.self_attention.query_key_value from 30 : (!transept.rows<target x 90 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.1.self_attention.value = transept.slice_columns %decoder.layers.1.self_attention.query_key_value from 60 : (!transept.rows<target x 90 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.1.self_attention.key.history = transept.cache_append %decoder.layers.1.self_attention.key.cache, %decoder.layers.1.self_attention.key : (!transept.self_cache<target x 30 x f32>, !transept.rows<target x 30 x f32>) -> !transept.rows<target.history x 30 x f32>
    %decoder.layers.1.self_attention.value.history = transept.cache_append %decoder.layers.1.self_attention.value.cache, %decoder.layers.1.self_attention.value : (!transept.self_cache<target x 30 x f32>, !transept.rows<target x 30 x f32>) -> !transept.rows<target.history x 30 x f32>
    %decoder.layers.1.self_attention = transept.attention %decoder.layers.1.self_attention.query, %decoder.layers.1.self_attention.key.history, %decoder.layers.1.self_attention.value.history mask %decoder.self_attention.mask.causal heads 3 : (!transept.rows<target x 30 x f32>, !transept.rows<target.history x 30 x f32>, !transept.rows<target.history x 30 x f32>, !transept.mask<target x target.history>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.1.self_attention.output = transept.linear %decoder.layers.1.self_attention, %decoder.layers.1.self_attention.output.weight bias %decoder.layers.1.self_attention.output.bias residual %decoder.layers.1.self_attention.query_key_value_10 : (!transept.rows<target x 30 x f32>, tensor<30x30xf32>, tensor<30xf32>, !transept.rows<target x 30 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.1.cross_attention.query, %decoder.layers.1.cross_attention.query_11 = transept.linear %decoder.layers.1.self_attention.output, %decoder.layers.1.cross_attention.query.weight_6 bias %decoder.layers.1.cross_attention.query.bias_7 norm <layer, epsilon = 1.000000e-05> gain %decoder.layers.1.self_attention.norm.gain shift %decoder.layers.1.self_attention.norm.bias : (!transept.rows<target x 30 x f32>, tensor<30x30xf32>, tensor<30xf32>, tensor<30xf32>, tensor<30xf32>) -> (!transept.rows<target x 30 x f32>, !transept.rows<target x 30 x f32>)
    %decoder.layers.1.cross_attention.key = transept.cache_read %decoder.layers.1.cross_attention.key.cache : (!transept.encoder_cache<source x 30 x f32>) -> !transept.rows<source x 30 x f32>
    %decoder.layers.1.cross_attention.value = transept.cache_read %decoder.layers.1.cross_attention.value.cache : (!transept.encoder_cache<source x 30 x f32>) -> !transept.rows<source x 30 x f32>
    %decoder.layers.1.cross_attention = transept.cross_attention %decoder.layers.1.cross_attention.query, %decoder.layers.1.cross_attention.key, %decoder.layers.1.cross_attention.value heads 3 : (!transept.rows<target x 30 x f32>, !transept.rows<source x 30 x f32>, !transept.rows<source x 30 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.1.cross_attention.output = transept.linear %decoder.layers.1.cross_attention, %decoder.layers.1.cross_attention.output.weight bias %decoder.layers.1.cross_attention.output.bias residual %decoder.layers.1.cross_attention.query_11 : (!transept.rows<target x 30 x f32>, tensor<30x30xf32>, tensor<30xf32>, !transept.rows<target x 30 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.1.feed_forward.input, %decoder.layers.1.feed_forward.input_12 = transept.linear %decoder.layers.1.cross_attention.output, %decoder.layers.1.feed_forward.input.weight bias %decoder.layers.1.feed_forward.input.bias norm <layer, epsilon = 1.000000e-05> gain %decoder.layers.1.cross_attention.norm.gain shift %decoder.layers.1.cross_attention.norm.bias activation silu : (!transept.rows<target x 30 x f32>, tensor<41x30xf32>, tensor<41xf32>, tensor<30xf32>, tensor<30xf32>) -> (!transept.rows<target x 41 x f32>, !transept.rows<target x 30 x f32>)
    %decoder.layers.1.feed_forward.output = transept.linear %decoder.layers.1.feed_forward.input, %decoder.layers.1.feed_forward.output.weight bias %decoder.layers.1.feed_forward.output.bias residual %decoder.layers.1.feed_forward.input_12 : (!transept.rows<target x 41 x f32>, tensor<30x41xf32>, tensor<30xf32>, !transept.rows<target x 30 x f32>) -> !transept.rows<target x 30 x f32>
    %decoder.layers.1.feed_forward.residual.requested = transept.requested_rows %decoder.layers.1.feed_forward.output : (!transept.rows<target x 30 x f32>) -> !transept.rows<target.requested x 30 x f32>
    %logits = transept.search_vocabulary %decoder.layers.1.feed_forward.residual.requested, %encoder.embedding.table bias %logits.bias norm <layer, epsilon = 1.000000e-05> gain %decoder.layers.1.feed_forward.norm.gain shift %decoder.layers.1.feed_forward.norm.bias : (!transept.rows<target.requested x 30 x f32>, tensor<37x30xf32>, tensor<37xf32>, tensor<30xf32>, tensor<30xf32>) -> !transept.candidates<target.requested x 37>
    return %logits : !transept.candidates<target.requested x 37>
  }
}


// The block of examples/cross-attention-block with other dimensions: 48 columns, 3 heads.

func.func @cross_attention_block_2(%decoder_states: !transept.rows<target x 48 x f32>,
                                 %encoder_output: !transept.rows<source x 48 x f32>)
    -> (!transept.rows<target x 48 x f32>, !transept.attention_weights<target x source x 1>) {
  %decoder_gain = transept.parameter "norm_decoder.weight" : tensor<48xf32>
  %decoder_shift = transept.parameter "norm_decoder.bias" : tensor<48xf32>
  %encoder_gain = transept.parameter "norm_encoder.weight" : tensor<48xf32>
  %encoder_shift = transept.parameter "norm_encoder.bias" : tensor<48xf32>
  // Rows 0 to 47 of in_proj are the query projection, then come keys and values.
  %query_weight = transept.parameter "cross_attn.in_proj_weight" : tensor<48x48xf32>
  %key_weight = transept.parameter "cross_attn.in_proj_weight" row_begin 48 : tensor<48x48xf32>
  %value_weight = transept.parameter "cross_attn.in_proj_weight" row_begin 96 : tensor<48x48xf32>
  %query_bias = transept.parameter "cross_attn.in_proj_bias" : tensor<48xf32>
  %key_bias = transept.parameter "cross_attn.in_proj_bias" row_begin 48 : tensor<48xf32>
  %value_bias = transept.parameter "cross_attn.in_proj_bias" row_begin 96 : tensor<48xf32>
  %output_weight = transept.parameter "cross_attn.out_proj.weight" : tensor<48x48xf32>
  %output_bias = transept.parameter "cross_attn.out_proj.bias" : tensor<48xf32>
  %ffn_gain = transept.parameter "norm_ffn.weight" : tensor<48xf32>
  %ffn_shift = transept.parameter "norm_ffn.bias" : tensor<48xf32>
  %up_weight = transept.parameter "ffn.0.weight" : tensor<192x48xf32>
  %up_bias = transept.parameter "ffn.0.bias" : tensor<192xf32>
  %down_weight = transept.parameter "ffn.2.weight" : tensor<48x192xf32>
  %down_bias = transept.parameter "ffn.2.bias" : tensor<48xf32>

  %decoder = transept.layer_norm %decoder_states gain %decoder_gain shift %decoder_shift epsilon 1.0e-5
      : (!transept.rows<target x 48 x f32>, tensor<48xf32>, tensor<48xf32>) -> !transept.rows<target x 48 x f32>
  %encoder = transept.layer_norm %encoder_output gain %encoder_gain shift %encoder_shift epsilon 1.0e-5
      : (!transept.rows<source x 48 x f32>, tensor<48xf32>, tensor<48xf32>) -> !transept.rows<source x 48 x f32>
  %query = transept.linear %decoder, %query_weight bias %query_bias
      : (!transept.rows<target x 48 x f32>, tensor<48x48xf32>, tensor<48xf32>) -> !transept.rows<target x 48 x f32>
  %key = transept.linear %encoder, %key_weight bias %key_bias
      : (!transept.rows<source x 48 x f32>, tensor<48x48xf32>, tensor<48xf32>) -> !transept.rows<source x 48 x f32>
  %value = transept.linear %encoder, %value_weight bias %value_bias
      : (!transept.rows<source x 48 x f32>, tensor<48x48xf32>, tensor<48xf32>) -> !transept.rows<source x 48 x f32>
  // 4 heads of 16 dimensions: the scale is 1 / sqrt(16).
  %mixed, %weights = transept.cross_attention %query, %key, %value heads 3 {scale = 0.25}
      : (!transept.rows<target x 48 x f32>, !transept.rows<source x 48 x f32>, !transept.rows<source x 48 x f32>)
      -> (!transept.rows<target x 48 x f32>, !transept.attention_weights<target x source x 3>)
  %mean = transept.average_heads %weights
      : (!transept.attention_weights<target x source x 3>) -> !transept.attention_weights<target x source x 1>
  %projected = transept.linear %mixed, %output_weight bias %output_bias
      : (!transept.rows<target x 48 x f32>, tensor<48x48xf32>, tensor<48xf32>) -> !transept.rows<target x 48 x f32>
  %attended = transept.add %decoder_states, %projected : !transept.rows<target x 48 x f32>

  %normalized = transept.layer_norm %attended gain %ffn_gain shift %ffn_shift epsilon 1.0e-5
      : (!transept.rows<target x 48 x f32>, tensor<48xf32>, tensor<48xf32>) -> !transept.rows<target x 48 x f32>
  %up = transept.linear %normalized, %up_weight bias %up_bias
      : (!transept.rows<target x 48 x f32>, tensor<192x48xf32>, tensor<192xf32>) -> !transept.rows<target x 192 x f32>
  %active = transept.activation gelu %up : !transept.rows<target x 192 x f32>
  %down = transept.linear %active, %down_weight bias %down_bias
      : (!transept.rows<target x 192 x f32>, tensor<48x192xf32>, tensor<48xf32>) -> !transept.rows<target x 48 x f32>
  %states = transept.add %attended, %down : !transept.rows<target x 48 x f32>
  return %states, %mean : !transept.rows<target x 48 x f32>, !transept.attention_weights<target x source x 1>
}

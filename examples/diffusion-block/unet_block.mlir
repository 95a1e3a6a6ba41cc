// The transformer block of a Stable Diffusion U-Net (BasicTransformerBlock at the first level: 320
// channels, 8 heads, text embeddings of 768): image tokens attend to themselves and to the text. The
// text is the same in all denoising steps, so what depends on it alone is computed once.

func.func @unet_block(%image: !transept.rows<target x 320 x f32>, %text: !transept.rows<source x 768 x f32>)
    -> !transept.rows<target x 320 x f32> {
  // Self-attention among the image tokens, both ways.
  %first_gain = transept.parameter "norm1.weight" : tensor<320xf32>
  %first_shift = transept.parameter "norm1.bias" : tensor<320xf32>
  %first = transept.layer_norm %image gain %first_gain shift %first_shift epsilon 1.0e-5
      : (!transept.rows<target x 320 x f32>, tensor<320xf32>, tensor<320xf32>) -> !transept.rows<target x 320 x f32>
  %self_query_weight = transept.parameter "attn1.to_q.weight" : tensor<320x320xf32>
  %self_query = transept.linear %first, %self_query_weight
      : (!transept.rows<target x 320 x f32>, tensor<320x320xf32>) -> !transept.rows<target x 320 x f32>
  %self_key_weight = transept.parameter "attn1.to_k.weight" : tensor<320x320xf32>
  %self_key = transept.linear %first, %self_key_weight
      : (!transept.rows<target x 320 x f32>, tensor<320x320xf32>) -> !transept.rows<target x 320 x f32>
  %self_value_weight = transept.parameter "attn1.to_v.weight" : tensor<320x320xf32>
  %self_value = transept.linear %first, %self_value_weight
      : (!transept.rows<target x 320 x f32>, tensor<320x320xf32>) -> !transept.rows<target x 320 x f32>
  %self_mixed = transept.attention %self_query, %self_key, %self_value heads 8 {scale = 0.15811388300841897}
      : (!transept.rows<target x 320 x f32>, !transept.rows<target x 320 x f32>, !transept.rows<target x 320 x f32>) -> !transept.rows<target x 320 x f32>
  %self_output_weight = transept.parameter "attn1.to_out.0.weight" : tensor<320x320xf32>
  %self_output_bias = transept.parameter "attn1.to_out.0.bias" : tensor<320xf32>
  %self_output = transept.linear %self_mixed, %self_output_weight bias %self_output_bias
      : (!transept.rows<target x 320 x f32>, tensor<320x320xf32>, tensor<320xf32>) -> !transept.rows<target x 320 x f32>
  %seen = transept.add %image, %self_output : !transept.rows<target x 320 x f32>
  // Cross-attention to the text: keys and values depend on the text alone.
  %second_gain = transept.parameter "norm2.weight" : tensor<320xf32>
  %second_shift = transept.parameter "norm2.bias" : tensor<320xf32>
  %second = transept.layer_norm %seen gain %second_gain shift %second_shift epsilon 1.0e-5
      : (!transept.rows<target x 320 x f32>, tensor<320xf32>, tensor<320xf32>) -> !transept.rows<target x 320 x f32>
  %query_weight = transept.parameter "attn2.to_q.weight" : tensor<320x320xf32>
  %query = transept.linear %second, %query_weight
      : (!transept.rows<target x 320 x f32>, tensor<320x320xf32>) -> !transept.rows<target x 320 x f32>
  %key_weight = transept.parameter "attn2.to_k.weight" : tensor<320x768xf32>
  %key = transept.linear %text, %key_weight
      : (!transept.rows<source x 768 x f32>, tensor<320x768xf32>) -> !transept.rows<source x 320 x f32>
  %value_weight = transept.parameter "attn2.to_v.weight" : tensor<320x768xf32>
  %value = transept.linear %text, %value_weight
      : (!transept.rows<source x 768 x f32>, tensor<320x768xf32>) -> !transept.rows<source x 320 x f32>
  %mixed = transept.cross_attention %query, %key, %value heads 8 {scale = 0.15811388300841897}
      : (!transept.rows<target x 320 x f32>, !transept.rows<source x 320 x f32>, !transept.rows<source x 320 x f32>) -> !transept.rows<target x 320 x f32>
  %output_weight = transept.parameter "attn2.to_out.0.weight" : tensor<320x320xf32>
  %output_bias = transept.parameter "attn2.to_out.0.bias" : tensor<320xf32>
  %output = transept.linear %mixed, %output_weight bias %output_bias
      : (!transept.rows<target x 320 x f32>, tensor<320x320xf32>, tensor<320xf32>) -> !transept.rows<target x 320 x f32>
  %told = transept.add %seen, %output : !transept.rows<target x 320 x f32>
  // Gated feed-forward (GEGLU): the projection's first half is the value, the second the gate.
  %third_gain = transept.parameter "norm3.weight" : tensor<320xf32>
  %third_shift = transept.parameter "norm3.bias" : tensor<320xf32>
  %third = transept.layer_norm %told gain %third_gain shift %third_shift epsilon 1.0e-5
      : (!transept.rows<target x 320 x f32>, tensor<320xf32>, tensor<320xf32>) -> !transept.rows<target x 320 x f32>
  %up_weight = transept.parameter "ff.net.0.proj.weight" : tensor<1280x320xf32>
  %up_bias = transept.parameter "ff.net.0.proj.bias" : tensor<1280xf32>
  %up = transept.linear %third, %up_weight bias %up_bias
      : (!transept.rows<target x 320 x f32>, tensor<1280x320xf32>, tensor<1280xf32>) -> !transept.rows<target x 1280 x f32>
  %gate_weight = transept.parameter "ff.net.0.proj.weight" row_begin 1280 : tensor<1280x320xf32>
  %gate_bias = transept.parameter "ff.net.0.proj.bias" row_begin 1280 : tensor<1280xf32>
  %gate = transept.linear %third, %gate_weight bias %gate_bias
      : (!transept.rows<target x 320 x f32>, tensor<1280x320xf32>, tensor<1280xf32>) -> !transept.rows<target x 1280 x f32>
  %active = transept.activation gelu %gate : !transept.rows<target x 1280 x f32>
  %gated = transept.gate %active, %up : !transept.rows<target x 1280 x f32>
  %down_weight = transept.parameter "ff.net.2.weight" : tensor<320x1280xf32>
  %down_bias = transept.parameter "ff.net.2.bias" : tensor<320xf32>
  %down = transept.linear %gated, %down_weight bias %down_bias
      : (!transept.rows<target x 1280 x f32>, tensor<320x1280xf32>, tensor<320xf32>) -> !transept.rows<target x 320 x f32>
  %result = transept.add %told, %down : !transept.rows<target x 320 x f32>
  return %result : !transept.rows<target x 320 x f32>
}

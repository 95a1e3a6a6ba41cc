// SPDX-License-Identifier: Apache-2.0
//
// What an absent field means is said by the configuration class of transformers 4.44 (T5Gemma's and
// Moonshine's: of 4.57, T5Gemma 2's, Moonshine Streaming's and Florence-2's: of 5.24): here is each
// class's value of each field that its family reads.

#include "tests/support/TestCheckpoint.h"

#include "compiler/frontend/description/DescriptionJson.h"
#include "compiler/frontend/families/Families.h"
#include "compiler/frontend/families/Generation.h"

#include <algorithm>

namespace transept::frontend {
namespace {

struct ClassDefaults {
  const char *modelType;
  const char *fields;
  /// The side whose configuration class it is; what stands beside it in the whole configuration.
  const char *side = "", *whole = "{}";
};

constexpr const char *imagePair = R"({"model_type": "vision-encoder-decoder",
  "encoder": {"model_type": "vit"}, "decoder": {"model_type": "trocr"}})";
constexpr const char *wideImagePair = R"({"model_type": "vision-encoder-decoder",
  "encoder": {"model_type": "vit", "hidden_size": 1024, "num_attention_heads": 16},
  "decoder": {"model_type": "trocr"}})";
constexpr const char *textPair = R"({"model_type": "encoder-decoder",
  "encoder": {"model_type": "bert"},
  "decoder": {"model_type": "bert", "is_decoder": true, "add_cross_attention": true}})";
constexpr const char *twoVocabularies = R"({"encoder_vocab_size": 96, "decoder_vocab_size": 104})";
constexpr const char *captionPair = R"({"model_type": "vision-encoder-decoder",
  "encoder": {"model_type": "vit"},
  "decoder": {"model_type": "gpt2", "add_cross_attention": true}})";

const ClassDefaults classes[] = {
    {"t5", R"({"vocab_size": 32128, "d_model": 512, "d_kv": 64, "d_ff": 2048, "num_layers": 6,
      "num_decoder_layers": 6, "num_heads": 8, "relative_attention_num_buckets": 32,
      "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-06,
      "feed_forward_proj": "relu", "tie_word_embeddings": true, "pad_token_id": 0,
      "eos_token_id": 1})"},
    {"mt5", R"({"vocab_size": 250112, "d_model": 512, "d_kv": 64, "d_ff": 1024, "num_layers": 8,
      "num_decoder_layers": 8, "num_heads": 6, "relative_attention_num_buckets": 32,
      "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-06,
      "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false, "pad_token_id": 0,
      "eos_token_id": 1, "decoder_start_token_id": 0})"},
    {"umt5", R"({"vocab_size": 250112, "d_model": 512, "d_kv": 64, "d_ff": 1024, "num_layers": 8,
      "num_decoder_layers": 8, "num_heads": 6, "relative_attention_num_buckets": 32,
      "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-06,
      "feed_forward_proj": "gated-gelu", "tie_word_embeddings": true, "pad_token_id": 0,
      "eos_token_id": 1, "decoder_start_token_id": 0})"},
    {"longt5", R"({"vocab_size": 32128, "d_model": 512, "d_kv": 64, "d_ff": 2048, "num_layers": 6,
      "num_decoder_layers": 6, "num_heads": 8, "relative_attention_num_buckets": 32,
      "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-06, "local_radius": 127,
      "encoder_attention_type": "local", "feed_forward_proj": "relu",
      "tie_word_embeddings": true, "pad_token_id": 0, "eos_token_id": 1})"},
    {"t5gemma", R"({"vocab_size": 256000, "tie_word_embeddings": true})"},
    {"t5_gemma_module", R"({"hidden_size": 2304, "intermediate_size": 9216,
      "num_hidden_layers": 26, "num_attention_heads": 8, "num_key_value_heads": 4,
      "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh", "rms_norm_eps": 1e-06,
      "rope_theta": 10000.0, "attention_bias": false, "query_pre_attn_scalar": 256,
      "sliding_window": 4096, "final_logit_softcapping": 30.0, "attn_logit_softcapping": 50.0,
      "bos_token_id": 2, "pad_token_id": 0, "eos_token_id": 1})",
     "encoder", R"({"model_type": "t5gemma"})"},
    {"t5gemma2_decoder", R"({"vocab_size": 262208, "hidden_size": 2304, "intermediate_size": 9216,
      "num_hidden_layers": 26, "num_attention_heads": 8, "num_key_value_heads": 4,
      "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh", "rms_norm_eps": 1e-06,
      "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0, "sliding_window_pattern": 6,
      "attention_bias": false, "query_pre_attn_scalar": 256, "sliding_window": 4096,
      "bos_token_id": 2, "pad_token_id": 0, "eos_token_id": 1})",
     "decoder", R"({"model_type": "t5gemma2"})"},
    {"moonshine", R"({"vocab_size": 32768, "hidden_size": 288, "intermediate_size": 1152,
      "encoder_num_hidden_layers": 6, "decoder_num_hidden_layers": 6,
      "encoder_num_attention_heads": 8, "decoder_num_attention_heads": 8,
      "encoder_hidden_act": "gelu", "decoder_hidden_act": "silu", "rope_theta": 10000.0,
      "partial_rotary_factor": 0.9, "attention_bias": false, "tie_word_embeddings": true,
      "decoder_start_token_id": 1, "bos_token_id": 1, "eos_token_id": 2})"},
    {"moonshine_streaming", R"({"vocab_size": 32768, "hidden_size": 320,
      "intermediate_size": 1280, "num_hidden_layers": 6, "num_attention_heads": 8,
      "head_dim": 40, "hidden_act": "silu", "max_position_embeddings": 4096,
      "attention_bias": false, "tie_word_embeddings": false, "bos_token_id": 1,
      "eos_token_id": 2})"},
    {"moonshine_streaming_encoder", R"({"hidden_size": 320, "intermediate_size": 1280,
      "num_hidden_layers": 6, "num_attention_heads": 8, "num_key_value_heads": 8, "head_dim": 40,
      "hidden_act": "gelu", "attention_bias": false, "sample_rate": 16000, "frame_ms": 5.0,
      "sliding_windows": [[16, 4], [16, 4], [16, 0], [16, 0], [16, 4], [16, 4]]})",
     "encoder_config", R"({"model_type": "moonshine_streaming"})"},
    {"parakeet_encoder_of_cohere_asr", R"({"hidden_size": 1280, "num_hidden_layers": 48,
      "num_attention_heads": 8, "num_key_value_heads": 8, "intermediate_size": 5120,
      "hidden_act": "silu", "attention_bias": true, "convolution_bias": true, "head_dim": 160,
      "conv_kernel_size": 9, "subsampling_factor": 8, "subsampling_conv_channels": 256,
      "num_mel_bins": 128, "subsampling_conv_kernel_size": 3, "subsampling_conv_stride": 2,
      "scale_input": false})",
     "encoder_config", R"({"model_type": "cohere_asr"})"},
    {"cohere_asr", R"({"vocab_size": 16384, "hidden_size": 1024, "num_hidden_layers": 8,
      "num_attention_heads": 8, "num_key_value_heads": 8, "head_dim": 128,
      "intermediate_size": 4096, "hidden_act": "relu", "max_position_embeddings": 1024,
      "pad_token_id": 2, "eos_token_id": 3, "bos_token_id": 4, "attention_bias": true,
      "tie_word_embeddings": false})"},
    {"parakeet_encoder_of_canary", R"({"hidden_size": 1024, "num_hidden_layers": 24,
      "num_attention_heads": 8, "num_key_value_heads": 8, "intermediate_size": 4096,
      "hidden_act": "silu", "attention_bias": true, "convolution_bias": true, "head_dim": 128,
      "conv_kernel_size": 9, "subsampling_factor": 8, "subsampling_conv_channels": 256,
      "num_mel_bins": 80, "subsampling_conv_kernel_size": 3, "subsampling_conv_stride": 2,
      "scale_input": true})",
     "encoder_config", R"({"model_type": "canary"})"},
    {"canary_decoder", R"({"vocab_size": 16384, "hidden_size": 1024, "intermediate_size": 4096,
      "num_hidden_layers": 8, "num_attention_heads": 8, "num_key_value_heads": 8,
      "hidden_act": "relu", "max_position_embeddings": 1024, "attention_bias": true,
      "head_dim": 128})",
     "decoder_config", R"({"model_type": "canary"})"},
    {"canary", R"({"vocab_size": 16384, "tie_word_embeddings": true, "pad_token_id": 2,
      "bos_token_id": 4, "eos_token_id": 3, "decoder_start_token_id": 7})"},
    {"seamless_m4t", R"({"vocab_size": 256102, "hidden_size": 1024,
      "max_position_embeddings": 1024, "activation_function": "relu", "scale_embedding": true,
      "encoder_layers": 24, "encoder_ffn_dim": 8192, "encoder_attention_heads": 16,
      "decoder_layers": 24, "decoder_ffn_dim": 8192, "decoder_attention_heads": 16,
      "tie_word_embeddings": true, "bos_token_id": 2, "pad_token_id": 0, "eos_token_id": 3,
      "decoder_start_token_id": 3, "max_new_tokens": 256})"},
    {"seamless_m4t_v2", R"({"vocab_size": 256102, "hidden_size": 1024,
      "max_position_embeddings": 4096, "activation_function": "relu", "scale_embedding": true,
      "encoder_layers": 24, "encoder_ffn_dim": 8192, "encoder_attention_heads": 16,
      "decoder_layers": 24, "decoder_ffn_dim": 8192, "decoder_attention_heads": 16,
      "tie_word_embeddings": true, "bos_token_id": 2, "pad_token_id": 0, "eos_token_id": 3,
      "decoder_start_token_id": 3, "max_new_tokens": 256})"},
    {"seamless_m4t", R"({"speech_encoder_layers": 24, "speech_encoder_attention_heads": 16,
      "speech_encoder_intermediate_size": 4096, "speech_encoder_hidden_act": "silu",
      "feature_projection_input_dim": 160, "conv_depthwise_kernel_size": 31,
      "layer_norm_eps": 1e-05, "add_adapter": true, "num_adapter_layers": 1,
      "adaptor_kernel_size": 8, "adaptor_stride": 8,
      "position_embeddings_type": "relative"})",
     "", R"({"architectures": ["SeamlessM4TForSpeechToText"]})"},
    {"seamless_m4t_v2", R"({"speech_encoder_layers": 24, "speech_encoder_attention_heads": 16,
      "speech_encoder_intermediate_size": 4096, "speech_encoder_hidden_act": "silu",
      "feature_projection_input_dim": 160, "conv_depthwise_kernel_size": 31,
      "layer_norm_eps": 1e-05, "add_adapter": true, "num_adapter_layers": 1,
      "adaptor_kernel_size": 8, "adaptor_stride": 8,
      "position_embeddings_type": "relative_key", "left_max_position_embeddings": 64,
      "right_max_position_embeddings": 8, "speech_encoder_chunk_size": 20000,
      "speech_encoder_left_chunk_num": 128})",
     "", R"({"architectures": ["SeamlessM4Tv2ForSpeechToText"]})"},
    {"prophetnet", R"({"vocab_size": 30522, "hidden_size": 1024, "encoder_ffn_dim": 4096,
      "num_encoder_layers": 12, "num_encoder_attention_heads": 16, "decoder_ffn_dim": 4096,
      "num_decoder_layers": 12, "num_decoder_attention_heads": 16,
      "max_position_embeddings": 512, "activation_function": "gelu",
      "add_cross_attention": true, "ngram": 2, "num_buckets": 32, "relative_max_distance": 128,
      "tie_word_embeddings": true, "bos_token_id": 1, "pad_token_id": 0, "eos_token_id": 2,
      "decoder_start_token_id": 0})"},
    {"mvp", R"({"vocab_size": 50267, "max_position_embeddings": 1024, "d_model": 1024,
      "encoder_layers": 12, "encoder_ffn_dim": 4096, "encoder_attention_heads": 16,
      "decoder_layers": 12, "decoder_ffn_dim": 4096, "decoder_attention_heads": 16,
      "activation_function": "gelu", "scale_embedding": false, "tie_word_embeddings": true,
      "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2,
      "forced_eos_token_id": 2, "use_prompt": false})"},
    {"IndicTrans", R"({"encoder_embed_dim": 512, "decoder_embed_dim": 512,
      "max_source_positions": 210, "max_target_positions": 210, "encoder_layers": 6,
      "encoder_ffn_dim": 2048, "encoder_attention_heads": 8, "decoder_layers": 6,
      "decoder_ffn_dim": 2048, "decoder_attention_heads": 8, "activation_function": "relu",
      "encoder_normalize_before": false, "decoder_normalize_before": false,
      "layernorm_embedding": false, "share_decoder_input_output_embed": false,
      "scale_embedding": true, "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2,
      "decoder_start_token_id": 2})",
     "", twoVocabularies},
    {"led", R"({"vocab_size": 50265, "max_encoder_position_embeddings": 16384,
      "max_decoder_position_embeddings": 1024, "d_model": 1024, "encoder_layers": 12,
      "encoder_ffn_dim": 4096, "encoder_attention_heads": 16, "decoder_layers": 12,
      "decoder_ffn_dim": 4096, "decoder_attention_heads": 16, "activation_function": "gelu",
      "attention_window": 512, "tie_word_embeddings": true, "bos_token_id": 0, "pad_token_id": 1,
      "eos_token_id": 2, "decoder_start_token_id": 2})"},
    {"blip_vision_model", R"({"hidden_size": 768, "intermediate_size": 3072,
      "num_hidden_layers": 12, "num_attention_heads": 12, "image_size": 384, "patch_size": 16,
      "hidden_act": "gelu", "layer_norm_eps": 1e-05})",
     "vision_config", R"({"model_type": "blip"})"},
    {"blip_text_model", R"({"vocab_size": 30524, "hidden_size": 768, "intermediate_size": 3072,
      "num_hidden_layers": 12, "num_attention_heads": 8, "max_position_embeddings": 512,
      "hidden_act": "gelu", "layer_norm_eps": 1e-12, "bos_token_id": 30522, "pad_token_id": 0,
      "sep_token_id": 102, "is_decoder": true})",
     "text_config", R"({"model_type": "blip"})"},
    {"pix2struct_vision_model", R"({"hidden_size": 768, "patch_embed_hidden_size": 768,
      "d_ff": 2048, "d_kv": 64, "num_hidden_layers": 12, "num_attention_heads": 12,
      "dense_act_fn": "gelu_new", "layer_norm_eps": 1e-06, "seq_len": 4096})",
     "vision_config", R"({"model_type": "pix2struct"})"},
    {"pix2struct_text_model", R"({"vocab_size": 50244, "hidden_size": 768, "d_kv": 64,
      "d_ff": 2048, "num_layers": 12, "num_heads": 12, "relative_attention_num_buckets": 32,
      "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-06,
      "dense_act_fn": "gelu_new", "decoder_start_token_id": 0, "pad_token_id": 0,
      "eos_token_id": 1, "is_decoder": true})",
     "text_config", R"({"model_type": "pix2struct"})"},
    {"florence_vision", R"({"in_channels": 3, "depths": [1, 1, 9, 1], "patch_size": [7, 3, 3, 3],
      "patch_stride": [4, 2, 2, 2], "patch_padding": [3, 1, 1, 1],
      "patch_prenorm": [false, true, true, true], "embed_dim": [128, 256, 512, 1024],
      "num_heads": [4, 8, 16, 32], "num_groups": [4, 8, 16, 32], "window_size": 12,
      "mlp_ratio": 4.0, "qkv_bias": true, "activation_function": "gelu", "projection_dim": 1024,
      "max_position_embeddings": 50})",
     "vision_config", R"({"model_type": "florence2"})"},
    {"bart", R"({"vocab_size": 50265, "max_position_embeddings": 1024, "d_model": 1024,
      "encoder_layers": 12, "encoder_ffn_dim": 4096, "encoder_attention_heads": 16,
      "decoder_layers": 12, "decoder_ffn_dim": 4096, "decoder_attention_heads": 16,
      "activation_function": "gelu", "scale_embedding": false, "bos_token_id": 0,
      "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2,
      "forced_eos_token_id": 2})",
     "text_config", R"({"model_type": "florence2"})"},
    {"bart", R"({"vocab_size": 50265, "max_position_embeddings": 1024, "d_model": 1024,
      "encoder_layers": 12, "encoder_ffn_dim": 4096, "encoder_attention_heads": 16,
      "decoder_layers": 12, "decoder_ffn_dim": 4096, "decoder_attention_heads": 16,
      "activation_function": "gelu", "scale_embedding": false, "tie_word_embeddings": true,
      "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2,
      "forced_eos_token_id": 2})"},
    {"plbart", R"({"vocab_size": 50005, "max_position_embeddings": 1024, "d_model": 768,
      "encoder_layers": 6, "encoder_ffn_dim": 3072, "encoder_attention_heads": 12,
      "decoder_layers": 6, "decoder_ffn_dim": 3072, "decoder_attention_heads": 12,
      "activation_function": "gelu", "scale_embedding": true, "tie_word_embeddings": true,
      "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "forced_eos_token_id": 2})"},
    {"mbart", R"({"vocab_size": 50265, "max_position_embeddings": 1024, "d_model": 1024,
      "encoder_layers": 12, "encoder_ffn_dim": 4096, "encoder_attention_heads": 16,
      "decoder_layers": 12, "decoder_ffn_dim": 4096, "decoder_attention_heads": 16,
      "activation_function": "gelu", "scale_embedding": false, "tie_word_embeddings": true,
      "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "forced_eos_token_id": 2})"},
    {"m2m_100", R"({"vocab_size": 128112, "max_position_embeddings": 1024, "d_model": 1024,
      "encoder_layers": 12, "encoder_ffn_dim": 4096, "encoder_attention_heads": 16,
      "decoder_layers": 12, "decoder_ffn_dim": 4096, "decoder_attention_heads": 16,
      "activation_function": "relu", "scale_embedding": true, "tie_word_embeddings": true,
      "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2})"},
    {"pegasus", R"({"vocab_size": 50265, "max_position_embeddings": 1024, "d_model": 1024,
      "encoder_layers": 12, "encoder_ffn_dim": 4096, "encoder_attention_heads": 16,
      "decoder_layers": 12, "decoder_ffn_dim": 4096, "decoder_attention_heads": 16,
      "activation_function": "gelu", "scale_embedding": false, "tie_word_embeddings": true,
      "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0,
      "forced_eos_token_id": 1})"},
    {"blenderbot", R"({"vocab_size": 8008, "max_position_embeddings": 128, "d_model": 2560,
      "encoder_layers": 2, "encoder_ffn_dim": 10240, "encoder_attention_heads": 32,
      "decoder_layers": 24, "decoder_ffn_dim": 10240, "decoder_attention_heads": 32,
      "activation_function": "gelu", "scale_embedding": false, "tie_word_embeddings": true,
      "bos_token_id": 1, "pad_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 1,
      "forced_eos_token_id": 2, "encoder_no_repeat_ngram_size": 3})"},
    {"blenderbot-small", R"({"vocab_size": 50265, "max_position_embeddings": 512, "d_model": 512,
      "encoder_layers": 8, "encoder_ffn_dim": 2048, "encoder_attention_heads": 16,
      "decoder_layers": 8, "decoder_ffn_dim": 2048, "decoder_attention_heads": 16,
      "activation_function": "gelu", "scale_embedding": false, "tie_word_embeddings": true,
      "bos_token_id": 1, "pad_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 1,
      "forced_eos_token_id": 2})"},
    {"fsmt", R"({"src_vocab_size": 42024, "tgt_vocab_size": 42024,
      "max_position_embeddings": 1024, "d_model": 1024, "encoder_layers": 12,
      "encoder_ffn_dim": 4096, "encoder_attention_heads": 16, "decoder_layers": 12,
      "decoder_ffn_dim": 4096, "decoder_attention_heads": 16, "activation_function": "relu",
      "scale_embedding": true, "tie_word_embeddings": false, "bos_token_id": 0, "pad_token_id": 1,
      "eos_token_id": 2, "decoder_start_token_id": 2, "forced_eos_token_id": 2,
      "max_length": 200, "num_beams": 5, "length_penalty": 1.0, "early_stopping": false})"},
    {"marian", R"({"vocab_size": 58101, "max_position_embeddings": 1024, "d_model": 1024,
      "encoder_layers": 12, "encoder_ffn_dim": 4096, "encoder_attention_heads": 16,
      "decoder_layers": 12, "decoder_ffn_dim": 4096, "decoder_attention_heads": 16,
      "activation_function": "gelu", "scale_embedding": false, "tie_word_embeddings": true,
      "share_encoder_decoder_embeddings": true, "pad_token_id": 58100, "eos_token_id": 0,
      "decoder_start_token_id": 58100, "forced_eos_token_id": 0})"},
    {"whisper", R"({"vocab_size": 51865, "num_mel_bins": 80, "d_model": 384, "encoder_layers": 4,
      "encoder_attention_heads": 6, "encoder_ffn_dim": 1536, "decoder_layers": 4,
      "decoder_attention_heads": 6, "decoder_ffn_dim": 1536, "activation_function": "gelu",
      "max_source_positions": 1500, "max_target_positions": 448, "tie_word_embeddings": true,
      "bos_token_id": 50256, "pad_token_id": 50256, "eos_token_id": 50256,
      "decoder_start_token_id": 50257, "begin_suppress_tokens": [220, 50256]})"},
    {"speech_to_text", R"({"vocab_size": 10000, "d_model": 256, "encoder_layers": 12,
      "encoder_attention_heads": 4, "encoder_ffn_dim": 2048, "decoder_layers": 6,
      "decoder_attention_heads": 4, "decoder_ffn_dim": 2048, "activation_function": "relu",
      "scale_embedding": true, "max_source_positions": 6000, "max_target_positions": 1024,
      "num_conv_layers": 2, "conv_kernel_sizes": [5, 5], "conv_channels": 1024,
      "input_feat_per_channel": 80, "input_channels": 1, "tie_word_embeddings": true,
      "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2})"},
    {"bert", R"({"vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12,
      "num_attention_heads": 12, "hidden_act": "gelu", "intermediate_size": 3072,
      "max_position_embeddings": 512, "type_vocab_size": 2, "layer_norm_eps": 1e-12})"},
    {"gpt2", R"({"vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12,
      "n_head": 12, "n_inner": 3072, "activation_function": "gelu_new",
      "layer_norm_epsilon": 1e-05, "scale_attn_weights": true,
      "scale_attn_by_inverse_layer_idx": false, "tie_word_embeddings": true,
      "eos_token_id": 50256})"},
    {"vit", R"({"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
      "intermediate_size": 3072, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "image_size": 224,
      "patch_size": 16, "num_channels": 3, "qkv_bias": true})",
     "encoder", imagePair},
    {"deit", R"({"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
      "intermediate_size": 3072, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "image_size": 224,
      "patch_size": 16, "num_channels": 3, "qkv_bias": true})",
     "encoder", imagePair},
    {"donut-swin", R"({"image_size": 224, "patch_size": 4, "num_channels": 3, "embed_dim": 96,
      "depths": [2, 2, 6, 2], "num_heads": [3, 6, 12, 24], "window_size": 7, "mlp_ratio": 4.0,
      "qkv_bias": true, "hidden_act": "gelu", "use_absolute_embeddings": false,
      "layer_norm_eps": 1e-05})",
     "encoder", imagePair},
    {"mbart", R"({"vocab_size": 50265, "d_model": 1024, "decoder_layers": 12,
      "decoder_attention_heads": 16, "decoder_ffn_dim": 4096, "activation_function": "gelu",
      "max_position_embeddings": 1024, "scale_embedding": false, "bos_token_id": 0,
      "pad_token_id": 1, "eos_token_id": 2, "forced_eos_token_id": 2})",
     "decoder", wideImagePair},
    {"trocr", R"({"vocab_size": 50265, "d_model": 1024, "decoder_layers": 12,
      "decoder_attention_heads": 16, "decoder_ffn_dim": 4096, "activation_function": "gelu",
      "max_position_embeddings": 512, "scale_embedding": false,
      "use_learned_position_embeddings": true, "layernorm_embedding": true,
      "tie_word_embeddings": true, "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2,
      "decoder_start_token_id": 2})",
     "decoder", wideImagePair},
    {"bert", R"({"vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12,
      "num_attention_heads": 12, "hidden_act": "gelu", "intermediate_size": 3072,
      "max_position_embeddings": 512, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
      "tie_word_embeddings": true, "pad_token_id": 0})",
     "decoder", textPair},
    {"gpt2", R"({"vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12,
      "n_head": 12, "n_inner": 3072, "activation_function": "gelu_new",
      "layer_norm_epsilon": 1e-05, "scale_attn_weights": true,
      "scale_attn_by_inverse_layer_idx": false, "tie_word_embeddings": true,
      "bos_token_id": 50256, "eos_token_id": 50256})",
     "decoder", captionPair},
};

/// Every embedding and head that a family may look for, all alike.
checkpoints::Checkpoint openWords(const TemporaryDirectory &directory) {
  TestTensors tensors;
  for (const char *name :
       {"shared.weight", "lm_head.weight", "proj_out.weight", "model.shared.weight",
        "model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight",
        "transformer.wte.weight", "decoder.transformer.wte.weight", "decoder.lm_head.weight",
        "decoder.bert.embeddings.word_embeddings.weight", "decoder.cls.predictions.bias",
        "decoder.cls.predictions.decoder.weight", "text_decoder.cls.predictions.bias",
        "decoder.model.decoder.embed_tokens.weight", "decoder.output_projection.weight",
        "decoder.embed_tokens.weight", "model.language_model.shared.weight"})
    tensors[name] = {"F32", {1, 1}, bytesOf({1.0f})};
  tensors["model.encoder.embedder.comp.log_k"] = {"F32", {}, bytesOf({1.0f})};
  directory.write("model.safetensors", safetensorsFile(tensors));
  return checkpoints::Checkpoint::open(directory.path());
}

class ClassDefault : public testing::TestWithParam<ClassDefaults> {
protected:
  /// The configuration with these fields of the class.
  static Json configOf(const Json &fields) {
    Json config = Json::parse(GetParam().whole);
    std::string side = GetParam().side;
    Json &own = side.empty() ? config : config[side];
    own["model_type"] = GetParam().modelType;
    own.update(fields);
    return config;
  }

  /// The description's JSON, or the error.
  std::string describe(const Json &fields) {
    Json json = configOf(fields);
    JsonFields config(json, "config.json");
    try {
      const Family &family = findFamily(config);
      FamilyInput input{config, checkpoint, family.modelType, warnings};
      FamilyResult result = family.describe(input);
      result.description.name = "model";
      if (result.description.hasTarget())
        result.description.generation =
            readGenerationDefaults(config, nullptr, result.specialIds,
                                   result.description.target.embedding.vocabularySize, warnings);
      return toJson(result.description);
    } catch (const InputError &error) {
      return error.what();
    }
  }

  /// Something else of the same type, that the field may have.
  static Json changed(const Json &value) {
    if (value.is_boolean())
      return !value.get<bool>();
    if (value.is_string())
      return value == "silu" ? "relu" : "silu";
    if (value.is_array())
      return {3, 3};
    if (value == 2)
      return 1; // a third segment would not be read either
    if (value.is_number_integer())
      return value.get<int64_t>() < 4 ? value.get<int64_t>() + 3 : value.get<int64_t>() / 2;
    return value.get<double>() * 2;
  }

  TemporaryDirectory directory;
  checkpoints::Checkpoint checkpoint = openWords(directory);
  Warnings warnings;
};

TEST_P(ClassDefault, IsWhatAnAbsentFieldMeans) {
  Json fields = Json::parse(GetParam().fields);
  std::string whole = describe(fields);
  ASSERT_TRUE(whole.starts_with("{")) << whole;
  EXPECT_EQ(describe(Json::object()), whole);
  for (const auto &[key, value] : fields.items()) {
    Json without = fields;
    without.erase(key);
    EXPECT_EQ(describe(without), whole) << key;
    Json other = fields;
    other[key] = changed(value);
    EXPECT_FALSE(describe(other) == whole) << key << " is not read";
  }
}

INSTANTIATE_TEST_SUITE_P(Classes, ClassDefault, testing::ValuesIn(classes), [](const auto &info) {
  std::string name = info.param.modelType;
  std::replace(name.begin(), name.end(), '-', '_');
  if (std::string(info.param.whole).find("architectures") != std::string::npos)
    name += "_of_speech";
  return *info.param.side ? name + "_" + info.param.side : name;
});

} // namespace
} // namespace transept::frontend

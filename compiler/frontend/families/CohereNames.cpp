// SPDX-License-Identifier: Apache-2.0
//
// transformers renames what it reads of Cohere's files, and renames it back when it writes them.

#include "compiler/frontend/families/CohereAsr.h"

#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace transept::frontend {

namespace {

/// A part of the class's names and what it is in NeMo's, one after another.
using Renaming = std::pair<std::string_view, std::string_view>;

constexpr std::array<Renaming, 9> encoderNames = {{
    {"subsampling.layers", "pre_encode.conv"},
    {"subsampling.linear", "pre_encode.out"},
    {"relative_k_proj", "linear_pos"},
    {"q_proj", "linear_q"},
    {"k_proj", "linear_k"},
    {"v_proj", "linear_v"},
    {"o_proj", "linear_out"},
    {"self_attn.bias_", "self_attn.pos_bias_"},
    {"conv.norm", "conv.batch_norm"},
}};

constexpr std::array<Renaming, 18> decoderNames = {{
    {"decoder.pos_emb.weight", "transf_decoder._embedding.position_embedding.pos_enc"},
    {"decoder.embed_tokens", "transf_decoder._embedding.token_embedding"},
    {"decoder.embedding_layernorm", "transf_decoder._embedding.layer_norm"},
    {"decoder.norm", "transf_decoder._decoder.final_layer_norm"},
    {"decoder.proj", "encoder_decoder_proj"},
    {"decoder.layers", "transf_decoder._decoder.layers"},
    {"self_attn", "first_sub_layer"},
    {"encoder_attn", "second_sub_layer"},
    {"q_proj", "query_net"},
    {"k_proj", "key_net"},
    {"v_proj", "value_net"},
    {"o_proj", "out_projection"},
    {"mlp.fc1", "third_sub_layer.dense_in"},
    {"mlp.fc2", "third_sub_layer.dense_out"},
    {"input_layernorm", "layer_norm_1"},
    {"post_attention_layernorm", "layer_norm_2"},
    {"final_layernorm", "layer_norm_3"},
    {"proj_out", "log_softmax.mlp.layer0"},
}};

} // namespace

std::string nameOfNemo(std::string name) {
  bool isOfEncoder = name.starts_with("encoder.");
  std::span<const Renaming> names = decoderNames;
  if (isOfEncoder)
    names = encoderNames;
  for (const auto &[ours, theirs] : names)
    if (size_t place = name.find(ours); place != std::string::npos)
      name.replace(place, ours.size(), theirs);
  return name;
}

} // namespace transept::frontend

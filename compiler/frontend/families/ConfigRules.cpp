// SPDX-License-Identifier: Apache-2.0
//
// The lists behind the rules. A field is refused when Hugging Face or a fork of it computes
// something else because of it, harmless when it only concerns training, labels, memory or
// bookkeeping.

#include "compiler/frontend/families/ConfigRules.h"

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

/// Allowed is `neutral`, besides absence, null, and empty arrays and objects.
struct RefusedField {
  const char *key;
  const char *neutral;
};

constexpr std::array<RefusedField, 25> refusedFields = {{
    {"adapter_config", ""},
    {"adapters", ""},
    {"alibi", "false"},
    {"attention_window", ""},
    {"auto_map", ""},
    {"compression_config", ""},
    {"cross_attention_hidden_size", ""},
    {"is_decoder", "false"},
    {"layer_types", ""},
    {"logit_scale", ""},
    {"num_experts", ""},
    {"num_key_value_heads", ""},
    {"num_local_experts", ""},
    {"parallel_attn", "false"},
    {"partial_rotary_factor", ""},
    {"position_embedding_type", "\"absolute\""},
    {"pruned_heads", ""},
    {"quantization_config", ""},
    {"rope_parameters", ""},
    {"rope_scaling", ""},
    {"rope_theta", ""},
    {"rotary_dim", ""},
    {"sliding_window", ""},
    {"tie_encoder_decoder", "false"},
    {"use_prompt", "false"},
}};

constexpr std::array<std::string_view, 100> harmlessFields = {"_attn_implementation",
                                                              "_attn_implementation_autoset",
                                                              "_commit_hash",
                                                              "_name_or_path",
                                                              "_num_labels",
                                                              "activation_dropout",
                                                              "add_bias_logits",
                                                              "add_cross_attention",
                                                              "add_final_layer_norm",
                                                              "apply_spec_augment",
                                                              "architectures",
                                                              "attention_dropout",
                                                              "attention_probs_dropout_prob",
                                                              "attn_implementation",
                                                              "attn_pdrop",
                                                              "chunk_size_feed_forward",
                                                              "classif_dropout",
                                                              "classifier_dropout",
                                                              "classifier_proj_size",
                                                              "cls_token_id",
                                                              "decoder_layerdrop",
                                                              "directionality",
                                                              "do_blenderbot_90_layernorm",
                                                              "dropout",
                                                              "dropout_rate",
                                                              "dtype",
                                                              "embd_pdrop",
                                                              "encoder_layerdrop",
                                                              "encoder_stride",
                                                              "extra_pos_embeddings",
                                                              "feed_forward_dropout",
                                                              "finetuning_task",
                                                              "force_bos_token_to_be_generated",
                                                              "gradient_checkpointing",
                                                              "hidden_dropout_prob",
                                                              "id2label",
                                                              "init_std",
                                                              "initializer_factor",
                                                              "initializer_range",
                                                              "label2id",
                                                              "language",
                                                              "layernorm_variant",
                                                              "mask_feature_length",
                                                              "mask_feature_min_masks",
                                                              "mask_feature_prob",
                                                              "mask_time_length",
                                                              "mask_time_min_masks",
                                                              "mask_time_prob",
                                                              "mask_token_id",
                                                              "max_source_length",
                                                              "max_target_length",
                                                              "median_filter_width",
                                                              "model_max_length",
                                                              "model_type",
                                                              "n_ctx",
                                                              "n_positions",
                                                              "normalize_before",
                                                              "normalize_embedding",
                                                              "num_labels",
                                                              "output_attentions",
                                                              "output_hidden_states",
                                                              "output_past",
                                                              "output_scores",
                                                              "pooler_act",
                                                              "pooler_fc_size",
                                                              "pooler_num_attention_heads",
                                                              "pooler_num_fc_layers",
                                                              "pooler_output_size",
                                                              "pooler_size_per_head",
                                                              "pooler_type",
                                                              "predict_special_tokens",
                                                              "prefix",
                                                              "problem_type",
                                                              "prompt_length",
                                                              "prompt_mid_dim",
                                                              "reorder_and_upcast_attn",
                                                              "resid_pdrop",
                                                              "return_dict",
                                                              "return_dict_in_generate",
                                                              "save_step",
                                                              "scalable_attention",
                                                              "sep_token_id",
                                                              "static_position_embeddings",
                                                              "summary_activation",
                                                              "summary_first_dropout",
                                                              "summary_proj_to_labels",
                                                              "summary_type",
                                                              "summary_use_proj",
                                                              "task_specific_params",
                                                              "tf_legacy_loss",
                                                              "tie_word_embeddings",
                                                              "tokenizer_class",
                                                              "torch_dtype",
                                                              "torchscript",
                                                              "transformers_version",
                                                              "typical_p",
                                                              "unk_token_id",
                                                              "use_bfloat16",
                                                              "use_cache",
                                                              "use_weighted_layer_sum"};

struct ActivationName {
  std::string_view name;
  Activation activation;
};

// gelu_accurate, gelu_fast and gelu_pytorch_tanh are the same tanh formula as gelu_new, written
// differently.
constexpr std::array<ActivationName, 11> activationNames = {{
    {"relu", Activation::Relu},
    {"gelu", Activation::Gelu},
    {"gelu_python", Activation::Gelu},
    {"gelu_new", Activation::GeluTanh},
    {"gelu_accurate", Activation::GeluTanh},
    {"gelu_fast", Activation::GeluTanh},
    {"gelu_pytorch_tanh", Activation::GeluTanh},
    {"silu", Activation::Silu},
    {"swish", Activation::Silu},
    {"sigmoid", Activation::Sigmoid},
    {"tanh", Activation::Tanh},
}};

bool holdSameNumbers(const checkpoints::Checkpoint &checkpoint, const checkpoints::TensorInfo &left,
                     const checkpoints::TensorInfo &right) {
  if (left.shape != right.shape)
    return false;
  if (left.data.data() == right.data.data() && left.type == right.type &&
      left.strides == right.strides)
    return true;
  int64_t columns = std::max<int64_t>(left.columnCount(), 1);
  int64_t step = std::max<int64_t>(1, (int64_t(1) << 20) / columns);
  std::vector<float> first, second;
  for (int64_t row = 0; row < left.rowCount(); row += step) {
    int64_t rows = std::min(step, left.rowCount() - row);
    first.resize(size_t(rows * columns));
    second.resize(first.size());
    checkpoint.readFloat(left.name, first.data(), row, rows);
    checkpoint.readFloat(right.name, second.data(), row, rows);
    if (first != second)
      return false;
  }
  checkpoint.release(left.name);
  checkpoint.release(right.name);
  return true;
}

} // namespace

void refuseUnsupportedFields(JsonFields &config, ConfigRole role,
                             std::span<const std::string_view> honoured) {
  for (const RefusedField &field : refusedFields) {
    std::string_view key = field.key;
    if (role == ConfigRole::Target && (key == "is_decoder" || key == "cross_attention_hidden_size"))
      continue;
    if (std::ranges::find(honoured, key) != honoured.end())
      continue;
    const Json *value = config.find(field.key);
    if (!value || (value->is_structured() && value->empty()))
      continue;
    std::string neutral = field.neutral;
    if (value->dump(-1, ' ', true, Json::error_handler_t::replace) != neutral)
      refuseValue(*value, config.where(field.key),
                  neutral.empty() ? "null: this is not supported" : neutral);
  }
  // Hugging Face refuses to build it.
  if (role == ConfigRole::Source && config.boolean("add_cross_attention", false))
    refuseValue(true, config.where("add_cross_attention"), "false: it is the source's side");
  bool isPair = config.boolean("is_encoder_decoder", role == ConfigRole::Model);
  if (role == ConfigRole::EncoderOfModel)
    return;
  if (isPair && role != ConfigRole::Model)
    refuseValue(true, config.where("is_encoder_decoder"), "false: it is one side of a model");
  if (!isPair && role == ConfigRole::Model)
    refuseValue(false, config.where("is_encoder_decoder"), "true: only encoder-decoder models");
}

bool isOfClass(JsonFields &config, std::string_view ending) {
  const Json *names = config.find("architectures");
  return names && std::any_of(names->begin(), names->end(), [&](const Json &each) {
           return each.is_string() && each.get_ref<const std::string &>().ends_with(ending);
         });
}

bool isWrittenByVersion5(JsonFields &config) {
  const Json *version = config.find("transformers_version");
  return version && version->is_string() && std::atoi(version->get<std::string>().c_str()) >= 5;
}

void warnUnknownFields(JsonFields &config, std::vector<std::string> &warnings) {
  for (const std::string &key : config.unreadKeys())
    if (std::find(harmlessFields.begin(), harmlessFields.end(), key) == harmlessFields.end())
      warnings.push_back(
          fmt::format("{}: this field is not known and has no effect", config.where(key)));
}

int64_t sizeField(JsonFields &config, const std::string &key, int64_t fallback,
                  const std::string &alias) {
  int64_t size = config.integer(key, fallback, sizeRange);
  if (alias.empty())
    return size;
  int64_t other = config.integer(alias, size, sizeRange);
  if (config.find(key) && other != size)
    throw InputError(fmt::format("{}: found {}, but {} is {}; they are the same size",
                                 config.where(alias), other, key, size));
  return other;
}

const Json &objectField(JsonFields &config, const std::string &key) {
  static const Json none = Json::object();
  const Json *given = config.find(key);
  if (given && !given->is_object())
    refuseValue(*given, config.where(key), "an object");
  return given ? *given : none;
}

Activation activationField(JsonFields &config, const std::string &key,
                           const std::string &fallback) {
  std::string name = config.text(key, fallback);
  std::string allowed;
  for (const ActivationName &row : activationNames) {
    if (row.name == name)
      return row.activation;
    allowed += fmt::format("{}\"{}\"", allowed.empty() ? "" : ", ", row.name);
  }
  refuseValue(name, config.where(key), "one of " + allowed);
}

std::string resolveTied(const checkpoints::Checkpoint &checkpoint,
                        const std::vector<std::string> &names, const std::string &reason,
                        std::vector<std::string> &unused) {
  const checkpoints::TensorInfo *chosen = nullptr;
  for (const std::string &name : names) {
    const checkpoints::TensorInfo *info = checkpoint.find(name);
    if (!info)
      continue;
    if (!chosen) {
      chosen = info;
      continue;
    }
    if (!holdSameNumbers(checkpoint, *chosen, *info))
      throw InputError(fmt::format(
          "{}: {}, but the tensors '{}' {} and '{}' {} are both stored and "
          "differ; leave one out or change config.json",
          checkpoint.directory(), reason, chosen->name, checkpoints::formatShape(chosen->shape),
          name, checkpoints::formatShape(info->shape)));
    unused.push_back(name);
  }
  if (!chosen)
    throw InputError(fmt::format("{}: {}, but none of these tensors is stored: {}",
                                 checkpoint.directory(), reason, fmt::join(names, ", ")));
  return chosen->name;
}

bool differsFromWords(const checkpoints::Checkpoint &checkpoint,
                      const std::vector<std::string> &words, const std::string &head) {
  const checkpoints::TensorInfo *own = checkpoint.find(head);
  auto first = std::find_if(words.begin(), words.end(), [&](const std::string &name) {
    return checkpoint.find(name) != nullptr;
  });
  return own && first != words.end() &&
         !holdSameNumbers(checkpoint, *checkpoint.find(*first), *own);
}

} // namespace transept::frontend

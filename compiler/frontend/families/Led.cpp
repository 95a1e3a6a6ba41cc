// SPDX-License-Identifier: Apache-2.0
//
// A window of w is w / 2 tokens to each side. Layers may have windows of their own.

#include "compiler/frontend/families/Led.h"

#include "compiler/frontend/description/DescriptionFields.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

int64_t windowOf(const Json &value, const std::string &where) {
  int64_t window = toInteger(value, where, sizeRange);
  if (window % 2 != 0)
    refuseValue(value, where, "an even number");
  return window;
}

/// One for all layers, where they are alike.
std::vector<int64_t> windows(JsonFields &config, int64_t layers) {
  const std::string where = config.where("attention_window");
  const Json *value = config.find("attention_window");
  if (!value)
    return {512};
  if (!value->is_array())
    return {windowOf(*value, where)};
  if (int64_t(value->size()) != layers)
    refuseValue(*value, where, fmt::format("a number for each of the {} encoder_layers", layers));
  std::vector<int64_t> result;
  for (const Json &each : *value)
    result.push_back(windowOf(each, where));
  if (std::adjacent_find(result.begin(), result.end(), std::not_equal_to<>()) == result.end())
    result.resize(std::min<size_t>(result.size(), 1));
  return result;
}

} // namespace

void lookAtWindows(JsonFields &config, const std::string &module, Stack &stack) {
  Attention &attention = stack.selfAttention;
  const std::string name = module + ".layers.{layer}.self_attn.";
  auto part = [&](const std::string &layer) {
    return linear(name + layer, stack.hiddenSize, stack.hiddenSize);
  };
  attention.query = part("longformer_self_attn.query");
  attention.key = part("longformer_self_attn.key");
  attention.value = part("longformer_self_attn.value");
  attention.output = part("output");
  attention.globalTokens = {.query = part("longformer_self_attn.query_global"),
                            .key = part("longformer_self_attn.key_global"),
                            .value = part("longformer_self_attn.value_global")};
  for (int64_t window : windows(config, stack.layerCount))
    attention.variants.push_back({.window = Window{.before = window / 2, .after = window / 2}});
}

} // namespace transept::frontend

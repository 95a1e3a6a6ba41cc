// SPDX-License-Identifier: Apache-2.0
//
// JSON with every type checked: the files are the checkpoint author's, not ours.

#include "text/TokenizerConfig.h"

#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace transept::text {

namespace {

using Json = nlohmann::json;

constexpr int maximumDepth = 16;

Json parse(std::string_view text, std::string_view name) {
  auto check = [&](int depth, Json::parse_event_t, Json &) {
    if (depth > maximumDepth)
      throw Error(fmt::format("{}: nested deeper than {} levels", name, maximumDepth));
    return true;
  };
  try {
    Json json = Json::parse(text, check);
    if (!json.is_object())
      throw Error(fmt::format("{}: not a JSON object", name));
    return json;
  } catch (const Json::exception &error) {
    throw Error(fmt::format("{}: {}", name, error.what()));
  }
}

AddedToken parseToken(const Json &json, const std::string &where) {
  AddedToken token;
  if (json.is_string()) {
    token.content = json.get<std::string>();
    return token;
  }
  auto content = json.is_object() ? json.find("content") : json.end();
  if (!json.is_object() || content == json.end() || !content->is_string())
    throw Error(fmt::format("{}: neither a token nor an object with its content", where));
  token.content = content->get<std::string>();
  auto flag = [&](const char *key) {
    auto value = json.find(key);
    if (value == json.end())
      return false;
    if (!value->is_boolean())
      throw Error(fmt::format("{}.{}: neither true nor false", where, key));
    return value->get<bool>();
  };
  token.stripsLeft = flag("lstrip");
  token.stripsRight = flag("rstrip");
  token.isSingleWord = flag("single_word");
  return token;
}

int32_t parseId(const Json &json, const std::string &where) {
  if (!json.is_number_integer() || json < 0 || json > std::numeric_limits<int32_t>::max())
    throw Error(fmt::format("{}: not a token id", where));
  return json.get<int32_t>();
}

std::map<int32_t, AddedToken> parseAddedTokens(const Json &json, const std::string &where) {
  if (!json.is_object())
    throw Error(fmt::format("{}: not an object from ids to tokens", where));
  std::map<int32_t, AddedToken> tokens;
  for (const auto &[key, value] : json.items()) {
    int32_t id = 0;
    auto [end, failure] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (failure != std::errc() || end != key.data() + key.size() || id < 0)
      throw Error(fmt::format("{}: '{}' is not a token id", where, key));
    tokens[id] = parseToken(value, fmt::format("{}.{}", where, key));
  }
  return tokens;
}

/// Takes the special tokens that a file names; both files use the same keys.
void takeSpecialTokens(TokenizerConfig &config, const Json &json, const std::string &name) {
  auto take = [&](const char *key, AddedToken &token) {
    if (auto value = json.find(key); value != json.end() && !value->is_null())
      token = parseToken(*value, fmt::format("{}: {}", name, key));
  };
  take("eos_token", config.endToken);
  take("unk_token", config.unknownToken);
  take("pad_token", config.paddingToken);
  for (const char *key : {"bos_token", "sep_token", "cls_token", "mask_token"})
    if (json.contains(key) && !json[key].is_null())
      take(key, config.otherTokens.emplace_back());
  auto additional = json.find("additional_special_tokens");
  if (additional == json.end() || additional->is_null())
    return;
  if (!additional->is_array())
    throw Error(fmt::format("{}: additional_special_tokens: not an array", name));
  auto &tokens = config.additionalTokens.emplace();
  for (const Json &each : *additional)
    tokens.push_back(parseToken(each, name + ": additional_special_tokens"));
}

} // namespace

TokenizerConfig readTokenizerConfig(const Settings &settings, std::span<const Asset> assets) {
  TokenizerConfig config;
  bool hasAddedTokens = false;
  if (const Asset *asset = findAsset(assets, "tokenizer_config.json")) {
    std::string name(asset->name);
    Json json = parse(asset->bytes, name);
    takeSpecialTokens(config, json, name);
    if (auto tokens = json.find("added_tokens_decoder"); tokens != json.end()) {
      config.addedTokens = parseAddedTokens(*tokens, name + ": added_tokens_decoder");
      hasAddedTokens = true;
    }
    if (auto value = json.find("clean_up_tokenization_spaces");
        value != json.end() && value->is_boolean())
      config.cleansUpSpaces = value->get<bool>();
  }
  if (!hasAddedTokens) {
    // Files from before added_tokens_decoder: the map's tokens win, added tokens have no flags.
    if (const Asset *asset = findAsset(assets, "special_tokens_map.json"))
      takeSpecialTokens(config, parse(asset->bytes, asset->name), std::string(asset->name));
    if (const Asset *asset = findAsset(assets, "added_tokens.json")) {
      std::string name(asset->name);
      // Named: items() of a temporary would outlive it.
      const Json added = parse(asset->bytes, name);
      for (const auto &[content, id] : added.items())
        config.addedTokens[parseId(id, name + ": " + content)].content = content;
    }
  }
  const std::string key = "added_tokens_decoder";
  if (auto setting = settings.find(key); setting != settings.end())
    config.addedTokens = parseAddedTokens(parse(setting->second, key), key);
  config.cleansUpSpaces =
      booleanSetting(settings, "clean_up_tokenization_spaces", config.cleansUpSpaces);
  return config;
}

std::unordered_map<std::string, int32_t> readVocabulary(const Asset &asset) {
  std::string name(asset.name);
  Json json = parse(asset.bytes, name);
  std::unordered_map<std::string, int32_t> vocabulary;
  vocabulary.reserve(json.size());
  for (const auto &[token, id] : json.items())
    vocabulary.emplace(token, parseId(id, name + ": " + token));
  return vocabulary;
}

bool booleanSetting(const Settings &settings, const std::string &key, bool fallback) {
  auto found = settings.find(key);
  if (found == settings.end())
    return fallback;
  if (found->second != "true" && found->second != "false")
    throw Error(fmt::format("tokenizer setting {}: found '{}', allowed are true and false", key,
                            found->second));
  return found->second == "true";
}

int32_t integerSetting(const Settings &settings, const std::string &key, int32_t fallback,
                       int32_t maximum) {
  auto found = settings.find(key);
  if (found == settings.end())
    return fallback;
  const std::string &text = found->second;
  int32_t value = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value < 0 || value > maximum)
    throw Error(fmt::format("tokenizer setting {}: found '{}', allowed is a number from 0 to {}",
                            key, text, maximum));
  return value;
}

const Asset &needAsset(std::span<const Asset> assets, std::string_view name) {
  if (const Asset *asset = findAsset(assets, name))
    return *asset;
  throw Error(fmt::format("the tokenizer's file {} is missing", name));
}

} // namespace transept::text

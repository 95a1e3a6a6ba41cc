// SPDX-License-Identifier: Apache-2.0
//
// Every type is checked: the files are the checkpoint author's, not ours.

#include "media/tokenizers/TokenizerConfig.h"
#include "base/Error.h"

#include "media/tokenizers/BoundedJson.h"
#include "media/tokenizers/CompiledAsset.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace transept::text {

namespace {

constexpr std::array<const char *, roleCount> roleKeys = {
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"};

constexpr const char *defaultTokens =
    R"({"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"})";

/// A text changes the content alone: Hugging Face gives it the flags of the default.
void parseToken(const Json &json, const std::string &where, AddedToken &token) {
  if (json.is_string()) {
    std::string content = json.get<std::string>();
    if (content != token.content)
      token = AddedToken{content};
    return;
  }
  auto content = json.is_object() ? json.find("content") : json.end();
  if (!json.is_object() || content == json.end() || !content->is_string())
    throw InputError(fmt::format("{}: neither a token nor an object with its content", where));
  auto flag = [&](const char *key) {
    auto value = json.find(key);
    if (value == json.end())
      return false;
    if (!value->is_boolean())
      throw InputError(fmt::format("{}.{}: neither true nor false", where, key));
    return value->get<bool>();
  };
  token = {.content = content->get<std::string>(),
           .stripsLeft = flag("lstrip"),
           .stripsRight = flag("rstrip"),
           .isSingleWord = flag("single_word")};
}

std::map<int32_t, AddedToken> parseAddedTokens(const Json &json, const std::string &where) {
  if (!json.is_object())
    throw InputError(fmt::format("{}: not an object from ids to tokens", where));
  std::map<int32_t, AddedToken> tokens;
  for (const auto &[key, value] : json.items()) {
    int32_t id = 0;
    auto [end, failure] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (failure != std::errc() || end != key.data() + key.size() || id < 0)
      throw InputError(fmt::format("{}: '{}' is not a token id", where, key));
    parseToken(value, fmt::format("{}.{}", where, key), tokens[id]);
  }
  return tokens;
}

/// Takes the special tokens that a file names; all of them use the same keys.
void takeSpecialTokens(TokenizerConfig &config, const Json &json, const std::string &name) {
  for (size_t role = 0; role < roleCount; ++role) {
    auto value = json.find(roleKeys[role]);
    if (value == json.end())
      continue;
    if (value->is_null())
      config.tokens[role] = {};
    else
      parseToken(*value, fmt::format("{}: {}", name, roleKeys[role]), config.tokens[role]);
  }
  auto additional = json.find("additional_special_tokens");
  if (additional == json.end() || additional->is_null())
    return;
  if (!additional->is_array())
    throw InputError(fmt::format("{}: additional_special_tokens: not an array", name));
  auto &tokens = config.additionalTokens.emplace();
  for (const Json &each : *additional)
    parseToken(each, name + ": additional_special_tokens", tokens.emplace_back());
}

/// Tokens of the settings that the files' list must contain, as the classes of some models demand.
void requireAdditionalTokens(TokenizerConfig &config, const Settings &settings) {
  auto required = listSetting(settings, "required_special_tokens");
  if (!required)
    return;
  if (!config.additionalTokens)
    config.additionalTokens.emplace();
  for (const std::string &content : *required) {
    auto &tokens = *config.additionalTokens;
    if (std::none_of(tokens.begin(), tokens.end(),
                     [&](const AddedToken &token) { return token.content == content; }))
      tokens.push_back(AddedToken{content});
  }
}

/// What the files say of added tokens, by the rules for new files and for old ones.
void takeFiles(TokenizerConfig &config, std::span<const Asset> assets) {
  if (const Asset *asset = findAsset(assets, "tokenizer_config.json")) {
    std::string name(asset->name);
    Json json = parseObject(asset->bytes, name);
    takeSpecialTokens(config, json, name);
    if (auto value = json.find("clean_up_tokenization_spaces");
        value != json.end() && value->is_boolean())
      config.cleansUpSpaces = value->get<bool>();
    if (auto tokens = json.find("added_tokens_decoder"); tokens != json.end()) {
      for (auto &[id, token] : parseAddedTokens(*tokens, name + ": added_tokens_decoder"))
        config.addedTokens.insert_or_assign(id, std::move(token));
      return;
    }
  }
  // Files from before added_tokens_decoder: the map's tokens win, added tokens have no flags.
  if (const Asset *asset = findAsset(assets, "special_tokens_map.json"))
    takeSpecialTokens(config, parseObject(asset->bytes, asset->name), std::string(asset->name));
  if (const Asset *asset = findAsset(assets, "added_tokens.json")) {
    std::string name(asset->name);
    // Named: items() of a temporary would outlive it.
    const Json added = parseObject(asset->bytes, name);
    for (const auto &[content, id] : added.items())
      config.addedTokens[parseId(id, name + ": " + content)] = AddedToken{content};
  }
}

} // namespace

std::optional<Role> roleOf(std::string_view key) {
  for (size_t role = 0; role < roleCount; ++role)
    if (roleKeys[role] == key)
      return static_cast<Role>(role);
  return std::nullopt;
}

TokenizerConfig readTokenizerConfig(const Settings &settings, std::span<const Asset> assets) {
  TokenizerConfig config;
  std::string key = "special_tokens";
  takeSpecialTokens(config, parseObject(textSetting(settings, key, defaultTokens), key), key);
  key = "added_tokens";
  config.addedTokens = parseAddedTokens(parseObject(textSetting(settings, key, "{}"), key), key);
  takeFiles(config, assets);
  requireAdditionalTokens(config, settings);
  key = "added_tokens_decoder";
  if (auto setting = settings.find(key); setting != settings.end())
    for (auto &[id, token] : parseAddedTokens(parseObject(setting->second, key), key))
      config.addedTokens.insert_or_assign(id, std::move(token));
  config.cleansUpSpaces =
      booleanSetting(settings, "clean_up_tokenization_spaces", config.cleansUpSpaces);
  return config;
}

Vocabulary readVocabulary(const Asset &asset) {
  std::string name(asset.name);
  if (isCompiled(asset.bytes))
    return Vocabulary(asset.bytes, name);
  Json json = parseValue(asset.bytes, name);
  if (!json.is_object() && !json.is_array())
    throw InputError(
        fmt::format("{}: neither an object from tokens to ids nor a list of tokens", name));
  if (json.empty())
    throw InputError(fmt::format("{}: found no token, but one or more are needed", name));
  TokenIds vocabulary;
  vocabulary.reserve(json.size());
  int32_t place = 0;
  for (const auto &[key, value] : json.items()) {
    if (json.is_object())
      vocabulary.emplace(key, parseId(value, name + ": " + key));
    else if (value.is_string())
      vocabulary.emplace(value.get<std::string>(), place++);
    else
      throw InputError(
          fmt::format("{}[{}]: found {}, allowed is a token", name, key, quote(value)));
  }
  return Vocabulary(vocabulary);
}

const Asset &needAsset(std::span<const Asset> assets, std::string_view name) {
  if (const Asset *asset = findAsset(assets, name))
    return *asset;
  throw InputError(fmt::format("the tokenizer's file {} is missing", name));
}

} // namespace transept::text

// SPDX-License-Identifier: Apache-2.0
//
// Settings are resolved here, from tokenizer_config.json over Hugging Face's defaults; the text
// layer takes them as they are.

#include "compiler/frontend/tokenizers/TokenizerFiles.h"

#include "base/Error.h"
#include "base/Json.h"
#include "base/ModelFolder.h"
#include "compiler/frontend/tokenizers/TokenizerClasses.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

class TokenizerFinder {
public:
  TokenizerFinder(const std::string &directory, std::vector<std::string> &warnings)
      : directory(directory), warnings(warnings) {
    config = Json::object();
    if (exists("tokenizer_config.json"))
      config = readJsonFile(path("tokenizer_config.json"));
  }

  Tokenizer find(const std::string &family) {
    JsonFields fields(config, path("tokenizer_config.json"));
    std::string className = classOf(fields, family);
    Tokenizer tokenizer = settleTokenizer(className, fields, warnings);
    takeLists(tokenizer);
    if (tokenizer.kind.empty() || !areThere(tokenizer.files)) {
      if (!exists("tokenizer.json"))
        return withoutFiles(fields, className, tokenizer);
      tokenizer = settleTokenizerJson(className, fields, warnings);
    }
    addCommon(tokenizer, fields);
    return tokenizer;
  }

private:
  std::string path(const std::string &file) const { return directory + "/" + file; }

  bool exists(const std::string &file) const {
    std::error_code failure;
    return hasFile(directory, file) && std::filesystem::is_regular_file(path(file), failure);
  }

  /// The class's name without "Fast". tokenizer_config.json comes first, as in AutoTokenizer.
  std::string classOf(JsonFields &fields, const std::string &family) {
    std::string name = fields.text("tokenizer_class", "");
    if (name.empty() && exists("config.json")) {
      Json model = readJsonFile(path("config.json"));
      name = JsonFields(model, path("config.json")).text("tokenizer_class", "");
    }
    if (name.ends_with("Fast"))
      name.resize(name.size() - 4);
    // The class of tokenizer.json alone says nothing about the model.
    bool isNoClass = name.empty() || name == "PreTrainedTokenizer";
    return isNoClass ? defaultTokenizerClass(family) : name;
  }

  bool areThere(const std::vector<std::string> &files) const {
    return std::all_of(files.begin(), files.end(),
                       [&](const std::string &file) { return exists(file); });
  }

  /// CTranslate2's lists of tokens in place of a vocabulary that is not there. Its folders always
  /// have them, with or without files of a tokenizer.
  void takeLists(Tokenizer &tokenizer) {
    auto place = std::ranges::find(tokenizer.files, "vocab.json");
    if ((tokenizer.kind != "marian" && tokenizer.kind != "sentencepiece") ||
        place == tokenizer.files.end() || exists("vocab.json") ||
        std::ranges::none_of(tokenizer.files,
                             [&](const std::string &file) { return exists(file); }))
      return;
    const bool isSeparate = tokenizer.kind == "marian" && exists("source_vocabulary.json") &&
                            exists("target_vocabulary.json");
    const std::string list = isSeparate ? "source_vocabulary.json" : "shared_vocabulary.json";
    if (!exists(list))
      return;
    *place = tokenizer.settings["vocabulary_file"] = list;
    if (isSeparate) {
      std::erase(tokenizer.files, "target_vocab.json");
      tokenizer.files.push_back("target_vocabulary.json");
      tokenizer.settings["target_vocabulary_file"] = "target_vocabulary.json";
      tokenizer.settings["separate_vocabs"] = "true";
    }
    // The converter leaves out what only fills up Marian's batches.
    const Json tokens = readJsonFile(path(list));
    if (tokenizer.kind == "marian" && std::ranges::find(tokens, "<pad>") == tokens.end())
      tokenizer.settings["special_tokens"] =
          R"({"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "</s>"})";
  }

  /// No tokenizer, and why, where there was an attempt at one.
  Tokenizer withoutFiles(JsonFields &fields, const std::string &className,
                         const Tokenizer &wanted) {
    std::vector<std::string> missing;
    for (const std::string &file : wanted.files)
      if (!exists(file))
        missing.push_back(file);
    if (wanted.kind.empty() && !className.empty())
      warnings.push_back(fmt::format("{}: found \"{}\", supported are {}; the model will take "
                                     "token ids only",
                                     fields.where("tokenizer_class"), className,
                                     fmt::join(tokenizerClasses(), ", ")));
    else if (missing.size() < wanted.files.size())
      warnings.push_back(
          fmt::format("{}: {} missing; the model will take token ids only{}", directory,
                      fmt::join(missing, ", "),
                      fetchAdvice(directory, fmt::format("{}", fmt::join(missing, " ")))));
    return {};
  }

  void addCommon(Tokenizer &tokenizer, JsonFields &fields) {
    bool cleansUp = fields.boolean("clean_up_tokenization_spaces", true);
    tokenizer.settings["clean_up_tokenization_spaces"] = cleansUp ? "true" : "false";
    if (const Json *arguments = fields.find("sp_model_kwargs"))
      if (arguments->is_object() && arguments->contains("enable_sampling") &&
          (*arguments)["enable_sampling"] != false)
        warnings.push_back(
            fmt::format("{}: enable_sampling is not honoured", fields.where("sp_model_kwargs")));
    for (const char *file : {"tokenizer_config.json", "special_tokens_map.json"})
      if (exists(file))
        tokenizer.files.push_back(file);
    if (tokenizer.kind != "tokenizer-json")
      addAddedTokens(tokenizer, fields);
  }

  /// Newer files list the added tokens in tokenizer_config.json. Before, Hugging Face reads
  /// added_tokens.json and takes those of tokenizer.json only without that file. tokenizer.json
  /// holds megabytes beside them, so its entries become a setting.
  void addAddedTokens(Tokenizer &tokenizer, JsonFields &fields) {
    if (fields.find("added_tokens_decoder"))
      return;
    if (exists("added_tokens.json")) {
      tokenizer.files.push_back("added_tokens.json");
      return;
    }
    if (!exists("tokenizer.json"))
      return;
    Json file = readJsonFile(path("tokenizer.json"), {.onlyMember = "added_tokens"});
    JsonFields whole(file, path("tokenizer.json"));
    const Json *tokens = whole.find("added_tokens");
    if (!tokens || !tokens->is_array())
      return;
    Json decoder = Json::object();
    for (const Json &token : *tokens) {
      if (!token.is_object() || !token.contains("id") || !token.contains("content"))
        refuseValue(token, whole.where("added_tokens"), "an object with id and content");
      int64_t id = toInteger(token["id"], whole.where("added_tokens.id"), {.minimum = 0});
      Json entry = token;
      entry.erase("id");
      decoder[std::to_string(id)] = entry;
    }
    if (!decoder.empty())
      tokenizer.settings["added_tokens_decoder"] =
          decoder.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
  }

  std::string directory;
  std::vector<std::string> &warnings;
  Json config;
};

} // namespace

Tokenizer findTokenizer(const std::string &directory, const std::string &family,
                        std::vector<std::string> &warnings) {
  TokenizerFinder finder(directory, warnings);
  return finder.find(family);
}

} // namespace transept::frontend

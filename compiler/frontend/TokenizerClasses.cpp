// SPDX-License-Identifier: Apache-2.0
//
// One function a class; text/README.md says what the settings mean.

#include "compiler/frontend/TokenizerClasses.h"

#include "compiler/frontend/Error.h"
#include "compiler/frontend/TokenizerLanguages.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

struct ClassInput {
  JsonFields &config;
  std::vector<std::string> &warnings;
};

std::string dump(const Json &json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

std::string flag(bool value) {
  return value ? "true" : "false";
}

void setFrame(Tokenizer &tokenizer, const Names &prefix, const Names &suffix) {
  tokenizer.settings["prefix"] = dump(prefix);
  tokenizer.settings["suffix"] = dump(suffix);
}

void setLanguages(Tokenizer &tokenizer, const Names &languages, const std::string &token,
                  const std::string &source, const std::string &target) {
  tokenizer.settings["languages"] = dump(languages);
  tokenizer.settings["language_token"] = token;
  tokenizer.settings["source_language"] = source;
  tokenizer.settings["target_language"] = target;
}

/// BART's special tokens, which many classes have.
Json commonTokens() {
  return {{"bos_token", "<s>"},  {"eos_token", "</s>"},  {"unk_token", "<unk>"},
          {"sep_token", "</s>"}, {"pad_token", "<pad>"}, {"cls_token", "<s>"}};
}

Json strippingMask() {
  return {{"content", "<mask>"}, {"lstrip", true}};
}

std::string languageField(const ClassInput &input, const std::string &key,
                          const std::string &fallback, const Names &languages) {
  std::string name = input.config.text(key, fallback);
  if (name.empty() || std::find(languages.begin(), languages.end(), name) != languages.end())
    return name;
  input.warnings.push_back(fmt::format("{}: found \"{}\", which is not a language of this "
                                       "tokenizer; texts will carry no language",
                                       input.config.where(key), name));
  return "";
}

Tokenizer byteLevel(const ClassInput &input) {
  Tokenizer tokenizer{
      .kind = "byte-level-bpe", .files = {"vocab.json", "merges.txt"}, .settings = {}};
  tokenizer.settings["add_prefix_space"] = flag(input.config.boolean("add_prefix_space", false));
  return tokenizer;
}

Tokenizer bart(const ClassInput &input) {
  Tokenizer tokenizer = byteLevel(input);
  Json tokens = commonTokens();
  tokens["mask_token"] = strippingMask();
  tokenizer.settings["special_tokens"] = dump(tokens);
  setFrame(tokenizer, {"{cls_token}"}, {"{sep_token}"});
  return tokenizer;
}

Tokenizer blenderbot(const ClassInput &input) {
  Tokenizer tokenizer = bart(input);
  setFrame(tokenizer, {}, {"{eos_token}"});
  return tokenizer;
}

Json endOfText() {
  return {{"bos_token", "<|endoftext|>"},
          {"eos_token", "<|endoftext|>"},
          {"unk_token", "<|endoftext|>"}};
}

Tokenizer gpt2(const ClassInput &input) {
  Tokenizer tokenizer = byteLevel(input);
  tokenizer.settings["special_tokens"] = dump(endOfText());
  setFrame(tokenizer, input.config.boolean("add_bos_token", false) ? Names{"{bos_token}"} : Names{},
           {});
  return tokenizer;
}

Tokenizer whisper(const ClassInput &input) {
  Tokenizer tokenizer = byteLevel(input);
  auto &settings = tokenizer.settings;
  settings["special_tokens"] = dump(endOfText());
  settings["separates_added_tokens"] = "true";
  settings["timestamps_after"] = "<|notimestamps|>";
  settings["prompt_token"] = "<|startofprev|>";
  settings["start_token"] = "<|startoftranscript|>";
  Names languages = tokenizerLanguages("whisper");
  std::string language = languageField(input, "language", "", languages);
  setLanguages(tokenizer, languages, "<|{}|>", language, language);
  Names prefix = {"<|startoftranscript|>", "{language}"};
  std::string task = input.config.text("task", "");
  if (task == "transcribe" || task == "translate")
    prefix.push_back("<|" + task + "|>");
  if (!input.config.boolean("predict_timestamps", false))
    prefix.push_back("<|notimestamps|>");
  setFrame(tokenizer, prefix, {"{eos_token}"});
  return tokenizer;
}

Tokenizer blenderbotSmall(const ClassInput &) {
  Tokenizer tokenizer{.kind = "word-bpe", .files = {"vocab.json", "merges.txt"}, .settings = {}};
  tokenizer.settings["special_tokens"] = dump({{"bos_token", "__start__"},
                                               {"eos_token", "__end__"},
                                               {"unk_token", "__unk__"},
                                               {"pad_token", "__null__"}});
  setFrame(tokenizer, {}, {});
  return tokenizer;
}

Tokenizer bert(const ClassInput &input) {
  Tokenizer tokenizer{.kind = "wordpiece", .files = {"vocab.txt"}, .settings = {}};
  auto &settings = tokenizer.settings;
  settings["special_tokens"] = dump({{"unk_token", "[UNK]"},
                                     {"sep_token", "[SEP]"},
                                     {"pad_token", "[PAD]"},
                                     {"cls_token", "[CLS]"},
                                     {"mask_token", "[MASK]"}});
  for (const char *key : {"do_lower_case", "do_basic_tokenize", "tokenize_chinese_chars"})
    settings[key] = flag(input.config.boolean(key, true));
  if (input.config.find("strip_accents"))
    settings["strip_accents"] = flag(input.config.boolean("strip_accents", true));
  setFrame(tokenizer, {"{cls_token}"}, {"{sep_token}"});
  return tokenizer;
}

Tokenizer marian(const ClassInput &input) {
  Tokenizer tokenizer{
      .kind = "marian", .files = {"source.spm", "target.spm", "vocab.json"}, .settings = {}};
  bool isSeparate = input.config.boolean("separate_vocabs", false);
  if (isSeparate)
    tokenizer.files.push_back("target_vocab.json");
  tokenizer.settings["separate_vocabs"] = flag(isSeparate);
  return tokenizer;
}

Tokenizer t5(const ClassInput &input) {
  Tokenizer tokenizer{.kind = "t5", .files = {"spiece.model"}, .settings = {}};
  auto &settings = tokenizer.settings;
  settings["extra_ids"] = std::to_string(input.config.integer("extra_ids", 100, {0, 100'000}));
  settings["legacy"] = flag(input.config.boolean("legacy", true));
  settings["add_prefix_space"] = flag(input.config.boolean("add_prefix_space", true));
  return tokenizer;
}

/// Fairseq's four special tokens come before the pieces, of which the first (<unk>) is one of them.
Tokenizer fairseq() {
  Tokenizer tokenizer{
      .kind = "sentencepiece", .files = {"sentencepiece.bpe.model"}, .settings = {}};
  auto &settings = tokenizer.settings;
  settings["model_file"] = "sentencepiece.bpe.model";
  settings["id_offset"] = "1";
  settings["decoding"] = "concatenate";
  settings["added_tokens"] = dump({{"0", "<s>"}, {"1", "<pad>"}, {"2", "</s>"}, {"3", "<unk>"}});
  Json tokens = commonTokens();
  tokens["mask_token"] = strippingMask();
  settings["special_tokens"] = dump(tokens);
  return tokenizer;
}

Tokenizer xlmRoberta(const ClassInput &) {
  Tokenizer tokenizer = fairseq();
  tokenizer.settings["following_tokens"] = dump(Names{"<mask>"});
  setFrame(tokenizer, {"{cls_token}"}, {"{sep_token}"});
  return tokenizer;
}

Tokenizer languagesAfterPieces(const ClassInput &input, const std::string &list) {
  Tokenizer tokenizer = fairseq();
  Names languages = tokenizerLanguages(list);
  tokenizer.settings["required_special_tokens"] = dump(languages);
  setLanguages(tokenizer, languages, "{}", languageField(input, "src_lang", "en_XX", languages),
               languageField(input, "tgt_lang", "", languages));
  languages.push_back("<mask>");
  tokenizer.settings["following_tokens"] = dump(languages);
  return tokenizer;
}

Tokenizer mbart(const ClassInput &input) {
  Tokenizer tokenizer = languagesAfterPieces(input, "FAIRSEQ");
  setFrame(tokenizer, {}, {"{eos_token}", "{language}"});
  return tokenizer;
}

Tokenizer mbart50(const ClassInput &input) {
  Tokenizer tokenizer = languagesAfterPieces(input, "ML50");
  tokenizer.settings["decoding"] = "model";
  tokenizer.settings["special_spacing"] = "before";
  Json tokens = commonTokens();
  tokens.erase("bos_token");
  tokens["mask_token"] = strippingMask();
  tokenizer.settings["special_tokens"] = dump(tokens);
  setFrame(tokenizer, {"{language}"}, {"{eos_token}"});
  return tokenizer;
}

Tokenizer nllb(const ClassInput &input) {
  Tokenizer tokenizer = fairseq();
  Names languages = tokenizerLanguages("nllb");
  Json tokens = commonTokens();
  tokens["mask_token"] = strippingMask();
  tokens["additional_special_tokens"] = languages;
  tokenizer.settings["special_tokens"] = dump(tokens);
  setLanguages(tokenizer, languages, "{}", languageField(input, "src_lang", "eng_Latn", languages),
               languageField(input, "tgt_lang", "", languages));
  if (input.config.boolean("legacy_behaviour", false))
    setFrame(tokenizer, {}, {"{eos_token}", "{language}"});
  else
    setFrame(tokenizer, {"{language}"}, {"{eos_token}"});
  return tokenizer;
}

Tokenizer plbart(const ClassInput &input) {
  const std::string list = input.config.text("language_codes", "base");
  Tokenizer tokenizer = fairseq();
  Names languages = tokenizerLanguages(list == "multi" ? "multi" : "base"), tokens;
  for (const std::string &language : languages)
    tokens.push_back("__" + language + "__");
  tokenizer.settings["required_special_tokens"] = dump(tokens);
  // Files have names in either form.
  auto field = [&](const std::string &key, const std::string &fallback) {
    std::string name = input.config.text(key, fallback);
    auto token = std::find(tokens.begin(), tokens.end(), name);
    return token != tokens.end() ? languages[static_cast<size_t>(token - tokens.begin())]
                                 : languageField(input, key, fallback, languages);
  };
  setLanguages(tokenizer, languages, "__{}__", field("src_lang", list == "multi" ? "en_XX" : ""),
               field("tgt_lang", ""));
  if (list != "multi")
    tokens.push_back("<mask>");
  tokenizer.settings["following_tokens"] = dump(tokens);
  setFrame(tokenizer, {}, {"{eos_token}", "{language}"});
  return tokenizer;
}

Tokenizer m2m100(const ClassInput &input) {
  Tokenizer tokenizer{
      .kind = "sentencepiece", .files = {"sentencepiece.bpe.model", "vocab.json"}, .settings = {}};
  auto &settings = tokenizer.settings;
  settings["model_file"] = "sentencepiece.bpe.model";
  settings["vocabulary_file"] = "vocab.json";
  Json tokens = commonTokens();
  tokens.erase("cls_token");
  settings["special_tokens"] = dump(tokens);
  const bool isWmt = input.config.text("language_codes", "m2m100") == "wmt21";
  Names languages = tokenizerLanguages(isWmt ? "wmt21" : "m2m100"), following;
  for (const std::string &language : languages)
    following.push_back("__" + language + "__");
  settings["following_tokens"] = dump(following);
  settings["counts_following_tokens"] = "false";
  setLanguages(tokenizer, languages, "__{}__", languageField(input, "src_lang", "en", languages),
               languageField(input, "tgt_lang", "", languages));
  setFrame(tokenizer, {"{language}"}, {"{eos_token}"});
  return tokenizer;
}

Tokenizer speechToText(const ClassInput &input) {
  Tokenizer tokenizer{
      .kind = "sentencepiece", .files = {"sentencepiece.bpe.model", "vocab.json"}, .settings = {}};
  auto &settings = tokenizer.settings;
  settings["model_file"] = "sentencepiece.bpe.model";
  settings["vocabulary_file"] = "vocab.json";
  settings["special_spacing"] = "after";
  settings["do_upper_case"] = flag(input.config.boolean("do_upper_case", false));
  settings["do_lower_case"] = flag(input.config.boolean("do_lower_case", false));
  Json tokens = commonTokens();
  tokens.erase("sep_token");
  tokens.erase("cls_token");
  settings["special_tokens"] = dump(tokens);
  Names languages = tokenizerLanguages(input.config.text("lang_codes", "")), required;
  for (const std::string &language : languages)
    required.push_back("<lang:" + language + ">");
  settings["required_special_tokens"] = dump(required);
  std::string target =
      languageField(input, "tgt_lang", languages.empty() ? "" : languages.front(), languages);
  setLanguages(tokenizer, languages, "<lang:{}>", target, target);
  setFrame(tokenizer, {"{language}"}, {"{eos_token}"});
  return tokenizer;
}

Tokenizer pegasus(const ClassInput &input) {
  Tokenizer tokenizer{.kind = "sentencepiece", .files = {"spiece.model"}, .settings = {}};
  const int64_t offset = input.config.integer("offset", 103, {0, 100'000});
  auto &settings = tokenizer.settings;
  settings["model_file"] = "spiece.model";
  settings["id_offset"] = std::to_string(offset);
  const bool hasSentenceMask =
      !input.config.contains("mask_token_sent") || input.config.find("mask_token_sent");
  const std::string sentenceMask = input.config.text("mask_token_sent", "<mask_1>");
  Json tokens = commonTokens();
  for (const char *key : {"bos_token", "sep_token", "cls_token"})
    tokens.erase(key);
  tokens["mask_token"] = "<mask_2>";
  Names additional, fixed = {"<pad>", "</s>"};
  if (hasSentenceMask) {
    additional.push_back(sentenceMask);
    fixed.insert(fixed.end(), {sentenceMask, "<mask_2>"});
    settings["required_special_tokens"] = dump(Names{sentenceMask});
  }
  for (int64_t index = 2; index < offset; ++index) {
    additional.push_back(fmt::format("<unk_{}>", index));
    fixed.push_back(additional.back());
  }
  tokens["additional_special_tokens"] = additional;
  settings["special_tokens"] = dump(tokens);
  Json added = Json::object();
  for (size_t id = 0; id < fixed.size(); ++id)
    added[std::to_string(id)] = fixed[id];
  settings["added_tokens"] = dump(added);
  setFrame(tokenizer, {}, {"{eos_token}"});
  return tokenizer;
}

struct Class {
  std::string_view name;
  Tokenizer (*settle)(const ClassInput &);
  /// Whether its frame holds for tokenizer.json, too, whose own has the language it was saved with.
  bool marksLanguage = false;
};

constexpr std::array classes = {
    Class{"BartTokenizer", bart},
    Class{"BertTokenizer", bert},
    Class{"BlenderbotSmallTokenizer", blenderbotSmall},
    Class{"BlenderbotTokenizer", blenderbot},
    Class{"GPT2Tokenizer", gpt2},
    Class{"LEDTokenizer", bart},
    Class{"M2M100Tokenizer", m2m100, /*marksLanguage=*/true},
    Class{"MBart50Tokenizer", mbart50, /*marksLanguage=*/true},
    Class{"MBartTokenizer", mbart, /*marksLanguage=*/true},
    Class{"MT5Tokenizer", t5},
    Class{"MarianTokenizer", marian},
    Class{"NllbTokenizer", nllb, /*marksLanguage=*/true},
    Class{"PLBartTokenizer", plbart},
    Class{"PegasusTokenizer", pegasus},
    Class{"RobertaTokenizer", bart},
    Class{"Speech2TextTokenizer", speechToText},
    Class{"T5Tokenizer", t5},
    Class{"WhisperTokenizer", whisper},
    Class{"XLMRobertaTokenizer", xlmRoberta},
};

const Class *findClass(const std::string &name) {
  for (const Class &each : classes)
    if (each.name == name)
      return &each;
  return nullptr;
}

} // namespace

std::vector<std::string> tokenizerClasses() {
  Names names;
  for (const Class &each : classes)
    names.emplace_back(each.name);
  return names;
}

std::string defaultTokenizerClass(const std::string &family) {
  constexpr std::array<std::array<std::string_view, 2>, 21> defaults = {
      {{"bart", "BartTokenizer"},
       {"bert2bert", "BertTokenizer"},
       {"bigbird_pegasus", "PegasusTokenizer"},
       {"blenderbot", "BlenderbotTokenizer"},
       {"blenderbot_small", "BlenderbotSmallTokenizer"},
       {"encoder_decoder", "BertTokenizer"},
       {"gpt2", "GPT2Tokenizer"},
       {"m2m_100", "M2M100Tokenizer"},
       {"marian", "MarianTokenizer"},
       {"mbart", "MBartTokenizer"},
       {"mt5", "T5Tokenizer"},
       {"nllb", "NllbTokenizer"},
       {"pegasus", "PegasusTokenizer"},
       {"plbart", "PLBartTokenizer"},
       {"speech_to_text", "Speech2TextTokenizer"},
       {"t5", "T5Tokenizer"},
       {"trocr", "RobertaTokenizer"},
       {"umt5", "T5Tokenizer"},
       {"vision_encoder_decoder", "RobertaTokenizer"},
       {"vit_gpt2", "GPT2Tokenizer"},
       {"whisper", "WhisperTokenizer"}}};
  std::string name = family;
  std::replace(name.begin(), name.end(), '-', '_');
  for (const auto &[each, className] : defaults)
    if (each == name)
      return std::string(className);
  return "";
}

Tokenizer settleTokenizer(const std::string &className, JsonFields &config,
                          std::vector<std::string> &warnings) {
  const Class *found = findClass(className);
  return found ? found->settle({config, warnings}) : Tokenizer{};
}

Tokenizer settleTokenizerJson(const std::string &className, JsonFields &config,
                              std::vector<std::string> &warnings) {
  Tokenizer tokenizer{.kind = "tokenizer-json", .files = {"tokenizer.json"}, .settings = {}};
  const Class *found = findClass(className);
  if (!found)
    return tokenizer;
  Tokenizer slow = found->settle({config, warnings});
  for (const char *key : {"special_tokens", "languages", "language_token", "source_language",
                          "target_language", "prefix", "suffix"}) {
    const bool isOfLanguage = std::string_view(key) != "special_tokens";
    if (slow.settings.contains(key) && (found->marksLanguage || !isOfLanguage))
      tokenizer.settings[key] = slow.settings[key];
  }
  return tokenizer;
}

} // namespace transept::frontend

// SPDX-License-Identifier: Apache-2.0
//
// Classes around sentencepiece models. media/tokenizers/README.md says what the settings mean.

#include "compiler/frontend/tokenizers/ClassSettings.h"
#include "compiler/frontend/tokenizers/TokenizerLanguages.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::frontend::tokenizers {

Tokenizer marian(const ClassInput &input) {
  Tokenizer tokenizer{
      .kind = "marian", .files = {"source.spm", "target.spm", "vocab.json"}, .settings = {}};
  bool isSeparate = input.config.boolean("separate_vocabs", false);
  if (isSeparate)
    tokenizer.files.push_back("target_vocab.json");
  tokenizer.settings["separate_vocabs"] = flag(isSeparate);
  return tokenizer;
}

Tokenizer indicTrans(const ClassInput &) {
  Tokenizer tokenizer{.kind = "tagged-sentencepiece",
                      .files = {"model.SRC", "model.TGT", "dict.SRC.json", "dict.TGT.json"},
                      .settings = {}};
  tokenizer.settings["language_tags"] = dump(tokenizerLanguages("indic_trans"));
  tokenizer.settings["special_tokens"] = dump({{"bos_token", "<s>"},
                                               {"eos_token", "</s>"},
                                               {"unk_token", "<unk>"},
                                               {"pad_token", "<pad>"}});
  return tokenizer;
}

Tokenizer t5(const ClassInput &input) {
  Tokenizer tokenizer{.kind = "t5", .files = {"spiece.model"}, .settings = {}};
  auto &settings = tokenizer.settings;
  settings["extra_ids"] = std::to_string(input.config.integer("extra_ids", 100, {0, 100'000}));
  settings["legacy"] = flag(input.config.boolean("legacy", true));
  settings["add_prefix_space"] = flag(input.config.boolean("add_prefix_space", true));
  settings["between"] = dump(Names{"{eos_token}"});
  return tokenizer;
}

namespace {

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

} // namespace

Tokenizer xlmRoberta(const ClassInput &) {
  Tokenizer tokenizer = fairseq();
  tokenizer.settings["following_tokens"] = dump(Names{"<mask>"});
  setFrame(tokenizer, {"{cls_token}"}, {"{sep_token}"});
  return tokenizer;
}

namespace {

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

} // namespace

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
  std::string list = input.config.text("language_codes", "base");
  Tokenizer tokenizer = fairseq();
  Names languages = tokenizerLanguages(list == "multi" ? "multi" : "base"), tokens;
  for (const std::string &language : languages)
    tokens.push_back("__" + language + "__");
  tokenizer.settings["required_special_tokens"] = dump(tokens);
  // Files have names in either form.
  auto field = [&](const std::string &key, const std::string &fallback) {
    std::string name = input.config.text(key, fallback);
    auto token = std::find(tokens.begin(), tokens.end(), name);
    return token != tokens.end() ? languages[size_t(token - tokens.begin())]
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
  bool isWmt = input.config.text("language_codes", "m2m100") == "wmt21";
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
  int64_t offset = input.config.integer("offset", 103, {0, 100'000});
  auto &settings = tokenizer.settings;
  settings["model_file"] = "spiece.model";
  settings["id_offset"] = std::to_string(offset);
  const bool hasSentenceMask =
      !input.config.contains("mask_token_sent") || input.config.find("mask_token_sent");
  std::string sentenceMask = input.config.text("mask_token_sent", "<mask_1>");
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

} // namespace transept::frontend::tokenizers

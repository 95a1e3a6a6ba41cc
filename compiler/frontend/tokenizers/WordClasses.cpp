// SPDX-License-Identifier: Apache-2.0
//
// BPE over bytes or words, WordPiece, and bytes alone. media/tokenizers/README.md says what the
// settings mean.

#include "compiler/frontend/tokenizers/ClassSettings.h"
#include "compiler/frontend/tokenizers/TokenizerLanguages.h"

#include <fmt/format.h>

namespace transept::frontend::tokenizers {

namespace {

Tokenizer byteLevel(const ClassInput &input) {
  Tokenizer tokenizer{
      .kind = "byte-level-bpe", .files = {"vocab.json", "merges.txt"}, .settings = {}};
  tokenizer.settings["add_prefix_space"] = flag(input.config.boolean("add_prefix_space", false));
  return tokenizer;
}

} // namespace

Tokenizer bart(const ClassInput &input) {
  Tokenizer tokenizer = byteLevel(input);
  Json tokens = commonTokens();
  tokens["mask_token"] = strippingMask();
  tokenizer.settings["special_tokens"] = dump(tokens);
  setFrame(tokenizer, {"{cls_token}"}, {"{sep_token}"}, {"{sep_token}", "{sep_token}"});
  return tokenizer;
}

Tokenizer blenderbot(const ClassInput &input) {
  Tokenizer tokenizer = bart(input);
  tokenizer.settings.erase("between");
  setFrame(tokenizer, {}, {"{eos_token}"});
  return tokenizer;
}

namespace {

Json endOfText() {
  return {{"bos_token", "<|endoftext|>"},
          {"eos_token", "<|endoftext|>"},
          {"unk_token", "<|endoftext|>"}};
}

} // namespace

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
  setFrame(tokenizer, {"{cls_token}"}, {"{sep_token}"}, {"{sep_token}"});
  return tokenizer;
}

/// Characters of what MeCab calls words are the characters of the text.
Tokenizer bertJapanese(const ClassInput &input) {
  for (const auto &[key, supported] :
       {std::pair{"subword_tokenizer_type", "character"}, {"word_tokenizer_type", "mecab"}}) {
    std::string found =
        input.config.text(key, key == std::string("word_tokenizer_type") ? "basic" : "wordpiece");
    if (found == supported)
      continue;
    input.warnings.push_back(fmt::format("{}: found \"{}\", supported is \"{}\"",
                                         input.config.where(key), found, supported));
    return {};
  }
  Tokenizer tokenizer = bert(input);
  tokenizer.settings["pieces"] = "characters";
  tokenizer.settings["do_lower_case"] = flag(input.config.boolean("do_lower_case", false));
  return tokenizer;
}

Tokenizer byT5(const ClassInput &input) {
  Tokenizer tokenizer{.kind = "bytes", .files = {}, .settings = {}};
  auto stripping = [](const char *content) -> Json {
    return {{"content", content}, {"lstrip", true}, {"rstrip", true}};
  };
  Json tokens = {{"pad_token", stripping("<pad>")},
                 {"eos_token", stripping("</s>")},
                 {"unk_token", stripping("<unk>")}};
  tokenizer.settings["added_tokens"] =
      dump({{"0", tokens["pad_token"]}, {"1", tokens["eos_token"]}, {"2", tokens["unk_token"]}});
  Names sentinels;
  for (int64_t index = 0; index < input.config.integer("extra_ids", 125, {0, 100'000}); ++index)
    sentinels.push_back(fmt::format("<extra_id_{}>", index));
  tokens["additional_special_tokens"] = sentinels;
  tokenizer.settings["special_tokens"] = dump(tokens);
  setFrame(tokenizer, {}, {"{eos_token}"}, {"{eos_token}"});
  return tokenizer;
}

} // namespace transept::frontend::tokenizers

// SPDX-License-Identifier: Apache-2.0
//
// BPE over bytes or words, and WordPiece. media/tokenizers/README.md says what the settings mean.

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
  setFrame(tokenizer, {"{cls_token}"}, {"{sep_token}"});
  return tokenizer;
}

Tokenizer blenderbot(const ClassInput &input) {
  Tokenizer tokenizer = bart(input);
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
  setFrame(tokenizer, {"{cls_token}"}, {"{sep_token}"});
  return tokenizer;
}

} // namespace transept::frontend::tokenizers

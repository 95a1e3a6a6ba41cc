// SPDX-License-Identifier: Apache-2.0
//
// Which tokenizer a directory ships, and the settings that reach the text layer.

#include "compiler/frontend/TokenizerFiles.h"

#include "TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Tokenizer find(const std::string &family, const TemporaryDirectory &directory, Warnings &warnings) {
  warnings.clear();
  return findTokenizer(directory.path(), family, warnings);
}

TEST(TokenizerFiles, NoFilesAreNoTokenizer) {
  TemporaryDirectory directory;
  Warnings warnings;
  EXPECT_EQ(find("marian", directory, warnings).kind, "");
  EXPECT_EQ(find("t5", directory, warnings).kind, "");
  EXPECT_THAT(warnings, IsEmpty());
}

TEST(TokenizerFiles, FindsMarian) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("source.spm", "");
  EXPECT_EQ(find("marian", directory, warnings).kind, "");
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("target.spm, vocab.json missing")));
  directory.write("target.spm", "");
  directory.write("vocab.json", "{}");
  Tokenizer tokenizer = find("marian", directory, warnings);
  EXPECT_EQ(tokenizer.kind, "marian");
  EXPECT_THAT(tokenizer.files, ElementsAre("source.spm", "target.spm", "vocab.json"));
  EXPECT_EQ(tokenizer.settings.at("separate_vocabs"), "false");
  EXPECT_EQ(tokenizer.settings.at("clean_up_tokenization_spaces"), "true");
  directory.write("tokenizer_config.json", R"({"separate_vocabs": true})");
  EXPECT_EQ(find("marian", directory, warnings).kind, "");
  directory.write("target_vocab.json", "{}");
  tokenizer = find("marian", directory, warnings);
  EXPECT_THAT(tokenizer.files, ElementsAre("source.spm", "target.spm", "vocab.json",
                                           "target_vocab.json", "tokenizer_config.json"));
  EXPECT_EQ(tokenizer.settings.at("separate_vocabs"), "true");
}

TEST(TokenizerFiles, FindsT5WithHuggingFaceDefaults) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("spiece.model", "");
  Tokenizer tokenizer = find("t5", directory, warnings);
  EXPECT_EQ(tokenizer.kind, "t5");
  EXPECT_EQ(tokenizer.settings.at("extra_ids"), "100");
  EXPECT_EQ(tokenizer.settings.at("legacy"), "true");
  directory.write("tokenizer_config.json",
                  R"({"extra_ids": 0, "legacy": false, "added_tokens_decoder": {}})");
  directory.write("added_tokens.json", "{}");
  tokenizer = find("umt5", directory, warnings);
  EXPECT_EQ(tokenizer.settings.at("extra_ids"), "0");
  EXPECT_EQ(tokenizer.settings.at("legacy"), "false");
  EXPECT_THAT(tokenizer.files, ElementsAre("spiece.model", "tokenizer_config.json"));
}

TEST(TokenizerFiles, TakesAddedTokensOutOfTheFastTokenizersFile) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("spiece.model", "");
  directory.write("tokenizer.json", R"({"model": {"vocab": [1, 2]}, "added_tokens": [)"
                                    R"({"id": 7, "content": "<x>", "lstrip": false}]})");
  Tokenizer tokenizer = find("t5", directory, warnings);
  EXPECT_EQ(tokenizer.settings.at("added_tokens_decoder"),
            R"({"7":{"content":"<x>","lstrip":false}})");
  EXPECT_THAT(tokenizer.files, ElementsAre("spiece.model"));
  directory.write("added_tokens.json", "{}");
  tokenizer = find("t5", directory, warnings);
  EXPECT_FALSE(tokenizer.settings.contains("added_tokens_decoder"));
  EXPECT_THAT(tokenizer.files, ElementsAre("spiece.model", "added_tokens.json"));
}

TEST(TokenizerFiles, WarnsWhenTextCannotBeSupported) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("tokenizer.json", "{}");
  EXPECT_EQ(find("t5", directory, warnings).kind, "");
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("spiece.model is needed")));
  directory.write("tokenizer_config.json", R"({"tokenizer_class": "ByT5Tokenizer"})");
  EXPECT_EQ(find("t5", directory, warnings).kind, "");
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("ByT5Tokenizer")));
}

TEST(TokenizerFiles, RefusesMalformedConfigByName) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("spiece.model", "");
  for (const char *config :
       {"[", "[]", R"({"extra_ids": -1})", R"({"legacy": "no"})", R"({"tokenizer_class": 1})"}) {
    directory.write("tokenizer_config.json", config);
    EXPECT_THAT(errorOf([&] { find("t5", directory, warnings); }),
                HasSubstr("tokenizer_config.json"))
        << config;
  }
}

} // namespace
} // namespace transept::frontend

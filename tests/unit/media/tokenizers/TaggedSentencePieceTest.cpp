// SPDX-License-Identifier: Apache-2.0
//
// A model and a vocabulary for each side, behind the tags of two languages; what is recorded is in
// TokenizerGoldenTest.

#include "GoldenTokenizer.h"
#include "tests/support/ErrorOf.h"

#include <gmock/gmock.h>

namespace transept::text {
namespace {

using testing::HasSubstr;

TEST(TaggedSentencePiece, IsTheSameFromCompiledAssets) {
  auto expected = createGoldenTokenizer("indic_trans");
  Files files = readGoldenFiles("indic_trans");
  auto goldens = nlohmann::json::parse(files.at("tokenizer_goldens.json"));
  for (const CompiledFile &file : expected->compile())
    files.at(file.name) = file.bytes;
  auto found = createTokenizer(kindOf("indic_trans"), settingsOf("indic_trans"), assetsOf(files));
  for (const auto &each : goldens["cases"]) {
    std::string text = each["text"];
    std::vector<int32_t> ids = each["ids"];
    EXPECT_EQ(found->encode(text), ids) << text;
    EXPECT_EQ(found->decode(ids), expected->decode(ids)) << text;
    EXPECT_EQ(found->pieces(text), expected->pieces(text)) << text;
  }
}

TEST(TaggedSentencePiece, NeedsTheTagsOfBothLanguages) {
  auto tokenizer = createGoldenTokenizer("indic_trans");
  auto error = [&](const char *text) { return errorOf([&] { tokenizer->encode(text); }); };
  EXPECT_THAT(error("Hello world"), HasSubstr("the source tag is 'Hello'; there are asm_Beng, "));
  EXPECT_THAT(error("eng_Latn Hello world"), HasSubstr("the target tag is 'Hello'"));
  EXPECT_THAT(error("eng_Latn hin_Deva"), HasSubstr("the target tag is 'hin_Deva'"));
  EXPECT_THAT(error(" eng_Latn hin_Deva x"), HasSubstr("the source tag is ''"));
  EXPECT_THAT(error("abनमस्तेनमस्तेनमस्ते x"), HasSubstr("the source tag is 'abनमस्तेनमस्ते';"));
  EXPECT_THAT(error("deu_Latn hin_Deva x"), HasSubstr("the source tag is 'deu_Latn'"));
}

TEST(TaggedSentencePiece, NeedsTheTokensThatStandForOthers) {
  for (const char *token : {"<unk>", "<pad>"}) {
    Files files = readGoldenFiles("indic_trans");
    auto vocabulary = nlohmann::json::parse(files.at("dict.SRC.json"));
    vocabulary.erase(token);
    files.at("dict.SRC.json") = vocabulary.dump();
    files.erase("tokenizer_config.json");
    EXPECT_THAT(errorOf([&] {
                  createTokenizer(kindOf("indic_trans"), settingsOf("indic_trans"),
                                  assetsOf(files));
                }),
                HasSubstr(std::string("dict.SRC.json: the token ") + token));
  }
}

} // namespace
} // namespace transept::text

// SPDX-License-Identifier: Apache-2.0
//
// Which tokenizer a directory ships, and the settings that reach the text layer.

#include "compiler/frontend/tokenizers/TokenizerFiles.h"

#include "tests/support/TestCheckpoint.h"

#include <algorithm>

namespace transept::frontend {
namespace {

using testing::AllOf;
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

TEST(TokenizerFiles, ByT5NeedsNoFileAndCodeT5HasThoseOfRoberta) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("tokenizer_config.json", R"({"tokenizer_class": "ByT5Tokenizer"})");
  Tokenizer bytes = find("t5", directory, warnings);
  EXPECT_EQ(bytes.kind, "bytes");
  EXPECT_THAT(bytes.files, ElementsAre("tokenizer_config.json"));
  EXPECT_THAT(bytes.settings.at("special_tokens"), HasSubstr("<extra_id_124>"));
  directory.write("tokenizer_config.json", R"({"tokenizer_class": "RobertaTokenizer"})");
  directory.write("vocab.json", "{}");
  directory.write("merges.txt", "");
  Tokenizer code = find("t5", directory, warnings);
  EXPECT_EQ(code.kind, "byte-level-bpe");
  EXPECT_EQ(code.settings.at("prefix"), "[\"{cls_token}\"]");
  EXPECT_EQ(code.settings.at("between"), "[\"{sep_token}\",\"{sep_token}\"]");
  EXPECT_THAT(warnings, IsEmpty());
}

TEST(TokenizerFiles, TakesCTranslate2sListsInPlaceOfAVocabulary) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("shared_vocabulary.json", R"(["</s>", "<unk>", "a"])");
  EXPECT_EQ(find("marian", directory, warnings).kind, "");
  EXPECT_THAT(warnings, IsEmpty());
  directory.write("source.spm", "");
  directory.write("target.spm", "");
  Tokenizer shared = find("marian", directory, warnings);
  EXPECT_EQ(shared.kind, "marian");
  EXPECT_THAT(shared.files, ElementsAre("source.spm", "target.spm", "shared_vocabulary.json"));
  EXPECT_EQ(shared.settings.at("vocabulary_file"), "shared_vocabulary.json");
  EXPECT_THAT(shared.settings.at("special_tokens"), HasSubstr(R"("pad_token": "</s>")"));
  directory.write("source_vocabulary.json", R"(["</s>", "<unk>", "<pad>"])");
  directory.write("target_vocabulary.json", R"(["</s>", "<unk>", "<pad>"])");
  Tokenizer separate = find("marian", directory, warnings);
  EXPECT_THAT(separate.files, ElementsAre("source.spm", "target.spm", "source_vocabulary.json",
                                          "target_vocabulary.json"));
  EXPECT_EQ(separate.settings.at("separate_vocabs"), "true");
  EXPECT_FALSE(separate.settings.contains("special_tokens"));
  directory.write("vocab.json", "{}");
  EXPECT_THAT(find("marian", directory, warnings).files,
              ElementsAre("source.spm", "target.spm", "vocab.json"));
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

TEST(TokenizerFiles, TakesTokenizerJsonWhereItIsTheOnlyFile) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("tokenizer.json", "{}");
  Tokenizer tokenizer = find("t5", directory, warnings);
  EXPECT_EQ(tokenizer.kind, "tokenizer-json");
  EXPECT_THAT(tokenizer.files, ElementsAre("tokenizer.json"));
  EXPECT_THAT(warnings, IsEmpty());
  directory.write("tokenizer_config.json", R"({"tokenizer_class": "PreTrainedTokenizerFast"})");
  tokenizer = find("another", directory, warnings);
  EXPECT_EQ(tokenizer.kind, "tokenizer-json");
  EXPECT_THAT(tokenizer.files, ElementsAre("tokenizer.json", "tokenizer_config.json"));
  EXPECT_FALSE(tokenizer.settings.contains("prefix"));
  // The class's own files come first, being what the originals were made from.
  directory.write("spiece.model", "");
  EXPECT_EQ(find("t5", directory, warnings).kind, "t5");
}

TEST(TokenizerFiles, MarksTheLanguageOfTheConfigInTokenizerJson) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("tokenizer.json", "{}");
  directory.write("tokenizer_config.json",
                  R"({"tokenizer_class": "NllbTokenizerFast", "src_lang": "fra_Latn"})");
  Tokenizer tokenizer = find("m2m_100", directory, warnings);
  EXPECT_EQ(tokenizer.kind, "tokenizer-json");
  EXPECT_EQ(tokenizer.settings.at("source_language"), "fra_Latn");
  EXPECT_EQ(tokenizer.settings.at("prefix"), R"(["{language}"])");
  EXPECT_EQ(tokenizer.settings.at("suffix"), R"(["{eos_token}"])");
}

TEST(TokenizerFiles, WarnsWhenTextCannotBeSupported) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("tokenizer_config.json", R"({"tokenizer_class": "CpmAntTokenizer"})");
  EXPECT_EQ(find("t5", directory, warnings).kind, "");
  EXPECT_THAT(warnings, ElementsAre(AllOf(HasSubstr("CpmAntTokenizer"), HasSubstr("T5Tokenizer"))));
}

TEST(TokenizerFiles, JapaneseIsReadWherePiecesAreCharacters) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("vocab.txt", "[UNK]\n");
  Json config = {{"tokenizer_class", "BertJapaneseTokenizer"},
                 {"word_tokenizer_type", "mecab"},
                 {"subword_tokenizer_type", "character"}};
  directory.write("tokenizer_config.json", config.dump());
  Tokenizer tokenizer = find("vision-encoder-decoder", directory, warnings);
  EXPECT_EQ(tokenizer.kind, "wordpiece");
  EXPECT_EQ(tokenizer.settings.at("pieces"), "characters");
  EXPECT_EQ(tokenizer.settings.at("do_lower_case"), "false");
  EXPECT_THAT(warnings, IsEmpty());
  config["subword_tokenizer_type"] = "wordpiece";
  directory.write("tokenizer_config.json", config.dump());
  EXPECT_EQ(find("vision-encoder-decoder", directory, warnings).kind, "");
  EXPECT_THAT(warnings, testing::Contains(AllOf(HasSubstr("subword_tokenizer_type"),
                                                HasSubstr("supported is \"character\""))));
}

TEST(TokenizerFiles, WarnsOfALanguageThatTheTokenizerDoesNotHave) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("vocab.json", "{}");
  directory.write("sentencepiece.bpe.model", "");
  directory.write("tokenizer_config.json", R"({"src_lang": "eng_Latn"})");
  Tokenizer tokenizer = find("m2m_100", directory, warnings);
  EXPECT_EQ(tokenizer.settings.at("source_language"), "");
  EXPECT_THAT(warnings, ElementsAre(AllOf(HasSubstr("src_lang"), HasSubstr("eng_Latn"))));
}

struct FamilyCase {
  std::string family;
  std::vector<std::string> files;
  std::string kind;
};

class TokenizerOfFamily : public testing::TestWithParam<FamilyCase> {};

TEST_P(TokenizerOfFamily, IsFoundWithoutAConfigAndNeedsEachFile) {
  const FamilyCase &each = GetParam();
  for (size_t missing = 0; missing <= each.files.size(); ++missing) {
    TemporaryDirectory directory;
    Warnings warnings;
    for (size_t index = 0; index < each.files.size(); ++index)
      if (index != missing)
        directory.write(each.files[index], "");
    Tokenizer tokenizer = find(each.family, directory, warnings);
    EXPECT_EQ(tokenizer.kind, missing == each.files.size() ? each.kind : "");
    if (missing == each.files.size()) {
      EXPECT_THAT(tokenizer.files, testing::UnorderedElementsAreArray(each.files));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Families, TokenizerOfFamily,
    testing::Values(
        FamilyCase{"bart", {"vocab.json", "merges.txt"}, "byte-level-bpe"},
        FamilyCase{"bert2bert", {"vocab.txt"}, "wordpiece"},
        FamilyCase{"blenderbot", {"vocab.json", "merges.txt"}, "byte-level-bpe"},
        FamilyCase{"blenderbot-small", {"vocab.json", "merges.txt"}, "word-bpe"},
        FamilyCase{"m2m_100", {"vocab.json", "sentencepiece.bpe.model"}, "sentencepiece"},
        FamilyCase{"mbart", {"sentencepiece.bpe.model"}, "sentencepiece"},
        FamilyCase{"mt5", {"spiece.model"}, "t5"},
        FamilyCase{"pegasus", {"spiece.model"}, "sentencepiece"},
        FamilyCase{"plbart", {"sentencepiece.bpe.model"}, "sentencepiece"},
        FamilyCase{"speech_to_text", {"vocab.json", "sentencepiece.bpe.model"}, "sentencepiece"},
        FamilyCase{"whisper", {"vocab.json", "merges.txt"}, "byte-level-bpe"}),
    [](const auto &info) {
      std::string name = info.param.family;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(TokenizerFiles, TakesTheClassFromTheModelsConfigWhereTheTokenizersNamesNone) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("sentencepiece.bpe.model", "");
  directory.write("config.json", R"({"tokenizer_class": "MBart50Tokenizer"})");
  directory.write("tokenizer_config.json", R"({"src_lang": "sl_SI"})");
  Tokenizer tokenizer = find("mbart", directory, warnings);
  EXPECT_EQ(tokenizer.settings.at("prefix"), R"(["{language}"])");
  EXPECT_EQ(tokenizer.settings.at("source_language"), "sl_SI");
  EXPECT_THAT(warnings, IsEmpty());
}

TEST(TokenizerFiles, PutsTheLanguageWhereTheClassPutsIt) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("sentencepiece.bpe.model", "");
  auto frame = [&](const std::string &config) {
    directory.write("tokenizer_config.json", config);
    Tokenizer tokenizer = find("mbart", directory, warnings);
    return tokenizer.settings.at("prefix") + tokenizer.settings.at("suffix");
  };
  EXPECT_EQ(frame("{}"), R"([]["{eos_token}","{language}"])");
  EXPECT_EQ(frame(R"({"tokenizer_class": "NllbTokenizer"})"), R"(["{language}"]["{eos_token}"])");
  EXPECT_EQ(frame(R"({"tokenizer_class": "NllbTokenizer", "legacy_behaviour": true})"),
            R"([]["{eos_token}","{language}"])");
  EXPECT_EQ(frame(R"({"tokenizer_class": "PLBartTokenizer", "src_lang": "__java__"})"),
            R"([]["{eos_token}","{language}"])");
}

TEST(TokenizerFiles, PutsTheTaskOfATranscriptIntoThePrefix) {
  TemporaryDirectory directory;
  Warnings warnings;
  directory.write("vocab.json", "{}");
  directory.write("merges.txt", "");
  directory.write("tokenizer_config.json",
                  R"({"language": "de", "task": "translate", "predict_timestamps": true})");
  Tokenizer tokenizer = find("whisper", directory, warnings);
  EXPECT_EQ(tokenizer.settings.at("prefix"),
            R"(["<|startoftranscript|>","{language}","<|translate|>"])");
  EXPECT_EQ(tokenizer.settings.at("source_language"), "de");
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

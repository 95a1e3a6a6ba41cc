// SPDX-License-Identifier: Apache-2.0
//
// tokenizer.json where the recorded files do not reach: parts that are refused, files that are
// wrong, and small models whose results can be read off.

#include "GoldenTokenizer.h"
#include "TokenizerJsonFile.h"
#include "tests/support/ErrorOf.h"

#include <chrono>
#include <gmock/gmock.h>

namespace transept::text {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using Ids = std::vector<int32_t>;

std::string errorOf(const std::string &text) {
  return transept::errorOf([&] { create(text); });
}

json bpe() {
  return json::parse(R"({"model": {"type": "BPE", "unk_token": "<unk>",
    "vocab": {"<unk>": 0, "a": 1, "b": 2, "ab": 3, "<0xC3>": 4, "<0xA4>": 5, "</s>": 6},
    "merges": ["a b"]}})");
}

json unigram() {
  return json::parse(R"({"model": {"type": "Unigram", "unk_id": 0,
    "vocab": [["<unk>", 0], ["a", -1], ["b", -1.5], ["ab", -2], ["<0xC3>", -9], ["<0xA4>", -9]]}})");
}

json wordPiece() {
  return json::parse(R"({"model": {"type": "WordPiece", "unk_token": "[UNK]",
    "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "a": 1, "##b": 2}}})");
}

TEST(TokenizerJson, CutsWordsIntoTheLongestTokens) {
  EXPECT_EQ(create(wordPiece())->encode("abb"), (Ids{1, 2, 2}));
  EXPECT_EQ(create(wordPiece())->encode("abx"), (Ids{0}));
  EXPECT_EQ(create(wordPiece())->encode("a" + std::string(99, 'b')).size(), 100u);
  EXPECT_EQ(create(wordPiece())->encode("a" + std::string(100, 'b')), (Ids{0}));
  json file = wordPiece();
  file["model"].erase("max_input_chars_per_word");
  EXPECT_EQ(create(file)->encode("a" + std::string(99, 'b')).size(), 100u);
  EXPECT_EQ(create(file)->encode("a" + std::string(100, 'b')), (Ids{0}));
}

TEST(TokenizerJson, MergesPairsAndFusesUnknownCharactersWhereAsked) {
  json file = bpe();
  EXPECT_EQ(create(file)->encode("abxyb"), (Ids{3, 0, 0, 2}));
  file["model"]["fuse_unk"] = true;
  EXPECT_EQ(create(file)->encode("abxyb"), (Ids{3, 0, 2}));
  file["model"]["merges"] = json::parse(R"([["a", "b"]])");
  EXPECT_EQ(create(file)->encode("ab"), (Ids{3}));
  file["model"].erase("unk_token");
  EXPECT_EQ(create(file)->encode("axb"), (Ids{3}));
}

TEST(TokenizerJson, FallsBackToBytesThatAreTokens) {
  for (json file : {bpe(), unigram()}) {
    EXPECT_EQ(create(file)->encode("äö"), file["model"]["type"] == "BPE" ? (Ids{0, 0}) : (Ids{0}));
    file["model"]["byte_fallback"] = true;
    EXPECT_EQ(create(file)->encode("ä"), (Ids{4, 5}));
    EXPECT_EQ(create(file)->encode("ö"), (Ids{0}));
  }
}

TEST(TokenizerJson, FindsTheBestPathOfAUnigramModel) {
  json file = unigram();
  EXPECT_EQ(create(file)->encode("aab"), (Ids{1, 3}));
  file["model"]["vocab"][3][1] = -3;
  EXPECT_EQ(create(file)->encode("aab"), (Ids{1, 1, 2}));
}

TEST(TokenizerJson, TakesTheFirstIdLikeAnyOther) {
  json file = unigram();
  file["model"]["vocab"].insert(file["model"]["vocab"].begin(), json::parse(R"(["c", -1])"));
  file["model"]["unk_id"] = 1;
  EXPECT_EQ(create(file)->encode("acx"), (Ids{2, 0, 1}));
  EXPECT_EQ(create(file)->decode(Ids{2, 0}), "a c");
  file = bpe();
  file["model"]["vocab"] = json::parse(R"({"a": 0, "b": 1, "ab": 2, "<unk>": 3})");
  EXPECT_EQ(create(file)->encode("xabab"), (Ids{3, 2, 2}));
  EXPECT_EQ(create(file)->encode("ax"), (Ids{0, 3}));
}

TEST(TokenizerJson, HighestIdIsOfTheModelOrOfAnAddedToken) {
  for (auto [file, highest] : {std::pair{bpe(), 6}, {unigram(), 5}, {wordPiece(), 2}}) {
    EXPECT_EQ(create(file)->highestId(), highest);
    for (int added : {1, 9}) {
      file["added_tokens"] =
          json::array({{{"id", added}, {"content", "<x>"}, {"normalized", false}}});
      EXPECT_EQ(create(file)->highestId(), std::max(highest, added));
    }
  }
}

TEST(TokenizerJson, PutsPostProcessorsAroundTheText) {
  json file = bpe();
  file["post_processor"] = json::parse(R"({"type": "Sequence", "processors": [
    {"type": "ByteLevel"}, {"type": "BertProcessing", "cls": ["a", 1], "sep": ["</s>", 6]}]})");
  auto tokenizer = create(file);
  EXPECT_EQ(tokenizer->encode("b"), (Ids{1, 2, 6}));
  EXPECT_EQ(tokenizer->encode("bbb", {.maximumLength = 4}), (Ids{1, 2, 2, 6}));
  EXPECT_EQ(tokenizer->endId(), 6);
  EXPECT_EQ(tokenizer->unknownId(), 0);
  EXPECT_EQ(tokenizer->paddingId(), -1);
}

TEST(TokenizerJson, TemplatesHaveTheirOwnTokensBetweenTwoTexts) {
  json file = bpe();
  file["post_processor"] = json::parse(R"({"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "x"}}, {"Sequence": {"id": "A"}},
               {"SpecialToken": {"id": "</s>"}}],
    "pair": [{"SpecialToken": {"id": "x"}}, {"Sequence": {"id": "A"}},
             {"SpecialToken": {"id": "y"}}, {"SpecialToken": {"id": "x"}},
             {"Sequence": {"id": "B"}}, {"SpecialToken": {"id": "</s>"}}],
    "special_tokens": {"x": {"ids": [4]}, "y": {"ids": [5, 0]}, "</s>": {"ids": [6]}}})");
  EXPECT_EQ(create(file)->encode("a"), (Ids{4, 1, 6}));
  EXPECT_EQ(create(file)->encode("a", {.second = "bb"}), (Ids{4, 1, 5, 0, 4, 2, 2, 6}));
  file["post_processor"].erase("pair");
  EXPECT_EQ(create(file)->encode("a", {.second = "b"}), (Ids{4, 1, 2, 6}));
}

TEST(TokenizerJson, CutsAddedTokensOutWithTheirFlags) {
  json file = bpe();
  auto encode = [&](const char *flags, const char *text) {
    json token = json::parse(R"({"id": 9, "content": "<x>", "normalized": false})");
    token.update(json::parse(flags));
    file["added_tokens"] = json::array({token});
    return create(file)->encode(text);
  };
  EXPECT_EQ(encode("{}", "a <x> b"), (Ids{1, 0, 9, 0, 2}));
  EXPECT_EQ(encode(R"({"lstrip": true})", "a <x> b"), (Ids{1, 9, 0, 2}));
  EXPECT_EQ(encode(R"({"rstrip": true})", "a <x> b"), (Ids{1, 0, 9, 2}));
  EXPECT_EQ(encode(R"({"lstrip": true, "rstrip": true})", "<x>  <x> "), (Ids{9, 9}));
  EXPECT_EQ(encode(R"({"single_word": true})", "<x> <x>").front(), 9);
  EXPECT_NE(encode(R"({"single_word": true})", "<x>b").front(), 9);
  file["normalizer"] = json::parse(R"({"type": "Lowercase"})");
  EXPECT_EQ(encode("{}", "<X>").size(), 3u);
  EXPECT_EQ(encode(R"({"normalized": true})", "<X>"), (Ids{9}));
}

TEST(TokenizerJson, DecodesWithAChainOfDecoders) {
  json file = bpe();
  file["decoder"] = json::parse(R"({"type": "Sequence", "decoders": [
    {"type": "Replace", "pattern": {"String": "ab"}, "content": "▁ab"}, {"type": "ByteFallback"},
    {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0}]})");
  const Ids ids = {3, 4, 5, 3, 4};
  EXPECT_EQ(create(file)->decode(ids), "abä ab\xef\xbf\xbd");
  const Ids strange = {-1, 77, INT32_MAX, INT32_MIN};
  EXPECT_EQ(create(file)->decode(strange), "");
}

TEST(TokenizerJson, RefusesUnsupportedPartsByName) {
  struct {
    const char *part, *value, *named;
  } cases[] = {
      {"model", R"({"type": "WordLevel", "vocab": {}})", "WordLevel"},
      {"normalizer", R"({"type": "Nmt"})", "Nmt"},
      {"normalizer", R"({"type": "Replace", "pattern": {"Regex": "x+"}, "content": ""})", "x+"},
      {"pre_tokenizer", R"({"type": "Digits", "individual_digits": true})", "Digits"},
      {"pre_tokenizer", R"({"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"})",
       "last"},
      {"decoder", R"({"type": "CTC"})", "CTC"},
      {"post_processor", R"({"type": "Another"})", "Another"},
  };
  for (const auto &each : cases) {
    json file = bpe();
    file[each.part] = json::parse(each.value);
    EXPECT_THAT(errorOf(file.dump()), AllOf(HasSubstr(std::string("tokenizer.json: ") + each.part),
                                            HasSubstr(each.named), HasSubstr("allowed")));
  }
}

TEST(TokenizerJson, RefusesModelsThatAreWrongByPlace) {
  struct {
    json file;
    const char *pointer, *value, *named;
  } cases[] = {
      {bpe(), "/model/merges/0", R"("a x")", "the token x is not in the vocabulary"},
      {bpe(), "/model/merges/0", R"("b a")", "the token ba is not in the vocabulary"},
      {bpe(), "/model/merges/0", R"("a")", "merges"},
      {bpe(), "/model/merges/0", R"(["a"])", "merges"},
      {bpe(), "/model/merges", "7", "merges"},
      {bpe(), "/model/vocab/a", "-1", "vocab.a"},
      {bpe(), "/model/vocab/a", "4294967296", "vocab.a"},
      {bpe(), "/model/unk_token", R"("<x>")", "unk_token"},
      {bpe(), "/model/dropout", "0.1", "dropout"},
      {unigram(), "/model/unk_id", "6", "unk_id"},
      {wordPiece(), "/model/max_input_chars_per_word", "1001", "up to 1000"},
      {wordPiece(), "/model/unk_token", R"("<x>")", "unk_token"},
      {unigram(), "/model/unk_id", "-1", "unk_id"},
      {unigram(), "/model/vocab/1", R"(["a"])", "vocab"},
      {unigram(), "/model/vocab/1", R"(["a", "b"])", "vocab"},
      {unigram(), "/model/vocab", "[]", "vocab"},
  };
  for (const auto &each : cases) {
    json file = each.file;
    file[json::json_pointer(each.pointer)] = json::parse(each.value);
    EXPECT_THAT(errorOf(file.dump()),
                AllOf(HasSubstr("tokenizer.json: model"), HasSubstr(each.named)))
        << each.pointer << " " << each.value;
  }
}

TEST(TokenizerJson, RefusesCharacterMapsThatAreWrong) {
  auto error = [](const std::string &map) {
    json file = bpe();
    file["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", map}};
    return errorOf(file.dump());
  };
  EXPECT_THAT(error("AA!A"), HasSubstr("precompiled_charsmap"));
  EXPECT_THAT(error("AAA="), HasSubstr("precompiled_charsmap"));
  EXPECT_THAT(error("/////w=="), HasSubstr("found a trie of 4294967295 bytes"));
  EXPECT_EQ(error("AAAAAA=="), "no error"); // an empty trie
}

TEST(TokenizerJson, RefusesAFileThatIsCutOffAnywhere) {
  std::string whole = readGoldenFiles("bert_uncased").at("tokenizer.json");
  for (size_t size = 0; size + 1 < whole.size(); size += 97)
    EXPECT_THAT(errorOf(whole.substr(0, size)), HasSubstr("tokenizer.json")) << size;
  EXPECT_EQ(errorOf(whole), "no error");
}

class FastTokenizer : public testing::TestWithParam<std::string> {};

TEST_P(FastTokenizer, TakesLongTextsInTimeThatGrowsWithTheirLength) {
  auto tokenizer = createFastTokenizer(GetParam());
  for (const char *unit :
       {"a", "ab ", " ", "ä", "日本", "</s>", "\xff", "e\xcc\x81", "<extra_id_0>", "<mask> "}) {
    std::string text;
    while (text.size() < longTextSize)
      text += unit;
    auto start = std::chrono::steady_clock::now();
    tokenizer->decode(tokenizer->encode(text));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    EXPECT_LT(seconds.count(), 10) << unit;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, FastTokenizer, testing::ValuesIn(fastFolders()),
                         [](const auto &info) { return info.param; });

} // namespace
} // namespace transept::text

// SPDX-License-Identifier: Apache-2.0
//
// What the recorded texts do not cover: hostile input, malformed files, older file layouts, and
// options of added tokens.

#include "GoldenTokenizer.h"
#include "base/Error.h"
#include "tests/support/ErrorOf.h"

#include <algorithm>
#include <chrono>
#include <gmock/gmock.h>
#include <random>

namespace transept::text {
namespace {

using testing::HasSubstr;
using Ids = std::vector<int32_t>;

std::string errorOf(const std::string &kind, const Settings &settings, const Files &files) {
  return transept::errorOf([&] { createTokenizer(kind, settings, assetsOf(files)); });
}

class EveryTokenizer : public testing::TestWithParam<std::string> {
protected:
  std::unique_ptr<Tokenizer> tokenizer = createGoldenTokenizer(GetParam());
};

TEST_P(EveryTokenizer, TakesAnyBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string text(random() % 64, '\0');
    for (char &c : text)
      c = char(round % 3 == 0 ? random() % 8 : random());
    if (round % 5 == 0)
      text += "</s><unk>>>x<<\n<extra_id_0>";
    Ids ids = tokenizer->encode(text);
    const Ids empty = tokenizer->encode("");
    EXPECT_GE(ids.size(), empty.size());
    for (int32_t id : ids)
      EXPECT_GE(id, 0);
    tokenizer->encodeTarget(text);
    tokenizer->decode(ids, {.skipSpecialTokens = false, .cleanUpSpaces = true});
  }
}

TEST_P(EveryTokenizer, DecodesIdsOutsideTheVocabularyAsUnknown) {
  for (int32_t id : {-1, 1'000'000, INT32_MIN, INT32_MAX}) {
    std::vector<int32_t> ids = {id};
    // Above its timestamps a transcript has nothing.
    if (GetParam() != "whisper" || id < 0) {
      EXPECT_NE(tokenizer->decode(ids, {.skipSpecialTokens = false}), "") << id;
    }
  }
}

TEST_P(EveryTokenizer, DecodesNothingToNothing) {
  EXPECT_EQ(tokenizer->decode({}), "");
  Ids special;
  for (int32_t id : {tokenizer->endId(), tokenizer->paddingId()})
    special.insert(special.end(), id >= 0 ? 1 : 0, id);
  EXPECT_EQ(tokenizer->decode(special), "");
}

TEST_P(EveryTokenizer, TruncationCutsTheTextAndKeepsTheSpecialTokens) {
  std::string text = "The small boat was waiting";
  size_t special = tokenizer->encode("").size();
  const Ids whole = tokenizer->encode(text);
  const Ids bare = tokenizer->encode(text, {.addSpecialTokens = false});
  ASSERT_EQ(bare.size() + special, whole.size());
  for (size_t length = special + 1; length < whole.size(); ++length) {
    Ids ids = tokenizer->encode(text, {.maximumLength = length});
    ASSERT_EQ(ids.size(), length);
    // Whatever surrounds the text in the whole surrounds it here.
    auto begin = std::search(whole.begin(), whole.end(), bare.begin(), bare.end());
    Ids expected(whole.begin(), begin + ptrdiff_t(length - special));
    expected.insert(expected.end(), begin + ptrdiff_t(bare.size()), whole.end());
    EXPECT_EQ(ids, expected);
  }
}

TEST_P(EveryTokenizer, TruncationToTheSpecialTokensAloneCutsNothingOff) {
  size_t special = tokenizer->encode("").size();
  if (special > 0) {
    EXPECT_EQ(tokenizer->encode("The small boat", {.maximumLength = special}),
              tokenizer->encode("The small boat"));
  }
}

TEST_P(EveryTokenizer, TakesLongTextsInTimeThatGrowsWithTheirLength) {
  for (const char *unit :
       {"a", "ab ", " ", "ä", "日本", "</s>", "'", "<|", "<extra_id_0>", "<mask> "}) {
    std::string text;
    while (text.size() < longTextSize)
      text += unit;
    auto start = std::chrono::steady_clock::now();
    Ids ids = tokenizer->encode(text);
    tokenizer->decode(ids);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    // A quadratic loop needs more than this.
    EXPECT_LT(seconds.count(), 10) << unit;
  }
}

TEST_P(EveryTokenizer, NamesAMissingFile) {
  Files files = readGoldenFiles(GetParam());
  for (const char *name : {"source.spm", "target.spm", "vocab.json", "spiece.model", "merges.txt",
                           "vocab.txt", "sentencepiece.bpe.model"}) {
    if (!files.contains(name))
      continue;
    Files fewer = files;
    fewer.erase(name);
    EXPECT_THAT(errorOf(kindOf(GetParam()), settingsOf(GetParam()), fewer), HasSubstr(name));
  }
}

TEST_P(EveryTokenizer, RefusesMalformedFilesByName) {
  Files files = readGoldenFiles(GetParam());
  Settings settings = settingsOf(GetParam());
  for (const char *name : {"source.spm", "target.spm", "vocab.json", "spiece.model",
                           "sentencepiece.bpe.model", "tokenizer_config.json"}) {
    if (!files.contains(name))
      continue;
    for (const char *content : {"", "[", "[1]", "{\"a\": \"b\"", "\xff\xff\xff\xff"}) {
      Files broken = files;
      broken[name] = content;
      EXPECT_THAT(errorOf(kindOf(GetParam()), settings, broken), HasSubstr(name)) << content;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryTokenizer, testing::ValuesIn(goldenFolders()),
                         [](const auto &info) { return info.param; });

TEST(CreateTokenizer, NamesTheKindsThatExist) {
  EXPECT_THAT(errorOf("unigram", {}, {}),
              testing::AllOf(HasSubstr("'unigram'"), HasSubstr("'marian', 'sentencepiece', 't5'")));
}

TEST(MarianTokenizer, RefusesAVocabularyWithoutTheUnknownToken) {
  Files files = readGoldenFiles("marian");
  files["vocab.json"] = R"({"</s>": 0})";
  EXPECT_THAT(errorOf("marian", {}, files), HasSubstr("<unk>"));
}

TEST(MarianTokenizer, RefusesIdsThatAreNoIds) {
  Files files = readGoldenFiles("marian");
  for (const char *value : {"-1", "\"0\"", "2147483648", "1.5", "null"}) {
    files["vocab.json"] = std::string("{\"<unk>\": ") + value + "}";
    EXPECT_THAT(errorOf("marian", {}, files), HasSubstr("not a token id")) << value;
  }
}

TEST(MarianTokenizer, CutsOutOneLanguageCodeALine) {
  auto tokenizer = createGoldenTokenizer("marian");
  // A code in the middle disappears, `>>.+<<` is greedy, and a dot matches no newline.
  EXPECT_EQ(tokenizer->encode("boat >>de<< boat"), tokenizer->encode("boat  boat"));
  EXPECT_EQ(tokenizer->encode("boat >>de<< x >>fr<< boat"), tokenizer->encode("boat  boat"));
  Ids first = tokenizer->encode(">>de<< boat");
  Ids rest = tokenizer->encode(" boat");
  EXPECT_EQ(Ids(first.begin() + 1, first.end()), rest);
  EXPECT_NE(tokenizer->encode(">>de\n<< boat"), rest);
  EXPECT_NE(tokenizer->encode(">><< boat"), rest);
}

TEST(MarianTokenizer, UsesTheTargetVocabularyWhenTheyAreSeparate) {
  Files files = readGoldenFiles("marian");
  files["target_vocab.json"] = R"({"</s>": 0, "<unk>": 1, "<pad>": 2, "▁": 3})";
  auto tokenizer = createTokenizer("marian", {{"separate_vocabs", "true"}}, assetsOf(files));
  EXPECT_EQ(tokenizer->encodeTarget("☃"), (Ids{3, 1, 0}));
  Ids source = tokenizer->encode("Hello world");
  EXPECT_EQ(source, createGoldenTokenizer("marian")->encode("Hello world"));
  EXPECT_EQ(tokenizer->decode(source, {.isSource = true}),
            createGoldenTokenizer("marian")->decode(source));
  EXPECT_NE(tokenizer->decode(source), tokenizer->decode(source, {.isSource = true}));
}

TEST(MarianTokenizer, NeedsNoTokenizerConfig) {
  Files files = readGoldenFiles("marian");
  auto whole = createTokenizer("marian", {}, assetsOf(files));
  files.erase("tokenizer_config.json");
  files.erase("special_tokens_map.json");
  auto bare = createTokenizer("marian", {}, assetsOf(files));
  for (const char *text : {"Hello world", "text </s> with special <pad> inside", ">>de<< a"})
    EXPECT_EQ(bare->encode(text), whole->encode(text));
  EXPECT_EQ(bare->paddingId(), whole->paddingId());
}

TEST(T5Tokenizer, OlderLayoutsOfAddedTokensGiveTheSameIds) {
  Files files = readGoldenFiles("t5");
  auto whole = createTokenizer("t5", settingsOf("t5"), assetsOf(files));
  Settings settings = {{"extra_ids", "100"}, {"legacy", "true"}};
  Files modelOnly = {{"spiece.model", files.at("spiece.model")}};
  auto bare = createTokenizer("t5", settings, assetsOf(modelOnly));
  Files withMap = modelOnly;
  withMap["added_tokens.json"] = files.at("added_tokens.json");
  withMap["special_tokens_map.json"] = files.at("special_tokens_map.json");
  auto older = createTokenizer("t5", settings, assetsOf(withMap));
  for (const char *text : {"Hello world", "a<extra_id_5>b", "x </s> y", "<extra_id_99><unk>"}) {
    EXPECT_EQ(bare->encode(text), whole->encode(text)) << text;
    EXPECT_EQ(older->encode(text), whole->encode(text)) << text;
  }
}

TEST(T5Tokenizer, SentinelsStripBlanksOnlyWhereTheFilesSaySo) {
  Files files = readGoldenFiles("t5");
  Files modelOnly = {{"spiece.model", files.at("spiece.model")}};
  Settings settings = {{"extra_ids", "100"}, {"legacy", "true"}};
  auto stripping = createTokenizer("t5", settings, assetsOf(modelOnly));
  int32_t sentinel = stripping->encode("<extra_id_0>").front();
  settings["added_tokens_decoder"] =
      "{\"" + std::to_string(sentinel) + "\": {\"content\": \"<extra_id_0>\", \"special\": true}}";
  auto keeping = createTokenizer("t5", settings, assetsOf(modelOnly));
  EXPECT_EQ(stripping->encode("a <extra_id_0>b"), stripping->encode("a<extra_id_0>b"));
  EXPECT_EQ(keeping->encode("<extra_id_0>").front(), sentinel);
}

TEST(T5Tokenizer, HasItsSentinelsBesideOtherAdditionalTokens) {
  Files files = {{"spiece.model", readGoldenFiles("t5").at("spiece.model")}};
  const Settings settings = {{"extra_ids", "100"}, {"legacy", "true"}};
  const EncodeOptions bare{.addSpecialTokens = false};
  for (const char *tokens : {"[]", R"(["<foo>"])", R"(["<foo>", "<bar>"])"}) {
    files["tokenizer_config.json"] =
        std::string(R"({"additional_special_tokens": )") + tokens + "}";
    auto tokenizer = createTokenizer("t5", settings, assetsOf(files));
    for (const char *sentinel : {"<extra_id_0>", "<extra_id_99>"})
      EXPECT_EQ(tokenizer->encode(sentinel, bare).size(), 1u) << tokens << sentinel;
    EXPECT_GT(tokenizer->encode("<extra_id_100>", bare).size(), 1u) << tokens;
  }
}

TEST(T5Tokenizer, RefusesBadSettingsByName) {
  Files files = readGoldenFiles("t5");
  EXPECT_THAT(errorOf("t5", {{"legacy", "yes"}}, files), HasSubstr("legacy"));
  EXPECT_THAT(errorOf("t5", {{"extra_ids", "-1"}}, files), HasSubstr("extra_ids"));
  EXPECT_THAT(errorOf("t5", {{"extra_ids", "7"}}, files), HasSubstr("extra_ids is 7"));
  EXPECT_THAT(errorOf("t5", {{"added_tokens_decoder", "{\"x\": \"a\"}"}}, files),
              HasSubstr("added_tokens_decoder"));
}

TEST(Pairs, HaveTheSeparatorsOfTheClassBetweenThem) {
  const std::string first = "Hello world", second = "naïve café";
  const Ids bart = {0,  43,  361, 82,  266, 277, 367, 2,   2, 81,
                    68, 131, 111, 376, 293, 68,  73,  324, 2};
  const Ids bert = {2, 38, 199, 206, 206, 209, 79, 209, 212, 206, 198, 3, 369, 370, 3};
  EXPECT_EQ(createGoldenTokenizer("bart")->encode(first, {.second = second}), bart);
  EXPECT_EQ(createFastTokenizer("bart")->encode(first, {.second = second}), bart);
  EXPECT_EQ(createGoldenTokenizer("bert_cased")->encode(first, {.second = second}), bert);
  EXPECT_EQ(createFastTokenizer("bert_cased")->encode(first, {.second = second}), bert);
  for (const char *folder : {"t5", "byt5"}) {
    auto tokenizer = createGoldenTokenizer(folder);
    Ids expected = tokenizer->encode(first), behind = tokenizer->encode(second);
    expected.insert(expected.end(), behind.begin(), behind.end());
    EXPECT_EQ(tokenizer->encode(first, {.second = second}), expected) << folder;
  }
}

TEST(Pairs, AreCutInTheFirstText) {
  auto tokenizer = createGoldenTokenizer("bart");
  Ids ids = tokenizer->encode("Hello world", {.maximumLength = 16, .second = "naïve café"});
  ASSERT_EQ(ids.size(), 16u);
  EXPECT_EQ((Ids{ids.begin(), ids.begin() + 6}), (Ids{0, 43, 361, 82, 2, 2}));
  EXPECT_EQ(ids.back(), 2);
  EXPECT_EQ(tokenizer->encode("Hello world", {.addSpecialTokens = false, .second = "word"}), [&] {
    Ids both = tokenizer->encode("Hello world", {.addSpecialTokens = false});
    Ids word = tokenizer->encode("word", {.addSpecialTokens = false});
    both.insert(both.end(), word.begin(), word.end());
    return both;
  }());
}

TEST(ByteTokenizer, LeavesOutWhatIsNoUtf8) {
  auto tokenizer = createGoldenTokenizer("byt5");
  EXPECT_EQ(tokenizer->decode(Ids{100, 0xC3 + 3, 101, 1}), "ab");
  EXPECT_EQ(tokenizer->decode(Ids{0xC3 + 3, 0xA9 + 3, 1}), "é");
  EXPECT_EQ(tokenizer->highestId(), 383);
}

TEST(T5Tokenizer, DoesNotRepeatAnEndTokenThatTheTextHas) {
  auto tokenizer = createGoldenTokenizer("t5");
  Ids ids = tokenizer->encode("boat</s>");
  EXPECT_EQ(std::count(ids.begin(), ids.end(), tokenizer->endId()), 1);
}

} // namespace
} // namespace transept::text

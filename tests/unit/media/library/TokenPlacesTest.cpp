// SPDX-License-Identifier: Apache-2.0
//
// Which bytes tokens stand for, with every recorded tokenizer.

#include "media/library/TokenPlaces.h"

#include "media/text/Unicode.h"
#include "tests/unit/media/tokenizers/GoldenTokenizer.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace transept::media {
namespace {

using testing::ElementsAre;
using Ids = std::vector<int32_t>;

/// The parts of a text that the ranges are.
std::vector<std::string> partsOf(const std::string &text,
                                 const std::vector<transept_byte_range> &ranges) {
  std::vector<std::string> parts;
  for (const transept_byte_range &range : ranges)
    parts.push_back(text.substr(range.begin, range.end - range.begin));
  return parts;
}

/// Fails where a range is not in order, outside of the text, or within a character; the bytes that
/// are in none and are no white space.
std::string leftOut(const std::string &text, const std::vector<transept_byte_range> &ranges) {
  auto isBoundary = [&](size_t at) {
    return at == text.size() || (uint8_t(text[at]) & 0xc0) != 0x80;
  };
  std::set<size_t> covered;
  size_t before = 0;
  for (const transept_byte_range &range : ranges) {
    EXPECT_LE(range.begin, range.end);
    EXPECT_LE(range.end, text.size());
    EXPECT_GE(range.begin, before);
    EXPECT_TRUE(isBoundary(range.begin) && isBoundary(range.end));
    before = range.begin;
    for (size_t at = range.begin; at < range.end; ++at)
      covered.insert(at);
  }
  std::string rest;
  for (size_t at = 0; at < text.size(); ++at)
    if (covered.contains(at))
      rest += ' ';
    else
      rest += text[at];
  return std::string(text::strip(rest));
}

class TokenPlaces : public testing::TestWithParam<std::string> {
protected:
  void SetUp() override {
    tokenizer = text::createGoldenTokenizer(GetParam());
    cases = nlohmann::json::parse(
        text::readGoldenFiles(GetParam()).at("tokenizer_goldens.json"))["cases"];
    ASSERT_GE(cases.size(), 38u);
  }

  std::unique_ptr<text::Tokenizer> tokenizer;
  nlohmann::json cases;
};

TEST_P(TokenPlaces, OfResultsCoverTheirTexts) {
  for (const auto &each : cases) {
    Ids ids = each["ids"];
    for (bool skipsSpecial : {true, false}) {
      text::DecodeOptions options{.skipSpecialTokens = skipsSpecial};
      std::string text = tokenizer->decode(ids, options);
      SCOPED_TRACE(text);
      auto ranges = rangesOf(*tokenizer, ids, options);
      ASSERT_EQ(ranges.size(), ids.size());
      EXPECT_EQ(leftOut(text, ranges), "");
    }
  }
}

TEST_P(TokenPlaces, OfSourcesCoverWhatTheTokenizerKeeps) {
  size_t letters = 0, lost = 0;
  for (const auto &each : cases) {
    std::string text = each["text"];
    SCOPED_TRACE(text);
    auto ranges = sourceRangesOf(*tokenizer, tokenizer->encode(text), text);
    std::string rest = leftOut(text, ranges);
    // Special tokens that are written in a text have no range.
    if (text.find_first_of("<[") != text.npos)
      continue;
    letters += text.size();
    lost += rest.size() - size_t(std::ranges::count(rest, ' '));
  }
  // Tokenizers drop control characters and what has no width.
  EXPECT_LT(lost, letters / 50);
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, TokenPlaces, testing::ValuesIn(text::goldenFolders()),
                         [](const auto &info) { return info.param; });

std::vector<std::string> sourceParts(const std::string &folder, const std::string &text) {
  auto tokenizer = text::createGoldenTokenizer(folder);
  return partsOf(text, sourceRangesOf(*tokenizer, tokenizer->encode(text), text));
}

TEST(TokenPlacesOf, PiecesAreTheirCharacters) {
  EXPECT_THAT(sourceParts("t5", "Hello  world"), ElementsAre("H", "ell", "o", "w", "or", "ld", ""));
}

TEST(TokenPlacesOf, NormalizedTextsAreThoseOfTheOriginal) {
  const std::string accents = "Ünïcödé ＡＢＣ ﬁne", numbers = "cafe\xcc\x81 ① ½";
  EXPECT_THAT(sourceParts("t5", accents), ElementsAre("", "Ü", "n", "ï", "c", "ö", "d", "é", "Ａ",
                                                      "Ｂ", "Ｃ", "ﬁ", "ﬁn", "e", ""));
  EXPECT_THAT(sourceParts("t5", numbers),
              ElementsAre("ca", "f", "e\xcc\x81", "①", "½", "½", "½", ""));
  // Its vocabulary is small: what it does not know is what lies between.
  EXPECT_THAT(sourceParts("bert_uncased", accents),
              ElementsAre("", "Ü", "n", "ï", "c", "ö", "d", "é", "ＡＢＣ ﬁne", "ＡＢＣ ﬁne", ""));
}

TEST(TokenPlacesOf, TokensThatMakeACharacterTogetherHaveItEach) {
  EXPECT_THAT(sourceParts("gpt2", "n\xc3\xaf 😀"), ElementsAre("n", "ï", "ï", "😀", "😀", "😀"));
  auto tokenizer = text::createGoldenTokenizer("gpt2");
  Ids ids = tokenizer->encode("n\xc3\xaf");
  EXPECT_THAT(partsOf("n\xc3\xaf", rangesOf(*tokenizer, ids, {})), ElementsAre("n", "ï", "ï"));
}

} // namespace
} // namespace transept::media

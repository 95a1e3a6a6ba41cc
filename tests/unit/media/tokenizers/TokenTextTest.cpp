// SPDX-License-Identifier: Apache-2.0
//
// The texts of single tokens, which together are the text that they were made of.

#include "GoldenTokenizer.h"

#include "media/text/Unicode.h"
#include "media/tokenizers/TokenText.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace transept::text {
namespace {

bool isPlain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string textsOf(const Tokenizer &tokenizer, const std::vector<int32_t> &ids, bool isSource) {
  std::string joined;
  for (int32_t id : ids)
    joined += tokenText(tokenizer, id, isSource);
  return joined;
}

class TokenTexts : public testing::TestWithParam<std::string> {};

TEST_P(TokenTexts, TogetherAreTheText) {
  auto tokenizer = createGoldenTokenizer(GetParam());
  auto goldens = nlohmann::json::parse(readGoldenFiles(GetParam()).at("tokenizer_goldens.json"));
  int compared = 0;
  for (const auto &each : goldens["cases"]) {
    std::string text = each["text"];
    if (!isPlain(text))
      continue;
    SCOPED_TRACE(text);
    for (bool isSource : {false, true}) {
      std::vector<int32_t> ids = isSource
                                     ? tokenizer->encode(text, {.addSpecialTokens = false})
                                     : tokenizer->encodeTarget(text, {.addSpecialTokens = false});
      // Of added tokens, tokenizers write more or fewer blanks around than there were.
      if (std::ranges::find(ids, tokenizer->unknownId()) != ids.end() ||
          text.find('<') != text.npos || text.find('[') != text.npos)
        continue;
      DecodeOptions options{
          .skipSpecialTokens = false, .cleanUpSpaces = false, .isSource = isSource};
      std::string joined = textsOf(*tokenizer, ids, isSource);
      EXPECT_EQ(strip(joined), strip(tokenizer->decode(ids, options)));
      ++compared;
    }
  }
  EXPECT_GT(compared, 5);
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, TokenTexts, testing::ValuesIn(goldenFolders()),
                         [](const auto &info) { return info.param; });

TEST(TokenText, BeginsWithTheBlankBeforeAWord) {
  auto t5 = createGoldenTokenizer("t5"), gpt2 = createGoldenTokenizer("gpt2"),
       bert = createGoldenTokenizer("bert_cased");
  auto last = [](const Tokenizer &tokenizer, std::string_view text) {
    return tokenText(tokenizer, tokenizer.encodeTarget(text, {.addSpecialTokens = false}).back());
  };
  for (const Tokenizer *tokenizer : {t5.get(), gpt2.get(), bert.get()})
    EXPECT_EQ(last(*tokenizer, "one a"), " a");
  EXPECT_EQ(tokenText(*t5, t5->endId()), "</s>");
}

} // namespace
} // namespace transept::text

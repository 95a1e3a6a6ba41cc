// SPDX-License-Identifier: Apache-2.0
//
// Characters, bytes and words, value by value, against what Python says.

#include "media/text/Characters.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/ByteLevel.h"
#include "media/tokenizers/WordPiece.h"

#include <gtest/gtest.h>

namespace transept::text {
namespace {

using Parts = std::vector<std::string_view>;

TEST(Characters, ReplacesWhatIsNoUtf8AsPythonDoes) {
  std::string r = "\xef\xbf\xbd";
  EXPECT_EQ(validUtf8("aä日😀"), "aä日😀");
  EXPECT_EQ(validUtf8("\xff"), r);
  EXPECT_EQ(validUtf8("\xc3("), r + "(");
  EXPECT_EQ(validUtf8("\xe3\x81"), r); // cut off: one
  EXPECT_EQ(validUtf8("\xe3\x81x"), r + "x");
  EXPECT_EQ(validUtf8("\xc0\x80"), r + r);         // overlong
  EXPECT_EQ(validUtf8("\xe0\x80\x80"), r + r + r); // overlong
  EXPECT_EQ(validUtf8("\xed\xa0\x80"), r + r + r); // a surrogate
  EXPECT_EQ(validUtf8("\xf4\x90\x80\x80"), r + r + r + r);
  EXPECT_EQ(validUtf8("\xf0\x9f\x98"), r);
  EXPECT_EQ(validUtf8("\xf5\x80"), r + r);
}

TEST(Characters, LowerCaseKnowsTheFinalSigma) {
  EXPECT_EQ(lower("ΟΔΟΣ ΣΑΣ Σ"), "οδος σας σ");
  EXPECT_EQ(lower("ΑΣ."), "ας.");
  EXPECT_EQ(lower("ΑΣ.Α"), "ασ.α");
  EXPECT_EQ(lowerEach("ΟΔΟΣ"), "οδοσ");
  EXPECT_EQ(lower("İÜẞ"), "i\xcc\x87üß");
}

TEST(Characters, UpperCaseMayBeLonger) {
  EXPECT_EQ(upper("straße ﬁx ŉ ǰ ΐ ᾳ և"),
            "STRASSE FIX ʼN J\xcc\x8c \xce\x99\xcc\x88\xcc\x81 ΑΙ ԵՒ");
  EXPECT_EQ(upper("ẞİÄ"), "ẞİÄ");
}

TEST(Characters, NormalForms) {
  EXPECT_EQ(normalize("e\xcc\x81ﬁ①", NormalForm::C), "éﬁ①");
  EXPECT_EQ(normalize("éﬁ", NormalForm::D), "e\xcc\x81ﬁ");
  EXPECT_EQ(normalize("e\xcc\x81ﬁ①", NormalForm::KC), "éfi1");
  EXPECT_EQ(normalize("é½", NormalForm::KD), "e\xcc\x81"
                                             "1\xe2\x81\x84"
                                             "2");
  EXPECT_EQ(removeNonSpacingMarks("e\xcc\x81"), "e");
}

TEST(Characters, GraphemesKeepMarksAndJoinedEmojiTogether) {
  EXPECT_EQ(graphemeEnds("e\xcc\x81x"), (std::vector<size_t>{3, 4}));
  EXPECT_EQ(graphemeEnds("👨‍👩‍👧").size(), 1u);
  EXPECT_EQ(graphemeEnds("🇩🇪🇫🇷").size(), 2u);
  EXPECT_TRUE(graphemeEnds("").empty());
}

TEST(ByteLevel, SplitsWordsAsTheRegularExpressionDoes) {
  EXPECT_EQ(splitWords("Hello world"), (Parts{"Hello", " world"}));
  EXPECT_EQ(splitWords("a  b"), (Parts{"a", " ", " b"}));
  EXPECT_EQ(splitWords("a\n\nb"), (Parts{"a", "\n", "\n", "b"}));
  EXPECT_EQ(splitWords("a   "), (Parts{"a", "   "}));
  EXPECT_EQ(splitWords(" \t x"), (Parts{" \t", " x"}));
  EXPECT_EQ(splitWords("it's we'll 'Sx"), (Parts{"it", "'s", " we", "'ll", " '", "Sx"}));
  EXPECT_EQ(splitWords("''s"), (Parts{"''", "s"}));
  EXPECT_EQ(splitWords("12ab!?"), (Parts{"12", "ab", "!?"}));
  EXPECT_EQ(splitWords("x²½Ⅷ٣"), (Parts{"x", "²½Ⅷ٣"}));
  EXPECT_EQ(splitWords("日本\xe3\x80\x80語"), (Parts{"日本", "\xe3\x80\x80", "語"}));
  EXPECT_EQ(splitWords("e\xcc\x81x"), (Parts{"e", "\xcc\x81", "x"}));
  EXPECT_TRUE(splitWords("").empty());
}

TEST(ByteLevel, EveryByteHasACharacterAndComesBack) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes += char(byte);
  EXPECT_EQ(tokenToBytes(bytesToCharacters(bytes)), bytes);
  EXPECT_EQ(bytesToCharacters(" \n!"), "ĠĊ!");
  EXPECT_EQ(tokenToBytes("a日Ġ"), "a日Ġ");
}

TEST(WordPiece, CutsTheLongestTokens) {
  WordPieces words(
      Vocabulary(TokenIds{{"un", 0}, {"unable", 1}, {"##able", 2}, {"##s", 3}, {"ä", 4}}), "##", 10);
  std::vector<int32_t> tokens = {77};
  EXPECT_TRUE(words.split("unables", tokens));
  EXPECT_EQ(tokens, (std::vector<int32_t>{77, 1, 3}));
  EXPECT_FALSE(words.split("unablex", tokens));
  EXPECT_FALSE(words.split("unablesssss", tokens)); // eleven characters
  EXPECT_FALSE(words.split("äx", tokens));
  EXPECT_EQ(tokens.size(), 3u);
}

} // namespace
} // namespace transept::text

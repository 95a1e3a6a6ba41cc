// SPDX-License-Identifier: Apache-2.0
//
// Characters, bytes and words, value by value, against what Python says.

#include "media/text/Characters.h"
#include "media/text/CharacterTables.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/ByteLevel.h"
#include "media/tokenizers/WordPiece.h"
#include "tests/support/Rounds.h"

#include <array>
#include <cstdlib>
#include <gtest/gtest.h>
#include <random>
#include <utf8proc.h>

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

TEST(Characters, ASigmaIsFinalBehindLettersThatHaveACase) {
  for (const char *cased : {"Α", "α", "ǅ"}) {
    EXPECT_TRUE(lower(std::string(cased) + "Σ").ends_with("ς")) << cased;
    EXPECT_TRUE(lower("ΑΣ" + std::string(cased)).starts_with("ασ")) << cased;
  }
  EXPECT_EQ(lower("日Σ"), "日σ");
  EXPECT_EQ(lower("ΑΣ日"), "ας日");
  // Marks of two kinds, a soft hyphen, a letter that modifies, a symbol that does, and punctuation.
  for (const char *ignored : {"\u0301", "\u20dd", "\u00ad", "\u02b0", "^", "'", ".", ":", "\u00b7",
                              "\u2018", "\u2019", "\u2024", "\u2027"}) {
    EXPECT_TRUE(lower("Α" + std::string(ignored) + "Σ").ends_with("ς")) << ignored;
    EXPECT_TRUE(lower("ΑΣ" + std::string(ignored) + "Α").starts_with("ασ")) << ignored;
  }
  EXPECT_TRUE(lower("Α,Σ").ends_with("σ"));
  EXPECT_TRUE(lower("ΑΣ,Α").starts_with("ας"));
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

Parts splitWords(std::string_view text) {
  Parts words;
  for (; !text.empty(); text.remove_prefix(words.back().size()))
    words.push_back(text.substr(0, wordLength(text)));
  return words;
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
      Vocabulary(TokenIds{{"un", 0}, {"unable", 1}, {"##able", 2}, {"##s", 3}, {"ä", 4}}), "##",
      10);
  std::vector<int32_t> tokens = {77};
  EXPECT_TRUE(words.split("unables", tokens));
  EXPECT_EQ(tokens, (std::vector<int32_t>{77, 1, 3}));
  EXPECT_FALSE(words.split("unablex", tokens));
  EXPECT_FALSE(words.split("unablesssss", tokens)); // eleven characters
  EXPECT_FALSE(words.split("äx", tokens));
  EXPECT_EQ(tokens.size(), 3u);
}

/// utf8proc's, from which the tables are.
std::string originalForm(const std::string &text, NormalForm form) {
  int options = UTF8PROC_STABLE;
  options |=
      form == NormalForm::C || form == NormalForm::KC ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
  if (form == NormalForm::KC || form == NormalForm::KD)
    options |= UTF8PROC_COMPAT;
  utf8proc_uint8_t *result = nullptr;
  auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t *>(text.data()),
                   utf8proc_ssize_t(text.size()), &result, static_cast<utf8proc_option_t>(options));
  std::string normal(reinterpret_cast<const char *>(result), size > 0 ? size_t(size) : 0);
  std::free(result);
  return normal;
}

std::vector<size_t> originalGraphemeEnds(const std::u32string &characters) {
  std::vector<size_t> ends;
  std::string text;
  utf8proc_int32_t state = 0;
  for (size_t index = 0; index < characters.size(); ++index) {
    if (index > 0 && utf8proc_grapheme_break_stateful(utf8proc_int32_t(characters[index - 1]),
                                                      utf8proc_int32_t(characters[index]), &state))
      ends.push_back(text.size());
    append(text, characters[index]);
  }
  if (!text.empty())
    ends.push_back(text.size());
  return ends;
}

constexpr std::array allForms = {NormalForm::C, NormalForm::D, NormalForm::KC, NormalForm::KD};

bool isSurrogate(char32_t character) {
  return character >= 0xd800 && character <= 0xdfff;
}

TEST(Characters, AreThoseOfUtf8proc) {
  for (char32_t character = 0; character < 0x110000; character += sanitizedShare) {
    if (isSurrogate(character))
      continue;
    auto original = utf8proc_int32_t(character);
    std::string text;
    append(text, character);
    size_t position = 0;
    ASSERT_EQ(nextCharacter(text, position), character);
    ASSERT_EQ(position, text.size());
    ASSERT_EQ(kindOf(character).category, utf8proc_category(original)) << int(character);
    std::string lowered;
    append(lowered, static_cast<char32_t>(utf8proc_tolower(original)));
    if (character != 0x130) {
      ASSERT_EQ(lowerEach(text), lowered) << int(character);
    }
    if (character > 0) {
      for (NormalForm form : allForms)
        ASSERT_EQ(normalize(text, form), originalForm(text, form)) << int(character);
    }
  }
}

TEST(NormalForms, AreThoseOfUtf8procOnRandomTexts) {
  std::mt19937 random(11);
  // Letters, marks of several classes, Hangul, Kana, and what breaks clusters in several ways.
  constexpr std::array<std::array<char32_t, 2>, 20> blocks = {
      {{'a', 'z'},         {0xc0, 0x17f},      {0x300, 0x36f},   {0x1100, 0x11ff},
       {0xac00, 0xac60},   {0x3040, 0x30ff},   {0x5b0, 0x5c7},   {0x1e00, 0x1fff},
       {0x1f1e6, 0x1f1ff}, {0x1f600, 0x1f64f}, {0x200b, 0x200f}, {0xfe00, 0xfe0f},
       {0x900, 0x97f},     {'\n', '\r'},       {0xff00, 0xffef}, {0x600, 0x6ff},
       {0x1f3fb, 0x1f3ff}, {0x302a, 0x302f},   {0x0f71, 0x0f84}, {1, 0x10fffd}}};
  for (int round = 0; round < roundsOf(40'000); ++round) {
    std::u32string characters;
    std::string text;
    for (size_t count = random() % 9; count-- > 0;) {
      auto [first, last] = blocks[random() % blocks.size()];
      auto character = static_cast<char32_t>(first + random() % (last - first + 1));
      // A syllable swallows U+11A7 in utf8proc, which the standard and Python do not let it do.
      if (isSurrogate(character) || character == 0x11a7)
        continue;
      characters += character;
      append(text, character);
    }
    for (NormalForm form : allForms)
      ASSERT_EQ(normalize(text, form), originalForm(text, form)) << text;
    ASSERT_EQ(graphemeEnds(text), originalGraphemeEnds(characters)) << text;
  }
}

} // namespace
} // namespace transept::text

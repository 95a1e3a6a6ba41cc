// SPDX-License-Identifier: Apache-2.0
//
// Where sentences end, and that nothing of a text is lost between them.

#include "media/text/Sentences.h"
#include "media/text/Unicode.h"

#include <gmock/gmock.h>
#include <random>

namespace transept::text {
namespace {

using testing::ElementsAre;

std::vector<std::string> sentencesOf(std::string_view text) {
  std::vector<std::string> sentences;
  for (const Sentence &each : splitSentences(text))
    sentences.emplace_back(each.text);
  return sentences;
}

std::string together(std::string_view text) {
  std::string result;
  for (const Sentence &each : splitSentences(text))
    result.append(each.text).append(each.gap);
  return result;
}

TEST(Sentences, EndAtMarksBeforeWhiteSpaceAndNoSmallLetter) {
  EXPECT_THAT(sentencesOf("One. Two! Three? Four... Five"),
              ElementsAre("One.", "Two!", "Three?", "Four...", "Five"));
  EXPECT_THAT(sentencesOf("He said \"Go!\" and left. (It rained.) Über 30 came."),
              ElementsAre("He said \"Go!\" and left.", "(It rained.)", "Über 30 came."));
  EXPECT_THAT(sentencesOf("Version 2.5 of example.com costs 3.50 today."),
              ElementsAre("Version 2.5 of example.com costs 3.50 today."));
  EXPECT_THAT(sentencesOf("¿Qué? ¡Sí! Нет. Да… И так."),
              ElementsAre("¿Qué?", "¡Sí!", "Нет.", "Да…", "И так."));
}

TEST(Sentences, GoOnBehindAbbreviations) {
  EXPECT_THAT(sentencesOf("Dr. Smith met J. S. Bach on the 3. March, e.g. Monday. He left."),
              ElementsAre("Dr. Smith met J. S. Bach on the 3. March, e.g. Monday.", "He left."));
  EXPECT_THAT(sentencesOf("It was 1999. Then z.B. Berlin (vgl. Abs. 3). Nr. 5 lebt."),
              ElementsAre("It was 1999.", "Then z.B. Berlin (vgl. Abs. 3).", "Nr. 5 lebt."));
}

TEST(Sentences, EndAtLineBreaksAndWideMarks) {
  EXPECT_THAT(sentencesOf("A title\n\nfirst line \r\nsecond"),
              ElementsAre("A title", "first line", "second"));
  EXPECT_THAT(sentencesOf("猫は座る。「行け！」犬は走る"),
              ElementsAre("猫は座る。", "「行け！」", "犬は走る"));
}

TEST(Sentences, KeepTheWhiteSpaceBetweenThem) {
  auto parts = splitSentences("  One.  Two.\n\n\tThree \n");
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(parts[0].text, "");
  EXPECT_EQ(parts[0].gap, "  ");
  EXPECT_EQ(parts[1].gap, "  ");
  EXPECT_EQ(parts[2].gap, "\n\n\t");
  EXPECT_EQ(parts[3].text, "Three");
  EXPECT_EQ(parts[3].gap, " \n");
  EXPECT_EQ(splitSentences("").size(), 1u);
  EXPECT_THAT(sentencesOf(" \n "), ElementsAre(""));
}

TEST(Sentences, LoseNothingOfRandomTexts) {
  const std::vector<std::string> parts = {"A",  "b",  "Dr", "é",  ".",  "!",      "?",  "…", " ",
                                          "\n", "\t", "\"", "“",  "(",  ")",      "。", "1", "12",
                                          "語", "'",  "ß",  "\r", "…”", "\u3000", "z.B"};
  std::mt19937 random(5);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t count = random() % 12; count-- > 0;)
      text += parts[random() % parts.size()];
    ASSERT_EQ(together(text), text);
    auto sentences = splitSentences(text);
    for (size_t index = 1; index < sentences.size(); ++index)
      ASSERT_FALSE(strip(sentences[index].text).empty()) << text;
  }
}

} // namespace
} // namespace transept::text

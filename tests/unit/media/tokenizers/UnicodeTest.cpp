// SPDX-License-Identifier: Apache-2.0
//
// Python's string operations, value by value.

#include "media/text/Unicode.h"

#include <gtest/gtest.h>

namespace transept::text {
namespace {

TEST(Unicode, StripsEveryKindOfWhiteSpaceOnBothSides) {
  std::string spaces = " \t\n\v\f\r\x1c\x1d\x1e\x1f\xc2\x85\xc2\xa0\xe1\x9a\x80\xe2\x80\x80"
                       "\xe2\x80\x8a\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\x9f"
                       "\xe3\x80\x80";
  EXPECT_EQ(strip(spaces + "a b" + spaces), "a b");
  EXPECT_EQ(stripLeft(spaces + "a "), "a ");
  EXPECT_EQ(stripRight(" a" + spaces), " a");
  EXPECT_EQ(strip(spaces), "");
}

TEST(Unicode, KeepsWhatPythonKeeps) {
  // Zero-width space, word joiner, byte order mark, and a NUL are no white space.
  for (std::string_view text : {std::string_view("\xe2\x80\x8b"), std::string_view("\xe2\x81\xa0"),
                                std::string_view("\xef\xbb\xbf"), std::string_view("\0", 1)})
    EXPECT_EQ(strip(text), text);
}

TEST(Unicode, KeepsInvalidBytes) {
  EXPECT_EQ(strip(" \xff\xe3\x80 "), "\xff\xe3\x80");
}

TEST(Unicode, ReplacesWithoutOverlap) {
  EXPECT_EQ(replaceAll("aaaa", "aa", "b"), "bb");
  EXPECT_EQ(replaceAll("aaa", "aa", "a"), "aa");
  EXPECT_EQ(replaceAll("", "a", "b"), "");
}

TEST(Unicode, CleansUpSpacesBeforePunctuationAndContractions) {
  EXPECT_EQ(cleanUpSpaces("Yes , it 's done . Is n't it ? I 'm , we 've , they 're !"),
            "Yes, it's done. Isn't it? I'm, we've, they're!");
  EXPECT_EQ(cleanUpSpaces("a ' b"), "a'b");
}

} // namespace
} // namespace transept::text

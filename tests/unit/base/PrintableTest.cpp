// SPDX-License-Identifier: Apache-2.0
//
// What a file says cannot command the terminal.

#include "base/Printable.h"

#include "base/Error.h"

#include <gtest/gtest.h>

namespace transept {
namespace {

TEST(Printable, KeepsTextInAnyLanguage) {
  for (const char *text : {"", "plain", "zwölf\tMärz\n", "数字", "🙂", "C:\\x1b"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable("\x1b[2J\r\x7f"), "\\x1b[2J\\x0d\\x7f");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "\\xc2\\x9b31m");
}

TEST(Printable, EscapesBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("a\x9B"
                      "b"),
            "a\\x9bb");
  EXPECT_EQ(printable("\xE6\x95"), "\\xe6\\x95");
}

TEST(Printable, IsWhatErrorsSay) {
  EXPECT_STREQ(InputError("no \x1b]0;title\x07").what(), "no \\x1b]0;title\\x07");
}

} // namespace
} // namespace transept

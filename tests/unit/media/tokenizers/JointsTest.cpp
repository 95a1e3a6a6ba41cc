// SPDX-License-Identifier: Apache-2.0
//
// Texts are only cut where no token goes on, and are cut where neighbours were never seen.

#include "media/tokenizers/Joints.h"

#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

namespace transept::text {
namespace {

Joints jointsOf(const std::vector<std::string> &tokens) {
  return Joints(std::vector<std::string_view>(tokens.begin(), tokens.end()));
}

TEST(Joints, NeverCutATokenThatIsThere) {
  std::mt19937 random(7);
  const std::vector<std::string> characters = {"a", "b", "é", "日", "本", "語", "😀", "▁"};
  auto randomText = [&](size_t count) {
    std::string text;
    while (count-- > 0)
      text += characters[random() % characters.size()];
    return text;
  };
  size_t cuts = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> tokens;
    for (int count = 0; count < 12; ++count) {
      std::string token = randomText(1 + random() % 4);
      // Tokens of bytes begin and end inside of characters.
      if (random() % 3 == 0)
        token = token.substr(random() % token.size());
      if (random() % 3 == 0)
        token.resize(1 + random() % token.size());
      tokens.push_back(token);
    }
    const Joints joints = jointsOf(tokens), view(joints.bytes());
    for (int each = 0; each < 20; ++each) {
      const std::string text = randomText(1 + random() % 12);
      for (size_t begin = 0; begin < text.size();) {
        const size_t length = joints.partLength(std::string_view(text).substr(begin));
        ASSERT_GT(length, 0u);
        ASSERT_EQ(view.partLength(std::string_view(text).substr(begin)), length);
        begin += length;
        cuts += begin < text.size();
        for (const std::string &token : tokens)
          for (size_t at = text.find(token); at != std::string::npos; at = text.find(token, at + 1))
            ASSERT_TRUE(at >= begin || at + token.size() <= begin) << text << ": " << token;
      }
    }
  }
  EXPECT_GT(cuts, 5000u);
}

TEST(Joints, HoldTogetherWhatIsNoText) {
  const Joints joints = jointsOf({"ab"});
  EXPECT_EQ(joints.partLength("ba"), 1u);
  EXPECT_EQ(joints.partLength("\xe6\x97 a"), 3u); // a byte of the character is missing
  EXPECT_EQ(joints.partLength("\x80\x80"), 2u);
}

TEST(Joints, CutNothingWithoutAFilter) {
  EXPECT_EQ(Joints().partLength("ba"), 2u);
  EXPECT_EQ(Joints(std::string_view("damaged")).partLength("ba"), 2u);
  EXPECT_EQ(Joints(std::string_view("damaged too, and longer")).partLength("a"), 1u);
}

} // namespace
} // namespace transept::text

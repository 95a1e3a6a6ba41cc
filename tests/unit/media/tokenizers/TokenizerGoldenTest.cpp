// SPDX-License-Identifier: Apache-2.0
//
// Every recorded text of Hugging Face's slow tokenizers: ids, target ids, the four ways of
// decoding, a padded batch and a truncation.

#include "GoldenTokenizer.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace transept::text {
namespace {

using Ids = std::vector<int32_t>;

class TokenizerGolden : public testing::TestWithParam<std::string> {
protected:
  void SetUp() override {
    tokenizer = createGoldenTokenizer(GetParam());
    goldens = nlohmann::json::parse(readGoldenFiles(GetParam()).at("tokenizer_goldens.json"));
  }

  std::unique_ptr<Tokenizer> tokenizer;
  nlohmann::json goldens;
};

TEST_P(TokenizerGolden, EncodesEveryTextToTheRecordedIds) {
  ASSERT_GE(goldens["cases"].size(), 38u);
  for (const auto &each : goldens["cases"]) {
    std::string text = each["text"];
    SCOPED_TRACE(text);
    EXPECT_EQ(tokenizer->encode(text), each["ids"].get<Ids>());
    EXPECT_EQ(tokenizer->encode(text, {.addSpecialTokens = false, .maximumLength = 0}),
              each["ids_without_special_tokens"].get<Ids>());
    if (each.contains("target_ids")) {
      EXPECT_EQ(tokenizer->encodeTarget(text), each["target_ids"].get<Ids>());
    }
  }
}

TEST_P(TokenizerGolden, DecodesEveryTextAsRecorded) {
  for (const auto &each : goldens["cases"]) {
    std::string text = each["text"];
    SCOPED_TRACE(text);
    Ids ids = each["ids"];
    auto decode = [&](bool skipsSpecial, bool cleansUp) {
      return tokenizer->decode(ids, {.skipSpecialTokens = skipsSpecial, .cleanUpSpaces = cleansUp});
    };
    EXPECT_EQ(decode(true, false), each["decoded"].get<std::string>());
    EXPECT_EQ(decode(true, true), each["decoded_cleaned"].get<std::string>());
    EXPECT_EQ(decode(false, false), each["decoded_with_special"].get<std::string>());
    EXPECT_EQ(tokenizer->decode(ids), each["decoded_cleaned"].get<std::string>());
    if (each.contains("target_decoded")) {
      EXPECT_EQ(tokenizer->decode(each["target_ids"].get<Ids>(),
                                  {.skipSpecialTokens = true, .cleanUpSpaces = false}),
                each["target_decoded"].get<std::string>());
    }
  }
}

TEST_P(TokenizerGolden, HasTheRecordedSpecialTokens) {
  auto id = [&](const char *role) {
    const auto &recorded = goldens["special"][role];
    return recorded.is_null() ? -1 : recorded.get<int32_t>();
  };
  EXPECT_EQ(tokenizer->endId(), id("eos"));
  EXPECT_EQ(tokenizer->paddingId(), id("pad"));
  EXPECT_EQ(tokenizer->unknownId(), id("unk"));
}

TEST_P(TokenizerGolden, PadsABatchAsRecorded) {
  if (tokenizer->paddingId() < 0) {
    EXPECT_TRUE(goldens.contains("batch_error"));
    return;
  }
  const auto &batch = goldens["batch"];
  std::vector<Ids> rows;
  size_t longest = 0;
  for (const auto &text : batch["texts"]) {
    rows.push_back(tokenizer->encode(text.get<std::string>()));
    longest = std::max(longest, rows.back().size());
  }
  for (Ids &row : rows)
    row.resize(longest, tokenizer->paddingId());
  EXPECT_EQ(rows, batch["input_ids"].get<std::vector<Ids>>());
}

TEST_P(TokenizerGolden, TruncatesAsRecorded) {
  const auto &truncation = goldens["truncation"];
  EXPECT_EQ(tokenizer->encode(truncation["text"].get<std::string>(),
                              {.addSpecialTokens = true,
                               .maximumLength = truncation["max_length"].get<size_t>()}),
            truncation["input_ids"].get<Ids>());
}

class FastTokenizerGolden : public testing::TestWithParam<std::string> {};

TEST_P(FastTokenizerGolden, EncodesAndDecodesEveryTextAsRecorded) {
  auto tokenizer = createFastTokenizer(GetParam());
  auto goldens =
      nlohmann::json::parse(readGoldenFiles(GetParam()).at("tokenizer_goldens_fast.json"));
  ASSERT_GE(goldens["cases"].size(), 38u);
  for (const auto &each : goldens["cases"]) {
    std::string text = each["text"];
    SCOPED_TRACE(text);
    const Ids ids = each["ids"];
    EXPECT_EQ(tokenizer->encode(text), ids);
    EXPECT_EQ(tokenizer->encode(text, {.addSpecialTokens = false}),
              each["ids_without_special_tokens"].get<Ids>());
    EXPECT_EQ(tokenizer->decode(ids, {.cleanUpSpaces = false}), each["decoded"].get<std::string>());
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, FastTokenizerGolden, testing::ValuesIn(fastFolders()),
                         [](const auto &info) { return info.param; });

INSTANTIATE_TEST_SUITE_P(Kinds, TokenizerGolden, testing::ValuesIn(goldenFolders()),
                         [](const auto &info) { return info.param; });

// Texts of their own: each begins with tags.
INSTANTIATE_TEST_SUITE_P(Tagged, TokenizerGolden, testing::Values("indic_trans"),
                         [](const auto &info) { return info.param; });

} // namespace
} // namespace transept::text

// SPDX-License-Identifier: Apache-2.0
//
// The options of `transept generate` for models of speech. The checkpoint is small and untrained,
// so that only the form of transcripts can be checked.

#include "tests/end-to-end/Command.h"

#include "media/Transcripts.h"

#include <nlohmann/json.hpp>

#include <regex>

namespace transept::endtoend {
namespace {

using Json = nlohmann::json;

std::string kSound = TRANSEPT_SOURCE_DIR "/tests/unit/media/features/references/chirp.wav";

CommandResult generate(std::vector<std::string> options) {
  options.insert(options.begin(), {"generate", library("sounds"), kSound});
  return run(options);
}

TEST(Speech, TheLanguageIsDetectedOrGiven) {
  CommandResult detected = generate({"--json"});
  ASSERT_EQ(detected.status, 0) << detected.errors;
  std::string language = Json::parse(detected.output).at("language");
  EXPECT_EQ(generate({"--json", "--language", language}).output, detected.output);
  // start, language, task, no timestamps
  Json german = Json::parse(generate({"--json", "--language", "de", "--task", "translate"}).output);
  EXPECT_EQ(german.at("language"), "de");
  std::vector<int> ids = german.at("ids");
  EXPECT_EQ(std::vector<int>(ids.begin(), ids.begin() + 4), (std::vector<int>{351, 354, 356, 361}));
}

void expectTimes(const Json &texts) {
  ASSERT_FALSE(texts.empty());
  for (const Json &each : texts) {
    EXPECT_GE(each.at("begin"), 0);
    EXPECT_LE(each.at("begin"), each.at("end"));
    EXPECT_TRUE(each.at("text").is_string());
  }
}

TEST(Speech, TimestampsAreLinesOrSegments) {
  CommandResult plain = generate({"--timestamps"});
  ASSERT_EQ(plain.status, 0) << plain.errors;
  std::regex form(R"(\[\d+\.\d\d --> \d+\.\d\d\] .*)");
  std::vector<std::string> lines = linesOf(plain.output);
  for (const std::string &line : lines)
    EXPECT_TRUE(std::regex_match(line, form)) << line;
  Json segments = Json::parse(generate({"--timestamps", "--json"}).output).at("segments");
  expectTimes(segments);
  EXPECT_EQ(lines.size(), segments.size());
  EXPECT_FALSE(Json::parse(generate({"--json"}).output).contains("segments"));
}

TEST(Speech, WordsHaveTimes) {
  CommandResult result = generate({"--word-timestamps", "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  Json words = Json::parse(result.output).at("words");
  expectTimes(words);
  EXPECT_EQ(linesOf(generate({"--word-timestamps"}).output).size(), words.size());
}

/// "begin-end text" of each word.
std::vector<std::string> grouped(std::vector<media::TimedText> runs, const std::string &language) {
  std::vector<std::string> words;
  for (const media::TimedText &word : media::groupWords(std::move(runs), language))
    words.push_back(std::to_string(int(word.begin)) + "-" + std::to_string(int(word.end)) +
                    word.text);
  return words;
}

TEST(Speech, WordsAreTokensBetweenBlanks) {
  EXPECT_THAT(grouped({{0, 1, " He"},
                       {1, 2, "llo"},
                       {2, 3, ","},
                       {3, 4, " \""},
                       {4, 5, " you"},
                       {5, 6, "\""},
                       {6, 7, "!"},
                       {7, 8, " so"}},
                      "en"),
              testing::ElementsAre("0-3 Hello,", "3-7 \" you\"!", "7-8 so"));
  EXPECT_THAT(grouped({{0, 1, "\u4f60"}, {1, 2, "\u597d"}, {2, 3, "\u3002"}}, "zh"),
              testing::ElementsAre("0-1\u4f60", "1-3\u597d\u3002"));
  EXPECT_THAT(grouped({}, "en"), testing::IsEmpty());
}

TEST(Speech, APrefixFollowsThePrompt) {
  CommandResult result = generate({"--json", "--language", "de", "--prefix-ids", "40 41"});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(Json::parse(result.output)["language"], "de");
  std::vector<int> ids = Json::parse(result.output)["ids"];
  ids.resize(6);
  EXPECT_THAT(ids, testing::ElementsAre(351, 354, 357, 361, 40, 41));
}

TEST(Speech, AGivenBeginningIsNoTranscript) {
  CommandResult result = generate({"--json", "--prefix-ids", "351 352 357"});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_FALSE(Json::parse(result.output).contains("language"));
}

TEST(Speech, WrongUsageEndsWithStatus2) {
  expectFailure(generate({"--language", "tlh"}), 2, "one of de, en, fr, zh, but got tlh");
  expectFailure(generate({"--task", "sing"}), 2, "--task");
  expectFailure(generate({"--beams", "2", "--num-return", "2"}), 2, "--num-return");
  expectFailure(generate({"--language", "de", "--prefix-ids", "351 5"}), 2, "--language");
  expectFailure(generate({"--timestamps", "--prefix-ids", "5"}), 2, "--timestamps");
  for (const char *option : {"--timestamps", "--word-timestamps"})
    expectFailure(run({"generate", library("t5"), "--ids", option}, "5 1\n"), 2, option);
}

} // namespace
} // namespace transept::endtoend

// SPDX-License-Identifier: Apache-2.0
//
// Kinds of beam search and scores of tokens, as flags of `transept generate`, and that recorded
// cases of them can fail.

#include "tests/end-to-end/Command.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <set>

namespace transept::endtoend {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

const std::string kLines = "5 6 7 1\n9 1\n20 21 22 23 24 25 1\n";

CommandResult generate(std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"generate", library("t5"), "--ids", "--max-new-tokens", "12"});
  return run(flags, kLines);
}

std::vector<Json> objectsOf(const std::vector<std::string> &flags) {
  CommandResult result = generate(flags);
  EXPECT_EQ(result.status, 0) << result.errors;
  std::vector<Json> objects;
  for (const std::string &line : linesOf(result.output))
    objects.push_back(Json::parse(line));
  return objects;
}

TEST(SearchFlags, ShowTheScoreOfEachToken) {
  for (const char *beams : {"1", "4"}) {
    std::vector<Json> objects = objectsOf({"--beams", beams, "--json", "--token-scores"});
    CommandResult plain = generate({"--beams", beams, "--token-scores"});
    std::vector<std::string> lines = linesOf(plain.output);
    ASSERT_EQ(objects.size(), 3u);
    ASSERT_EQ(lines.size(), 3u);
    for (size_t index = 0; index < objects.size(); ++index) {
      const Json &scores = objects[index].at("tokenScores");
      EXPECT_EQ(scores.size() + 1, objects[index].at("ids").size());
      double sum = 0;
      for (const Json &score : scores) {
        EXPECT_LE(score.get<double>(), 0);
        sum += score.get<double>();
      }
      EXPECT_LT(sum, 0);
      std::string behind = lines[index].substr(lines[index].find('\t') + 1);
      std::istringstream stream(behind);
      size_t count = 0;
      for (double score = 0; stream >> score; ++count)
        EXPECT_NEAR(score, scores[count].get<double>(), 1e-4);
      EXPECT_EQ(count, scores.size());
    }
  }
  EXPECT_FALSE(objectsOf({"--json"})[0].contains("tokenScores"));
}

TEST(SearchFlags, ForceWordsIntoResults) {
  for (const Json &object :
       objectsOf({"--beams", "4", "--json", "--force-ids", "40 41", "--force-ids", "50|60 61"})) {
    auto text = " " + object.at("ids").dump(0) + " ";
    std::erase(text, '\n');
    EXPECT_THAT(text, HasSubstr("40,41"));
    EXPECT_THAT(text, testing::AnyOf(HasSubstr("50"), HasSubstr("60,61")));
  }
  expectFailure(generate({"--beams", "4", "--force-ids", "40 x"}), 2, "--force-ids");
  expectFailure(generate({"--beams", "4", "--force", "text"}), 2, "--force-ids instead");
}

TEST(SearchFlags, BeginResultsWithDifferentTokens) {
  for (const char *beams : {"1", "3"}) {
    std::vector<Json> objects =
        objectsOf({"--beams", beams, "--alternatives", "--num-return", "4", "--json"});
    ASSERT_EQ(objects.size(), 12u);
    for (size_t line = 0; line < 3; ++line) {
      std::set<int> second;
      for (size_t rank = 0; rank < 4; ++rank)
        second.insert(objects[line * 4 + rank].at("ids").at(1).get<int>());
      EXPECT_EQ(second.size(), 4u);
    }
    EXPECT_EQ(objects[0].at("ids"), objectsOf({"--beams", beams, "--json"})[0].at("ids"));
  }
  expectFailure(generate({"--sample", "--alternatives"}), 1, "--alternatives is 1");
}

TEST(SearchFlags, GuessTokensWithoutAnotherResult) {
  for (const char *flag : {"--token-scores", "--min-new-tokens=12", "--repetition-penalty=0.5"}) {
    CommandResult plain = generate({"--json", flag});
    CommandResult guessed = generate({"--json", flag, "--lookup", "5", "--lookup-ngram-size", "1"});
    EXPECT_EQ(guessed.status, 0) << guessed.errors;
    EXPECT_EQ(guessed.output, plain.output) << flag;
  }
  expectFailure(generate({"--beams", "2", "--lookup", "5"}), 1, "--lookup is 5, but must be 0");
}

TEST(SearchFlags, LetASmallerModelGuess) {
  for (const char *flag : {"--beams=1", "--sample", "--token-scores"}) {
    CommandResult plain = generate({"--json", flag});
    CommandResult guessed =
        generate({"--json", flag, "--draft", library("t5"), "--guess-length", "3"});
    EXPECT_EQ(guessed.status, 0) << guessed.errors;
    EXPECT_EQ(guessed.output, plain.output) << flag;
  }
  expectFailure(generate({"--beams", "2", "--draft", library("t5")}), 2,
                "--beams 1 makes it greedy");
  expectFailure(generate({"--draft", library("marian")}), 2,
                "expects a model whose target vocabulary is");
  expectFailure(generate({"--draft", "nothing.so"}), 1, "nothing.so");
}

TEST(SearchFlags, ChangeWhichHypothesisIsTheBest) {
  CommandResult plain = generate({"--beams", "4", "--num-return", "4"});
  for (auto [flag, value, neutral] :
       {std::array{"--patience", "3", "1"}, std::array{"--coverage-penalty", "5", "0"},
        std::array{"--prefix-bias", "0.9", "0"}}) {
    std::vector<std::string> flags{"--beams", "4", "--num-return", "4", "--early-stopping", "true"};
    if (std::string_view(flag) == "--prefix-bias")
      flags.insert(flags.end(), {"--prefix-ids", "40 41"});
    CommandResult before = generate(flags);
    flags.insert(flags.end(), {flag, neutral});
    EXPECT_EQ(generate(flags).output, before.output) << flag;
    flags.back() = value;
    EXPECT_NE(generate(flags).output, before.output) << flag;
  }
}

TEST(SearchFlags, EndResultsWithTexts) {
  auto demo = [](std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"generate", library("number_words"), ">>de<< forty-eight"});
    return run(flags);
  };
  std::string plain = linesOf(demo({}).output).at(0);
  ASSERT_EQ(plain, "achtundvierzig");
  for (const char *beams : {"1", "4"}) {
    CommandResult stopped =
        demo({"--stop", "nothing", "--stop", "ndv", "--json", "--beams", beams});
    ASSERT_EQ(stopped.status, 0) << stopped.errors;
    Json object = Json::parse(stopped.output);
    EXPECT_EQ(object.at("finished"), "stop");
    EXPECT_THAT(object.at("text").get<std::string>(), HasSubstr("ndv"));
    EXPECT_TRUE(plain.starts_with(object.at("text").get<std::string>()));
  }
  expectFailure(demo({"--stop", ""}), 1, "the length of --stop[0] is 0");
  expectFailure(generate({"--stop", "a"}), 1, "t5 has no tokenizer");
}

TEST(SearchFlags, MakeGroupsOfBeamsDiverse) {
  std::vector<std::string> flags{"--beams",       "4", "--num-return",        "4",
                                 "--beam-groups", "4", "--diversity-penalty", "20",
                                 "--json"};
  std::set<int> first;
  std::vector<Json> objects = objectsOf(flags);
  for (size_t rank = 0; rank < 4; ++rank)
    first.insert(objects[rank].at("ids").at(1).get<int>());
  EXPECT_EQ(first.size(), 4u);
  flags[5] = "3";
  CommandResult refused = generate(flags);
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.errors, HasSubstr("--beams is 4, but must be a multiple of --beam-groups"));
}

TEST(SearchFlags, SampleBeams) {
  std::vector<std::string> flags{"--beams", "3", "--sample", "--temperature", "3", "--seed", "1"};
  std::string first = generate(flags).output;
  EXPECT_EQ(generate(flags).output, first);
  flags.insert(flags.end(), {"--batch", "1", "--threads", "2"});
  EXPECT_EQ(generate(flags).output, first);
  flags[6] = "2";
  EXPECT_NE(generate(flags).output, first);
}

/// Each with an argument that is a little off.
TEST(SearchFlags, OfAnotherSearchFailToVerify) {
  TemporaryFolder folder;
  for (const char *name : {"goldens.json", "goldens.safetensors"})
    writeFile(folder.file(name), readFile(checkpoint("t5_search") + "/" + name));
  auto list = nlohmann::ordered_json::parse(readFile(folder.file("goldens.json")));
  const std::map<std::string, nlohmann::ordered_json> wrong{
      {"dist_beam2_temp_topk", {{"temperature", 0.8}}},
      {"diverse_beam6_groups3_div0.7_nrs6_bN", {{"diversity_penalty", 0.1}}},
      {"force_one_b1", {{"force_words_ids", {{7}}}}},
      {"trans_greedy_rep_full_b1", {{"repetition_penalty", 1.3}}}};
  for (auto &item : list.at("cases"))
    if (auto found = wrong.find(item.at("name")); found != wrong.end())
      item["generation_args"].update(found->second);
  writeFile(folder.file("goldens.json"), list.dump());
  CommandResult result = run({"verify", library("t5"), folder.file(""), "--json"});
  EXPECT_EQ(result.status, 1) << result.errors;
  size_t failed = 0;
  const Json report = Json::parse(result.output);
  for (const Json &item : report.at("cases")) {
    EXPECT_EQ(item.contains("failure"), wrong.contains(item.at("name"))) << item;
    failed += item.contains("failure") ? 1 : 0;
  }
  EXPECT_EQ(failed, wrong.size());
}

} // namespace
} // namespace transept::endtoend

// SPDX-License-Identifier: Apache-2.0
//
// Rules about tokens with real libraries: as flags, as a checkpoint says them, and as a file of all
// results that there may be.

#include "tests/end-to-end/Command.h"

#include <nlohmann/json.hpp>
#include <set>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;

const std::string kLines = "5 6 7 1\n9 1\n11 12 1\n20 21 22 23 24 25 1\n";

std::string generate(std::vector<std::string> flags, const std::string &file = library("t5")) {
  flags.insert(flags.begin(), {"generate", file, "--ids", "--max-length", "24"});
  CommandResult result = run(flags, kLines);
  EXPECT_EQ(result.status, 0) << result.errors;
  return result.output;
}

/// Flags, and the fields of generation_config.json that say the same.
struct Rule {
  std::vector<std::string> flags;
  nlohmann::json fields;
};

const std::vector<Rule> kRules = {
    {{"--encoder-repetition-penalty", "5"}, {{"encoder_repetition_penalty", 5.0}}},
    {{"--exponential-decay", "0 3"}, {{"exponential_decay_length_penalty", {0, 3.0}}}},
    {{"--sequence-bias", "31 = 9", "--sequence-bias", "31 40=-1.5e1"},
     {{"sequence_bias", {{{31}, 9.0}, {{31, 40}, -15.0}}}}},
};

TEST(TokenRules, AreWhatACheckpointSaysUnlessToldOtherwise) {
  TemporaryFolder folder;
  for (const char *file : {"config.json", "model.safetensors"})
    fs::copy_file(checkpoint("t5") + "/" + file, folder.file(file));
  auto generation = nlohmann::json::parse(readFile(checkpoint("t5") + "/generation_config.json"));
  std::vector<std::string> flags;
  const std::string plain = generate({"--beams", "3"});
  for (const Rule &rule : kRules) {
    std::vector<std::string> one = rule.flags;
    one.insert(one.end(), {"--beams", "3"});
    EXPECT_NE(generate(one), plain) << rule.flags[0];
    generation.update(rule.fields);
    flags.insert(flags.end(), rule.flags.begin(), rule.flags.end());
  }
  writeFile(folder.file("generation_config.json"), generation.dump());
  std::string file = folder.file("libruled.so");
  CommandResult compiled = run({"compile", folder.file(""), "--name", "ruled", "-o", file});
  ASSERT_EQ(compiled.status, 0) << compiled.errors;
  EXPECT_THAT(compiled.errors, testing::Not(HasSubstr("not honoured")));
  EXPECT_EQ(generate({}, file), generate(flags));
  EXPECT_EQ(generate({"--exponential-decay", "0 1"}, file),
            generate({flags[0], flags[1], flags[4], flags[5], flags[6], flags[7]}));
}

TEST(TokenRules, ThatAreMisspelledAreRefusedByTheirFlag) {
  using Case = std::array<const char *, 3>;
  for (auto [flag, value, problem] :
       {Case{"--exponential-decay", "5", "expects a number of tokens and a factor"},
        Case{"--exponential-decay", "5 1.1 2", "expects a number of tokens and a factor"},
        Case{"--sequence-bias", "5 17", "expects ids, = and a number"},
        Case{"--sequence-bias", "5 = x", "expects ids, = and a number"},
        Case{"--sequence-bias", "5 9999 = 1", "expects ids from 0 to"}}) {
    expectFailure(run({"generate", library("t5"), "--ids", flag, value}, kLines), 2, flag);
    expectFailure(run({"generate", library("t5"), "--ids", flag, value}, kLines), 2, problem);
  }
  expectFailure(run({"generate", library("t5"), "--ids", "--exponential-decay", "5 0"}, kLines), 1,
                "--exponential-decay.factor is 0");
  expectFailure(run({"generate", library("t5"), "--ids", "--sequence-bias", " = 5"}, kLines), 1,
                "the length of --sequence-bias[0].ids is 0");
}

TEST(OneOf, ResultsAreLinesOfTheFile) {
  TemporaryFolder folder;
  const std::set<std::string> lines = {"31 40 41", "31 40", "50", "60 61 62 63"};
  std::string content;
  for (const std::string &line : lines)
    content += line + "\n";
  writeFile(folder.file("lines"), content);
  for (const char *beams : {"1", "4"}) {
    std::istringstream results(generate({"--beams", beams, "--one-of", folder.file("lines")}));
    size_t count = 0;
    for (std::string line; std::getline(results, line); ++count)
      EXPECT_TRUE(lines.contains(line.substr(2, line.size() - 4))) << line; // between 0 and 1
    EXPECT_EQ(count, 4u);
  }
  writeFile(folder.file("empty"), "\n");
  std::vector<std::string> command{"generate", library("t5"), "--ids", "--one-of"};
  command.push_back(folder.file("empty"));
  expectFailure(run(command, kLines), 2, "--one-of: " + folder.file("empty"));
}

} // namespace
} // namespace transept::endtoend

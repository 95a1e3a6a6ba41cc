// SPDX-License-Identifier: Apache-2.0
//
// Sampling with real libraries: the same samples however the input is cut, by what flags and by
// what a checkpoint says.

#include "tests/end-to-end/Command.h"

#include "transept/model.h"

#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;

const std::string kLines = "5 6 7 1\n9 1\n11 12 1\n5 6 7 1\n20 21 22 23 24 25 1\n";

std::string sample(std::vector<std::string> flags, const std::string &file = library("t5")) {
  flags.insert(flags.begin(), {"generate", file, "--ids", "--max-new-tokens", "12"});
  CommandResult result = run(flags, kLines);
  EXPECT_EQ(result.status, 0) << result.errors;
  return result.output;
}

TEST(Sampling, IsTheSameInAnyBatchWithAnyThreads) {
  for (const char *topK : {"0", "50"}) {
    std::vector<std::string> flags{"--beams", "1",  "--sample",     "--seed", "7",
                                   "--top-k", topK, "--num-return", "2",      "--json"};
    std::string expected = sample(flags);
    for (const char *batch : {"1", "2", "64"})
      for (const char *threads : {"1", "3"}) {
        std::vector<std::string> cut = flags;
        cut.insert(cut.end(), {"--batch", batch, "--threads", threads});
        EXPECT_EQ(sample(cut), expected) << batch << " " << threads;
      }
    flags[4] = "8";
    EXPECT_NE(sample(flags), expected);
  }
}

TEST(Sampling, OfEqualLinesAreDifferent) {
  std::istringstream lines(sample({"--beams", "1", "--sample", "--temperature", "2"}));
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);)
    all.push_back(line);
  ASSERT_EQ(all.size(), 5u);
  EXPECT_NE(all[0], all[3]);
}

TEST(Sampling, GivesASourceTheSamplesOfItsNumber) {
  Model model = Model::open(library("t5"), {.threads = 2});
  std::vector<Source> sources = model.encodeBatch({{5, 6, 7, 1}, {9, 1}, {11, 12, 1}});
  GenerateOptions options{
      .beams = 1, .returnCount = 3, .maximumNewTokens = 12, .sample = true, .topK = 0, .seed = 3};
  std::vector<Generation> together = model.generateBatch(sources, options);
  for (size_t index = 0; index < sources.size(); ++index) {
    options.sourceNumbers = {index};
    Generation alone = model.generate(sources[index], options);
    for (size_t rank = 0; rank < 3; ++rank) {
      EXPECT_EQ(alone.sequences[rank].ids, together[index].sequences[rank].ids);
      EXPECT_EQ(alone.sequences[rank].score, together[index].sequences[rank].score);
    }
  }
}

TEST(Sampling, IsRefusedOutOfRange) {
  std::vector<std::string> generate{"generate", library("t5"), "--ids"};
  auto with = [&](std::vector<std::string> flags) {
    flags.insert(flags.begin(), generate.begin(), generate.end());
    return run(flags, kLines);
  };
  expectFailure(with({"--sample=maybe"}), 2, "--sample");
  expectFailure(with({"--temperature", "0"}), 2, "--temperature");
  expectFailure(with({"--top-p", "1.5"}), 2, "--top-p");
  expectFailure(with({"--top-k", "-1"}), 2, "--top-k");
  expectFailure(with({"--seed", "-1"}), 2, "--seed");
  expectFailure(with({"--sample", "--beams", "2", "--num-return", "3"}), 2, "--num-return");
}

TEST(Sampling, IsWhatACheckpointSaysUnlessToldOtherwise) {
  TemporaryFolder folder;
  for (const char *file : {"config.json", "model.safetensors"})
    fs::copy_file(checkpoint("t5") + "/" + file, folder.file(file));
  auto generation = nlohmann::json::parse(readFile(checkpoint("t5") + "/generation_config.json"));
  generation.update({{"do_sample", true}, {"num_beams", 1}, {"temperature", 1.5}, {"top_k", 9}});
  writeFile(folder.file("generation_config.json"), generation.dump());
  std::string file = folder.file("libsampled.so");
  CommandResult compiled = run({"compile", folder.file(""), "--name", "sampled", "-o", file});
  ASSERT_EQ(compiled.status, 0) << compiled.errors;
  EXPECT_EQ(sample({}, file),
            sample({"--beams", "1", "--sample", "--temperature", "1.5", "--top-k", "9"}));
  EXPECT_EQ(sample({"--sample=false"}, file), sample({"--beams", "1"}));
  EXPECT_THAT(sample({"--num-return", "3"}, file), HasSubstr("\n"));
}

/// Each with an option that is a little off.
TEST(Sampling, OfAnotherDistributionFailsToVerify) {
  TemporaryFolder folder;
  for (const char *name : {"goldens.json", "goldens.safetensors"})
    writeFile(folder.file(name), readFile(checkpoint("t5_sampling") + "/" + name));
  auto list = nlohmann::ordered_json::parse(readFile(folder.file("goldens.json")));
  const std::map<std::string, std::pair<std::string, double>> wrong{
      {"dist_temp0.7", {"temperature", 0.71}}, {"dist_topk7", {"top_k", 8}},
      {"dist_topp0.8", {"top_p", 0.75}},       {"dist_minp0.1", {"min_p", 0.15}},
      {"dist_typical0.6", {"typical_p", 0.5}}, {"dist_epsilon0.01", {"epsilon_cutoff", 0.015}},
      {"dist_eta0.02", {"eta_cutoff", 0.03}}};
  size_t changed = 0;
  for (auto &item : list.at("cases"))
    if (auto found = wrong.find(item.at("name")); found != wrong.end()) {
      auto [option, value] = found->second;
      item["generation_args"][option] = value;
      if (option == "top_k")
        item["generation_args"][option] = int(value);
      ++changed;
    }
  ASSERT_EQ(changed, wrong.size());
  writeFile(folder.file("goldens.json"), list.dump());
  CommandResult result = run({"verify", library("t5"), folder.file(""), "--json"});
  EXPECT_EQ(result.status, 1) << result.errors;
  const auto report = nlohmann::json::parse(result.output);
  for (const auto &item : report.at("cases"))
    EXPECT_EQ(item.contains("failure"), wrong.contains(item.at("name"))) << item;
}

} // namespace
} // namespace transept::endtoend

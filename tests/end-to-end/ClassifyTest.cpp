// SPDX-License-Identifier: Apache-2.0
//
// `transept classify` and `transept score`. The numbers are those of the original's classes and of
// its zero-shot pipeline (tests/golden/record).

#include "tests/end-to-end/Command.h"

#include "transept/zero_shot.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <numeric>

namespace transept::endtoend {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;

std::string reviews() {
  return library("reviews");
}

TEST(Classify, WritesTheBestLabelOfEachLineWithItsScore) {
  CommandResult result =
      run({"classify", reviews()},
          "Hello world\nHello world\tIt is a boat.\nThe small boat was waiting.\n");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(linesOf(result.output), ElementsAre("contradiction\t0.4228", "contradiction\t0.4682",
                                                  "contradiction\t0.6160"));
  result = run({"classify", reviews(), "--ids"}, "0 43 361 82 266 277 367 2\n");
  EXPECT_EQ(result.output, "contradiction\t0.4228\n") << result.errors;
}

TEST(Classify, WritesAllLabelsAsJson) {
  CommandResult result = run({"classify", reviews(), "--json", "Hello world"});
  Json object = Json::parse(result.output);
  EXPECT_EQ(object["line"], 1);
  EXPECT_EQ(object["label"], "contradiction");
  const char *labels[] = {"contradiction", "neutral", "entailment"};
  const double scores[] = {0.4228, 0.3009, 0.2763}, logits[] = {0.7451, 0.4047, 0.3195};
  ASSERT_EQ(object["labels"].size(), 3u);
  for (size_t index = 0; index < 3; ++index) {
    EXPECT_EQ(object["labels"][index]["label"], labels[index]);
    EXPECT_NEAR(object["labels"][index]["score"].get<double>(), scores[index], 1e-4);
    EXPECT_NEAR(object["labels"][index]["logit"].get<double>(), logits[index], 1e-4);
  }
}

TEST(Classify, ComparesTextsWithLabelsOfTheCaller) {
  std::vector<std::string> labels = {"sport", "politics", "a boat"};
  Model model = Model::open(reviews(), {.threads = 1});
  Classification one = classifyAs(model, "Hello world", labels);
  Classification each = classifyAs(model, "Hello world", labels, {.areIndependent = true});
  const double shares[] = {0.3278, 0.3075, 0.3647}, alone[] = {0.4381, 0.3617, 0.3155};
  for (size_t index = 0; index < 3; ++index) {
    EXPECT_EQ(one.labels[index].label, labels[index]);
    EXPECT_NEAR(one.labels[index].score, shares[index], 1e-4);
    EXPECT_NEAR(each.labels[index].score, alone[index], 1e-4);
  }
  std::vector<std::string> flags = {"--label", "sport", "--label", "politics", "--label", "a boat"};
  std::vector<std::string> arguments = {"classify", reviews(), "Hello world"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  EXPECT_EQ(run(arguments).output, "a boat\t0.3647\n");
  arguments.push_back("--independent");
  EXPECT_EQ(run(arguments).output, "sport\t0.4381\n");
  arguments.insert(arguments.end(), {"--hypothesis", "nothing"});
  expectFailure(run(arguments), 1, "must have {} for the label");
}

TEST(Classify, SaysWhatIsWrong) {
  expectFailure(run({"classify", library("marian"), "--ids"}, "5 0\n"), 1, "no labels");
  expectFailure(run({"classify", reviews(), "--ids"}, "5 6\n"), 1, "has no id 2");
  expectFailure(run({"classify", reviews(), "--ids"}, "5 700\n"), 1, "line 1");
  expectFailure(run({"classify", reviews(), "--hypothesis", "{}"}), 2, "--label");
  expectFailure(run({"generate", reviews(), "Hello"}), 1, "use `transept classify`");
  CommandResult result = run({"classify", reviews(), "--ids", "--skip-invalid"}, "5 2\n5 6\n6 2\n");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(linesOf(result.output), ElementsAre(HasSubstr("\t"), "", HasSubstr("\t")));
  EXPECT_THAT(result.errors, HasSubstr("skipped line 2: "));
}

TEST(Score, IsTheSumOfTheScoresThatASearchGives) {
  CommandResult found =
      run({"generate", library("number_words"), "--json", "--token-scores", ">>de<< forty-eight"});
  Json generated = Json::parse(found.output);
  CommandResult result =
      run({"score", library("number_words"), "--json", ">>de<< forty-eight\tachtundvierzig"});
  Json scored = Json::parse(result.output);
  EXPECT_EQ(scored["ids"], generated["ids"]);
  EXPECT_NEAR(scored["score"].get<double>(), generated["score"].get<double>(), 1e-4);
  std::vector<float> scores = scored["tokenScores"];
  EXPECT_EQ(scores.front(), 0);
  result = run({"score", library("number_words")},
               ">>de<< forty-eight\tachtundvierzig\n>>de<< forty-eight\tneun\n");
  std::vector<std::string> lines = linesOf(result.output);
  ASSERT_EQ(lines.size(), 2u) << result.errors;
  EXPECT_EQ(lines[0], "-0.3170\t3");
  EXPECT_LT(std::stod(lines[1]), -3);
  expectFailure(run({"score", library("number_words")}, "no target\n"), 1, "line 1: ");
  expectFailure(run({"score", reviews()}, "a\tb\n"), 1, "scores none");
}

TEST(Score, TakesIds) {
  Model model = Model::open(library("marian"), {.threads = 1});
  std::vector<Id> source = {5, 6, 0}, target = {model.table().generation->decoder_start_id, 7, 0};
  std::vector<float> scores = model.score(model.encode(source), target);
  CommandResult result = run({"score", library("marian"), "--ids"},
                             fmt::format("5 6 0\t{}\n", fmt::join(target, " ")));
  EXPECT_EQ(result.output,
            fmt::format("{:.4f}\t2\n", std::accumulate(scores.begin(), scores.end(), 0.0)))
      << result.errors;
}

} // namespace
} // namespace transept::endtoend

// SPDX-License-Identifier: Apache-2.0
//
// Attention weights out of `transept generate`: what the demonstration model looks at is known.

#include "tests/end-to-end/Command.h"
#include "tests/end-to-end/Xml.h"

#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;

std::string kLine = ">>de<< seven hundred and fifty-two\n";

Json generate(std::vector<std::string> options, const std::string &line = kLine) {
  options.insert(options.begin(), {"generate", library("number_words"), "--json"});
  CommandResult result = run(options, line);
  EXPECT_EQ(result.status, 0) << result.errors;
  return Json::parse(result.output);
}

/// Shapes are those of the tokens, and each row is a distribution.
void expectWeights(const Json &attention) {
  for (const Json &matrix : attention.at("matrices")) {
    ASSERT_EQ(matrix.at("weights").size(), attention.at("target_tokens").size());
    for (const Json &row : matrix.at("weights")) {
      ASSERT_EQ(row.size(), attention.at("source_tokens").size());
      double sum = 0;
      for (double weight : row) {
        EXPECT_GE(weight, 0);
        sum += weight;
      }
      EXPECT_NEAR(sum, 1, 1e-5);
    }
  }
}

/// The source token that a target token looks at most, in the first matrix.
std::string lookedAt(const Json &attention, const std::string &target) {
  const Json &tokens = attention.at("target_tokens");
  auto row = std::find(tokens.begin(), tokens.end(), target) - tokens.begin();
  auto weights = attention.at("matrices")[0].at("weights").at(size_t(row));
  auto largest = std::max_element(weights.begin(), weights.end()) - weights.begin();
  return attention.at("source_tokens").at(size_t(largest));
}

class Attention : public testing::Test {
protected:
  void SetUp() override {
    if (std::string(TRANSEPT_DEMO_DATA).empty())
      GTEST_SKIP() << "the demonstration model is not here";
  }
};

TEST_F(Attention, ShowsHowGermanInvertsNumbers) {
  Json result = generate({"--attention"});
  const Json &attention = result.at("attention");
  EXPECT_THAT(attention.at("source_tokens"),
              ElementsAre(">>de<<", "seven", "hundred", "and", "fifty", "-", "two", "</s>"));
  EXPECT_THAT(attention.at("target_tokens"),
              ElementsAre("sieben", "hundert", "zwei", "undf\u00fcnfzig", "</s>"));
  ASSERT_EQ(attention.at("matrices").size(), 1u);
  EXPECT_EQ(attention["matrices"][0].at("layer"), 2);
  EXPECT_EQ(attention["matrices"][0].at("head"), "mean");
  EXPECT_EQ(lookedAt(attention, "zwei"), "two");
  EXPECT_EQ(lookedAt(attention, "undf\u00fcnfzig"), "fifty");
  expectWeights(attention);
}

TEST_F(Attention, GivesTheChosenLayersAndHeads) {
  auto places = [](const Json &result) {
    expectWeights(result.at("attention"));
    std::vector<std::string> places;
    for (const Json &matrix : result.at("attention").at("matrices"))
      places.push_back(matrix.at("layer").dump() + ":" + matrix.at("head").dump());
    return places;
  };
  EXPECT_THAT(places(generate({"--attention", "--attention-layers", "2,0"})),
              ElementsAre("0:\"mean\"", "2:\"mean\""));
  EXPECT_THAT(places(generate({"--attention", "--attention-heads", "1,3"})),
              ElementsAre("2:1", "2:3"));
  EXPECT_THAT(
      places(generate({"--attention", "--attention-layers", "1", "--attention-heads", "0"})),
      ElementsAre("1:0"));
  EXPECT_EQ(places(generate({"--attention", "all"})).size(), 12u);
}

TEST_F(Attention, HasRowsForWhatWasProducedOnly) {
  Json whole = generate({"--attention"}), rest = generate({"--attention", "--prefix", "sieben"});
  EXPECT_EQ(rest.at("text"), whole.at("text"));
  EXPECT_EQ(rest.at("attention").at("target_tokens").size() + 1,
            whole.at("attention").at("target_tokens").size());
  // The row that predicted a token is the same one.
  EXPECT_EQ(rest["attention"]["matrices"][0]["weights"].back(),
            whole["attention"]["matrices"][0]["weights"].back());
}

TEST_F(Attention, EveryResultHasItsOwn) {
  CommandResult result = run({"generate", library("number_words"), "--json", "--attention",
                              "--beams", "3", "--num-return", "2"},
                             kLine + ">>fr<< nine\n");
  ASSERT_EQ(result.status, 0) << result.errors;
  ASSERT_EQ(linesOf(result.output).size(), 4u);
  for (const std::string &line : linesOf(result.output)) {
    Json object = Json::parse(line);
    expectWeights(object.at("attention"));
    EXPECT_EQ(object.at("attention").at("target_tokens").size(), object.at("ids").size() - 1);
  }
}

TEST_F(Attention, IdsStandForThemselves) {
  CommandResult result =
      run({"generate", library("t5"), "--ids", "--json", "--attention"}, "5 6 7 1\n");
  ASSERT_EQ(result.status, 0) << result.errors;
  Json attention = Json::parse(result.output).at("attention");
  EXPECT_THAT(attention.at("source_tokens"), ElementsAre("5", "6", "7", "1"));
  expectWeights(attention);
}

TEST_F(Attention, ThePictureIsOfTheFirstResult) {
  TemporaryFolder folder;
  std::string file = folder.file("alignment.svg"), input = kLine + ">>fr<< nine\n";
  CommandResult result =
      run({"generate", library("number_words"), "--alignment", file, "--batch", "1"}, input);
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(result.output, run({"generate", library("number_words")}, input).output);
  XmlElement picture = XmlReader::read(readFile(file));
  std::vector<std::string> texts;
  for (const XmlElement *text : picture.all("text"))
    texts.push_back(text->text);
  EXPECT_THAT(texts, testing::IsSupersetOf({">>de<<", "fifty", "undf\u00fcnfzig", "</s>",
                                            "Cross-attention of decoder layer 2, mean of all "
                                            "heads"}));
  EXPECT_LT(fs::file_size(file), 60000u);
}

TEST_F(Attention, TheDocumentedPictureIsWellFormed) {
  std::string picture = readFile(TRANSEPT_SOURCE_DIR "/docs/alignment.svg");
  EXPECT_LT(picture.size(), 60000u);
  EXPECT_FALSE(XmlReader::read(picture).all("rect").empty());
}

TEST_F(Attention, LeavesATextBehindItToTheSources) {
  CommandResult text = run({"generate", library("number_words"), "--json", "--attention", "seven"});
  CommandResult line =
      run({"generate", library("number_words"), "--json", "--attention"}, "seven\n");
  ASSERT_EQ(text.status, 0) << text.errors;
  EXPECT_EQ(text.output, line.output);
}

TEST_F(Attention, WrongUsageEndsWithStatus2) {
  auto expectWrong = [](std::vector<std::string> options, const std::string &what) {
    options.insert(options.begin(), {"generate", library("number_words")});
    expectFailure(run(options, kLine), 2, what);
  };
  expectWrong({"--attention"}, "--json");
  expectWrong({"--json", "--attention", "--attention-layers", "3"}, "from 0 to 2, but got 3");
  expectWrong({"--json", "--attention", "--attention-heads", "0,4"}, "from 0 to 3, but got 4");
  expectWrong({"--attention-layers", "1"}, "--alignment");
  expectWrong({"--attention-heads", "1"}, "--alignment");
  expectFailure(
      run({"generate", library("number_words"), "--alignment", "/no/such/folder/x.svg"}, kLine), 1,
      "/no/such/folder/x.svg");
}

} // namespace
} // namespace transept::endtoend

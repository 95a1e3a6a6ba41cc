// SPDX-License-Identifier: Apache-2.0
//
// `compile --weights auto` takes what the losses that it prints imply, and leaves nothing else.

#include "tests/end-to-end/Command.h"

#include "transept/abi.h"
#include "transept/levels.h"

#include <nlohmann/json.hpp>

#include <regex>
#include <set>

namespace transept::endtoend {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;

class AutomaticWeights : public testing::Test {
protected:
  struct Loss {
    std::string weights;
    double lost = 0, allowed = 0;
    bool isTooMuch = false;
  };
  struct Choice {
    Json report; // of --json
    std::vector<Loss> losses;
  };

  std::vector<std::string> command(const std::string &input, std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"compile", input,     "--weights", "auto",
                                          "-o",      library(), "--name",    "model"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  Choice choose(const std::string &input, std::vector<std::string> more = {}) const {
    more.push_back("--json");
    CommandResult result = run(command(input, more));
    EXPECT_EQ(result.status, 0) << result.errors;
    Choice choice;
    choice.report = Json::parse(result.output);
    std::regex line(R"((\w+): loses (\S+) nats a token \(allowed (\S+)\)(, too much)?)");
    for (const std::string &text : linesOf(result.errors)) {
      std::smatch match;
      EXPECT_TRUE(std::regex_match(text, match, line)) << text;
      choice.losses.push_back(
          {match[1], std::stod(match[2]), std::stod(match[3]), match[4].matched});
    }
    return choice;
  }

  /// The lines agree with the report, and the type is the first that loses no more than allowed.
  static void expectImplied(const Choice &choice, double allowed) {
    std::string implied = "f32";
    for (const Loss &loss : choice.losses) {
      double lost = choice.report.at("losses").at(loss.weights);
      EXPECT_NEAR(loss.lost, lost, 0.01 * lost) << loss.weights;
      EXPECT_GT(lost, 0) << loss.weights;
      EXPECT_EQ(loss.allowed, allowed);
      EXPECT_EQ(loss.isTooMuch, lost > allowed) << loss.weights;
      EXPECT_EQ(implied, "f32") << "nothing is tried behind the one that is taken";
      if (lost <= allowed)
        implied = loss.weights;
    }
    EXPECT_EQ(choice.losses.size(), choice.report.at("losses").size());
    EXPECT_EQ(choice.report.at("weights"), implied);
  }

  /// The library is that of this type, byte for byte.
  void expectLibraryOf(const std::string &weights, const std::string &input) const {
    TemporaryFolder other;
    std::string named = other.file("lib.so");
    CommandResult result =
        run({"compile", input, "--weights", weights, "-o", named, "--name", "model"});
    ASSERT_EQ(result.status, 0) << result.errors;
    EXPECT_TRUE(readFile(library()) == readFile(named)) << weights;
    EXPECT_EQ(readFile(folder.file("model.h")), readFile(other.file("model.h")));
  }

  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const fs::directory_entry &file : fs::directory_iterator(folder.file("")))
      names.insert(file.path().filename());
    return names;
  }

  std::string library() const { return folder.file("lib.so"); }

  TemporaryFolder folder;
  std::string demo = TRANSEPT_DEMO_DATA "/model", golden = checkpoint("marian");
};

TEST_F(AutomaticWeights, TakeWhatTheLossesImply) {
  for (const std::string &input : {demo, golden}) {
    Choice choice = choose(input);
    expectImplied(choice, 0.01);
    expectLibraryOf(choice.report.at("weights"), input);
    EXPECT_THAT(files(), ElementsAre("lib.so", "model.h"));
  }
  CommandResult verified = run({"verify", library(), golden});
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

TEST_F(AutomaticWeights, AreF32WhereNothingMayBeLost) {
  Choice choice = choose(golden, {"--accuracy-loss", "1e-9"});
  expectImplied(choice, 1e-9);
  EXPECT_EQ(choice.losses.size(), 3u);
  EXPECT_EQ(choice.report.at("weights"), "f32");
  // Fewer bits lose more.
  const Json &losses = choice.report.at("losses");
  EXPECT_LT(losses.at("bf16"), losses.at("int8"));
  EXPECT_LT(losses.at("int8"), losses.at("int4"));
  expectLibraryOf("f32", golden);
  EXPECT_THAT(files(), ElementsAre("lib.so", "model.h"));
  EXPECT_THAT(run({"inspect", library()}).output, testing::HasSubstr("of f32"));
}

TEST_F(AutomaticWeights, AreTheFastestWhereAnythingMayBeLost) {
  Choice choice = choose(golden, {"--accuracy-loss", "1000"});
  expectImplied(choice, 1000);
  EXPECT_EQ(choice.losses.size(), 1u);
  EXPECT_EQ(choice.report.at("weights"), "int8");
  EXPECT_THAT(run({"inspect", library()}).output, testing::HasSubstr("of int8"));
  EXPECT_EQ(choose(golden).report.at("losses").at("int8"), choice.report.at("losses").at("int8"))
      << "the same model loses the same again";
}

TEST_F(AutomaticWeights, AreMeasuredOfModelsThatReadFeatures) {
  expectImplied(choose(checkpoint("speech_to_text")), 0.01);
}

TEST_F(AutomaticWeights, AreMeasuredOfADecoderAlone) {
  Json description = Json::parse(run({"describe", checkpoint("vit_gpt2")}).output);
  for (const char *key : {"source", "projection"})
    description.erase(key);
  description["target"].erase("crossAttention");
  writeFile(folder.file("one.json"), description.dump());
  expectImplied(choose(folder.file("one.json"), {"--checkpoint", checkpoint("vit_gpt2")}), 0.01);
}

TEST_F(AutomaticWeights, LeadFromMachineCodeToThePlanOfTheTypeThatIsTaken) {
  ASSERT_EQ(run(command(golden, {"--debug-info"})).status, 0);
  EXPECT_THAT(files(), ElementsAre("lib.plan.mlir", "lib.so", "model.h"));
  EXPECT_THAT(readFile(folder.file("lib.plan.mlir")), testing::HasSubstr("int8"));
}

TEST_F(AutomaticWeights, AreRefusedWhereNoTokensAreGenerated) {
  std::string block = checkpoint("cross_attention_block");
  expectFailure(run(command(block + "/model.mlir", {"--checkpoint", block})), 1,
                "generates none; name a type: f32, bf16, int8, int4");
  EXPECT_THAT(files(), ElementsAre());
}

TEST_F(AutomaticWeights, AreRefusedForProcessorsThatThisMachineIsNot) {
  if (runtime::thisProcessor().features & TRANSEPT_CPU_AMX)
    GTEST_SKIP() << "this machine has AMX";
  expectFailure(run(command(golden, {"--cpu", "x86-64-v3,sapphirerapids"})), 1,
                "running the model for sapphirerapids, but this machine lacks AMX");
  EXPECT_THAT(files(), ElementsAre());
}

TEST_F(AutomaticWeights, LeaveNothingOfAModelThatDoesNotCompile) {
  expectFailure(run(command(folder.file("nowhere"), {})), 1, "nowhere");
  EXPECT_THAT(files(), ElementsAre());
  expectFailure(run({"compile", golden, "--weights", "auto", "-o", folder.file("no/lib.so")}), 1,
                "no/lib.so: there is no folder ");
}

TEST_F(AutomaticWeights, HaveOptionsThatBelongTogether) {
  expectFailure(run({"compile", golden, "-o", library(), "--accuracy-loss", "0.1"}), 2,
                "--weights auto (for --accuracy-loss)");
  expectFailure(run(command(golden, {"--accuracy-loss", "-1"})), 2, "--accuracy-loss");
  expectFailure(run({"compile", golden, "--weights", "auto", "--emit", "plan"}), 2, "--emit");
}

} // namespace
} // namespace transept::endtoend

// SPDX-License-Identifier: Apache-2.0
//
// `compile --calibrate`: weights that are rounded for given sources lose less on others of their
// kind.

#include "tests/end-to-end/Command.h"

#include "workbench/measure/AccuracyLoss.h"

namespace transept::endtoend {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Calibration : public testing::Test {
protected:
  CommandResult compile(const std::string &input, const std::string &sources,
                        std::vector<std::string> more = {"--weights", "int4"}) const {
    std::vector<std::string> command = {"compile", input,     "--calibrate", sources,
                                        "-o",      library(), "--name",      "model"};
    command.insert(command.end(), more.begin(), more.end());
    return run(command);
  }

  /// A file with every `each`-th held-out phrase of the demo model.
  std::string phrases(size_t each) const {
    std::vector<std::string> lines =
        linesOf(readFile(std::string(TRANSEPT_DEMO_DATA) + "/heldout.tsv"));
    std::string text;
    for (size_t index = 0; index < lines.size(); index += each) {
      size_t begin = lines[index].find('\t') + 1;
      text += lines[index].substr(begin, lines[index].find('\t', begin) - begin) + "\n";
    }
    writeFile(folder.file("phrases.txt"), text);
    return folder.file("phrases.txt");
  }

  std::string library() const { return folder.file("model.so"); }
  static std::string demo() { return std::string(TRANSEPT_DEMO_DATA) + "/model"; }
  static std::string compiled(const std::string &name) {
    return std::string(TRANSEPT_LIBRARIES) + "/libnumber_words.native" + name + ".so";
  }

  TemporaryFolder folder;
};

TEST_F(Calibration, LosesLessOnSourcesOfTheSameKind) {
  std::string sources = phrases(4);
  workbench::AccuracyLoss loss(compiled(""), "native", sources);
  for (auto [weights, share] : {std::pair("int4", 0.75), std::pair("int8", 0.9)}) {
    CommandResult result = compile(demo(), sources, {"--weights", weights});
    ASSERT_EQ(result.status, 0) << result.errors;
    double plain = loss.of(compiled("." + std::string(weights))), fitted = loss.of(library());
    EXPECT_LT(fitted, share * plain) << weights;
    EXPECT_GT(fitted, 0.1 * plain) << weights;
  }
}

TEST_F(Calibration, OfTheSameSourcesGivesTheSameLibrary) {
  std::string sources = phrases(100);
  ASSERT_EQ(compile(demo(), sources).status, 0);
  std::string first = readFile(library());
  ASSERT_EQ(compile(demo(), sources).status, 0);
  EXPECT_TRUE(readFile(library()) == first);
  EXPECT_FALSE(readFile(compiled(".int4")) == first);
}

TEST_F(Calibration, TakesGoldens) {
  for (const char *name : {"whisper", "t5gemma", "marian_ssru", "trocr"}) {
    CommandResult result = compile(checkpoint(name), checkpoint(name), {"--weights", "int8"});
    EXPECT_EQ(result.status, 0) << name << ": " << result.errors;
    EXPECT_EQ(run({"verify", library(), checkpoint(name)}).status, 0) << name;
  }
}

TEST_F(Calibration, TakesIdsWhereThereIsNoTokenizer) {
  writeFile(folder.file("ids.txt"), "5 6 7 2\n\n9 8 2\r\n");
  EXPECT_EQ(compile(checkpoint("marian"), folder.file("ids.txt")).status, 0);
  writeFile(folder.file("ids.txt"), "5 6 7 2\n9 eight 2\n");
  CommandResult result = compile(checkpoint("marian"), folder.file("ids.txt"));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors, AllOf(HasSubstr("ids.txt"), HasSubstr("line 2"), HasSubstr("ids")));
}

TEST_F(Calibration, ChoosesTypesByWhatTheyLoseOnTheseSources) {
  std::string sources = phrases(20);
  // Random ids lose six times as much (docs/number-types.md).
  CommandResult result = compile(demo(), sources, {"--weights", "auto", "--accuracy-loss", "3e-4"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.errors, HasSubstr("of int8"));
}

TEST_F(Calibration, RefusesWhatCannotBeCalibrated) {
  struct Case {
    std::string input, sources;
    std::vector<std::string> flags;
    int status;
    std::string message;
  };
  writeFile(folder.file("empty.txt"), "\n\n");
  fs::create_directory(folder.file("folder"));
  for (const Case &each : {
           Case{demo(), folder.file("none.txt"), {"--weights", "int8"}, 1, "none.txt"},
           Case{demo(), folder.file("empty.txt"), {"--weights", "int8"}, 1, "no sources"},
           Case{demo(), folder.file("folder"), {"--weights", "int8"}, 1, "goldens.json"},
           Case{demo(), demo() + "/vocab.json", {"--weights", "bf16"}, 2, "--weights is bf16"},
           Case{demo(), demo() + "/vocab.json", {}, 2, "--weights is f32"},
           Case{checkpoint("whisper"), demo() + "/vocab.json", {"--weights", "int8"}, 1, "sounds"},
           Case{checkpoint("t5_encoder"),
                checkpoint("t5_encoder"),
                {"--weights", "int8"},
                1,
                "no target vocabulary"},
       }) {
    CommandResult result = compile(each.input, each.sources, each.flags);
    EXPECT_EQ(result.status, each.status) << each.message;
    EXPECT_THAT(result.errors, HasSubstr(each.message));
    EXPECT_FALSE(fs::exists(library())) << each.message;
  }
}

} // namespace
} // namespace transept::endtoend

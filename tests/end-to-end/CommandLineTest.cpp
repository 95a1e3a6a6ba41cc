// SPDX-License-Identifier: Apache-2.0
//
// The contract of the command line: results, exit statuses, and errors that name what is wrong.

#include "tests/end-to-end/Command.h"

#include <array>
#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST(CommandLine, WrongUsageEndsWithStatus2) {
  expectFailure(run({}), 2, "a command is required");
  expectFailure(run({"translate"}), 2, "no command 'translate'");
  expectFailure(run({"generate"}), 2, "LIB");
  expectFailure(run({"generate", library("t5"), "--nonsense"}), 2, "--nonsense");
  expectFailure(run({"generate", library("t5"), "--ids", "--beams", "0"}), 2, "--beams");
  expectFailure(run({"generate", library("t5"), "--ids", "--beams", "x"}), 2, "--beams");
  expectFailure(run({"generate", library("t5"), "--ids", "--early-stopping", "maybe"}), 2,
                "--early-stopping");
  expectFailure(run({"generate", library("t5"), "--ids", "--num-return", "2"}), 2, "--num-return");
  expectFailure(run({"generate", library("t5"), "--ids", "--bad-word-ids", "5 x"}), 2,
                "--bad-word-ids");
  expectFailure(run({"compile", checkpoint("t5")}), 2, "-o");
}

TEST(CommandLine, HelpAndVersionEndWithStatus0) {
  EXPECT_EQ(run({"--help"}).status, 0);
  EXPECT_EQ(run({"--version"}).status, 0);
  for (const char *command : {"compile", "describe", "generate", "verify", "inspect", "bench"})
    EXPECT_EQ(run({command, "--help"}).status, 0) << command;
}

TEST(Generate, HasAFlagForEachGenerationOption) {
  std::string help = run({"generate", "--help"}).output;
#define OPTION_OF_ANY_TYPE(name, abi_name, key, flag, ...)                                         \
  EXPECT_THAT(help, HasSubstr("  " flag " "));
#define OPTION_MODEL_ID(...)
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
}

TEST(Generate, RefusesOptionsOutOfRangeByTheirFlag) {
  using Case = std::array<const char *, 3>;
  for (auto [flag, value, allowed] :
       {Case{"--beams", "1025", "1 to 1024"}, Case{"--max-length", "0", "1 or more"},
        Case{"--min-new-tokens", "-1", "0 or more"}, Case{"--length-penalty", "nan", "1000000"},
        Case{"--repetition-penalty", "0", "1e-09"}, Case{"--early-stopping", "2", "never"}}) {
    CommandResult result = run({"generate", library("t5"), "--ids", flag, value});
    expectFailure(result, 2, flag);
    expectFailure(result, 2, allowed);
  }
}

TEST(Generate, WritesOneResultForEachLineInOrder) {
  CommandResult together = run({"generate", library("t5"), "--ids"}, "5 6 7 1\n9 1\n11 12 1");
  ASSERT_EQ(together.status, 0) << together.errors;
  std::string alone;
  for (const char *line : {"5 6 7 1\n", "9 1\n", "11 12 1\n"})
    alone += run({"generate", library("t5"), "--ids"}, line).output;
  EXPECT_EQ(together.output, alone);
  EXPECT_THAT(linesOf(together.output), SizeIs(3));
}

TEST(Generate, JsonHasOneObjectALine) {
  CommandResult result =
      run({"generate", library("t5"), "--ids", "--json", "--beams", "4", "--num-return", "2"},
          "5 6 7 1\n9 1\n");
  ASSERT_EQ(result.status, 0) << result.errors;
  std::vector<std::string> lines = linesOf(result.output);
  ASSERT_THAT(lines, SizeIs(4));
  for (size_t index = 0; index < lines.size(); ++index) {
    auto object = nlohmann::json::parse(lines[index]);
    EXPECT_EQ(object.at("line"), index / 2 + 1);
    EXPECT_EQ(object.at("rank"), index % 2);
    EXPECT_TRUE(object.at("ids").is_array());
    EXPECT_TRUE(object.at("score").is_number());
  }
}

TEST(Generate, ObeysItsOptions) {
  auto generate = [](std::vector<std::string> options) {
    options.insert(options.begin(), {"generate", library("t5"), "--ids"});
    CommandResult result = run(options, "5 6 7 8 9 1\n");
    EXPECT_EQ(result.status, 0) << result.errors;
    return result.output;
  };
  EXPECT_THAT(generate({"--max-new-tokens", "3", "--min-new-tokens", "3"}), HasSubstr("0 "));
  auto countOf = [](const std::string &line) { return std::ranges::count(line, ' ') + 1; };
  EXPECT_EQ(countOf(generate({"--max-new-tokens", "3", "--min-new-tokens", "3"})), 4);
  EXPECT_THAT(generate({"--prefix-ids", "17 18"}), testing::StartsWith("0 17 18"));
  EXPECT_THAT(generate({"--forced-bos", "9", "--prefix-ids", "17 18"}),
              testing::StartsWith("0 9 17 18"));
  EXPECT_THAT(generate({"--forced-bos", "9", "--prefix-ids", "0 9 17"}),
              testing::StartsWith("0 9 17"));
  EXPECT_THAT(generate({"--forced-bos", "40"}), testing::StartsWith("0 40"));
}

TEST(Generate, BadSourceLinesAreErrorsThatNameTheLine) {
  struct Bad {
    const char *input, *what;
  };
  for (Bad bad : {Bad{"5 1\n5 x 1\n", "line 2: expects token ids"}, Bad{"5 1\n\n", "line 2: "},
                  Bad{"999999 1\n", "line 1: expects ids from 0 to"},
                  Bad{"-1\n", "line 1: expects ids from 0 to"},
                  Bad{"99999999999999999999999\n", "line 1: expects ids from 0 to"},
                  Bad{"5,6\n", "line 1: expects token ids"}, Bad{"1.5\n", "line 1: "}})
    expectFailure(run({"generate", library("t5"), "--ids"}, bad.input), 1, bad.what);
}

TEST(Generate, ResultsBeforeABadLineAreWritten) {
  CommandResult result = run({"generate", library("t5"), "--ids"}, "5 1\nx\n");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.output, run({"generate", library("t5"), "--ids"}, "5 1\n").output);
}

TEST(Generate, NoInputIsNoOutput) {
  CommandResult result = run({"generate", library("t5"), "--ids"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "");
}

TEST(Generate, SourcesLongerThanThePositionsAreErrors) {
  std::string line;
  for (int index = 0; index < 5000; ++index)
    line += "5 ";
  expectFailure(run({"generate", library("marian"), "--ids"}, line + "\n"), 1, "tokens at most");
}

TEST(Generate, TextWithoutATokenizerIsAnError) {
  expectFailure(run({"generate", library("t5")}, "hello\n"), 1, "has no tokenizer");
}

TEST(Inspect, ReadsTheManifest) {
  CommandResult text = run({"inspect", library("marian")});
  ASSERT_EQ(text.status, 0) << text.errors;
  EXPECT_THAT(text.output, HasSubstr("transept_model_marian"));
  CommandResult result = run({"inspect", library("marian"), "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(nlohmann::json::parse(result.output).at("name"), "marian");
}

TEST(Bench, MeasuresEveryFigure) {
  CommandResult result = run({"bench", library("t5"), "--quick", "--json", "--threads", "1"});
  ASSERT_EQ(result.status, 0) << result.errors;
  auto object = nlohmann::json::parse(result.output);
  EXPECT_EQ(object.at("threads"), 1);
  EXPECT_THAT(object.at("figures"), SizeIs(12)); // t5 has positions without end
  for (const auto &figure : object.at("figures"))
    EXPECT_GT(figure.at("best"), 0) << figure;
}

TEST(Languages, ComeFromTheTokenizer) {
  expectFailure(run({"generate", library("languages"), "--source-language", "xx"}, "a\n"), 2,
                "--source-language: expects one of af, am");
  expectFailure(run({"generate", library("languages"), "--target-language", "xx"}, "a\n"), 2,
                "--target-language: expects one of af, am");
  expectFailure(run({"generate", library("number_words"), "--target-language", "de"}, "a\n"), 2,
                "marks no languages");
}

TEST(Languages, OfTheTargetAreForced) {
  // This small model has fewer tokens than its tokenizer, so the id of the language is refused.
  CommandResult result =
      run({"generate", library("languages"), "--ids", "--target-language", "fr"}, "5 6\n");
  expectFailure(result, 1, "--target-language (fr) is");
}

TEST(Languages, AreForModelsThatReadText) {
  expectFailure(run({"generate", library("sounds"), "--source-language", "en", "some.wav"}), 2,
                "--source-language: is for models that read text, which this is not; --language");
  expectFailure(run({"generate", library("sounds"), "--target-language", "en", "some.wav"}), 2,
                "which this is not; --task translate");
  expectFailure(run({"generate", library("images"), "--source-language", "en", "some.png"}), 2,
                "--source-language: is for models that read text");
  expectFailure(run({"generate", library("languages"), "--ids", "--source-language", "fr"}, "5\n"),
                2, "--source-language: is for texts; with --ids");
  expectFailure(run({"generate", library("languages"), "--language", "fr"}, "a\n"), 2,
                "--source-language says what a text is in");
}

TEST(GenerateOptionErrors, NameTheFlagAndTheLine) {
  auto refusal = [](std::vector<std::string> options, const std::string &what) {
    options.insert(options.begin(), {"generate", library("t5"), "--ids"});
    expectFailure(run(options, "5 6\n7 8\n"), 1, what);
  };
  refusal({"--min-length", "30", "--max-length", "20"},
          "--min-length is 30, but must be at most 20, where --max-length or the decoder's "
          "positions end a result");
  refusal({"--decoder-start", "100000"}, "--decoder-start is 100000, but must be");
  refusal({"--eos", "100000"}, "--eos[0] is 100000, but must be");
}

TEST(Numbers, ThatAreNoneAreRefused) {
  expectFailure(run({"generate", library("t5"), "--ids", "--length-penalty", "nan"}, "5\n"), 2,
                "--length-penalty: expects");
  expectFailure(run({"generate", library("t5"), "--ids", "--repetition-penalty", "-nan"}, "5\n"), 2,
                "--repetition-penalty: expects");
  expectFailure(run({"diff", "a", "b", "--tolerance", "nan"}), 2,
                "--tolerance: expects 0 or more, but got nan");
  expectFailure(run({"compile", "a", "-o", "b.so", "--weights", "auto", "--accuracy-loss", "nan"}),
                2, "--accuracy-loss: expects 0 or more, but got nan");
}

} // namespace
} // namespace transept::endtoend

// SPDX-License-Identifier: Apache-2.0
//
// One bad line or file of many: it is named, and the others are not lost.

#include "tests/end-to-end/Command.h"

#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;

std::string resultOf(const std::string &line) {
  return run({"generate", library("marian"), "--ids"}, line + "\n").output;
}

/// Twice as many ids as marian has positions.
std::string longLine() {
  std::string line;
  for (int count = 0; count < 128; ++count)
    line += "5 ";
  return line + "0";
}

TEST(InvalidSources, AreSkippedByNameAndKeepTheirPlace) {
  std::string input = "5 6 0\n5 x\n" + longLine() + "\n\n7 8 0\n";
  CommandResult result =
      run({"generate", library("marian"), "--ids", "--skip-invalid", "--batch", "3"}, input);
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.output, resultOf("5 6 0") + "\n\n\n" + resultOf("7 8 0"));
  for (const char *what :
       {"warning: skipped line 2: expects token ids separated by spaces, but got 'x'",
        "warning: skipped line 3: expects 64 tokens at most, but got 129",
        "skipped line 4: ", "error: 3 of 5 sources are invalid and were skipped"})
    EXPECT_THAT(result.errors, HasSubstr(what));
}

TEST(InvalidSources, TakeTheLinesOfAllTheirResults) {
  CommandResult result = run({"generate", library("marian"), "--ids", "--skip-invalid", "--beams",
                              "3", "--num-return", "3"},
                             "x\n5 0\n");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, testing::StartsWith("\n\n\n"));
  EXPECT_THAT(linesOf(result.output), testing::SizeIs(6));
}

TEST(InvalidSources, AreObjectsWithTheErrorInJson) {
  CommandResult result =
      run({"generate", library("marian"), "--ids", "--json", "--skip-invalid"}, "5 0\n-1\n");
  std::vector<std::string> lines = linesOf(result.output);
  ASSERT_THAT(lines, testing::SizeIs(2));
  EXPECT_EQ(nlohmann::json::parse(lines[0]).at("line"), 1);
  auto object = nlohmann::json::parse(lines[1]);
  EXPECT_EQ(object.at("line"), 2);
  EXPECT_THAT(object.at("error"), HasSubstr("expects ids from 0 to"));
}

TEST(InvalidSources, AreNoneWhereAllIsRight) {
  CommandResult result = run({"generate", library("marian"), "--ids", "--skip-invalid"}, "5 6 0\n");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(result.output, resultOf("5 6 0"));
}

TEST(InvalidSources, MayBeFiles) {
  TemporaryFolder folder;
  std::string bad = folder.file("bad.png");
  std::string good = TRANSEPT_SOURCE_DIR "/tests/unit/media/features/references/rgb.png";
  writeFile(bad, "no image");
  CommandResult result = run({"generate", library("images"), "--ids", "--skip-invalid", bad, good});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors, HasSubstr("skipped " + bad + ": "));
  EXPECT_EQ(result.output, "\n" + run({"generate", library("images"), "--ids", good}).output);
}

TEST(InvalidSources, ThatAreTooLongMayBeCut) {
  std::string cut = longLine().substr(0, 63 * 2) + "0";
  CommandResult result =
      run({"generate", library("marian"), "--ids", "--truncate"}, longLine() + "\n");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(result.output, resultOf(cut));
  EXPECT_EQ(result.errors, "warning: line 1: cut from 129 tokens to the 64 that the model takes\n");
}

TEST(InvalidSources, OfTextAreCutAsTheTokenizerDoes) {
  std::string line;
  for (int count = 0; count < 300; ++count)
    line += "two ";
  expectFailure(run({"generate", library("number_words")}, line + "\n"), 1, "--truncate cuts it");
  CommandResult result = run({"generate", library("number_words"), "--truncate"}, line + "\n");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("warning: line 1: cut from "));
}

TEST(InvalidSources, AreNotCutWhereThatHasNoMeaning) {
  expectFailure(run({"generate", library("images"), "--ids", "--truncate", "x.png"}), 2,
                "--truncate");
}

TEST(InvalidSources, OfOptionsAndFilesAreNamedToo) {
  TemporaryFolder folder;
  writeFile(folder.file("words"), "5\n5 x\n");
  expectFailure(run({"generate", library("marian"), "--ids", "--bad-words", folder.file("words")}),
                1, "--bad-words: " + folder.file("words") + ", line 2: expects token ids");
  expectFailure(
      run({"trace", library("marian"), "--ids", "5 0", "--ids", "9999", "--out", folder.file("t")}),
      1, "--ids 2: expects ids from 0 to");
}

} // namespace
} // namespace transept::endtoend

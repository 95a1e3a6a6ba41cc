// SPDX-License-Identifier: Apache-2.0
//
// What `transept compile --dump-ir` writes after each pass is read again by transept-opt.

#include "Command.h"

#include <set>

namespace transept::endtoend {
namespace {

TEST(DumpIR, ParsesAgainAfterEveryPassUpToThePlan) {
  TemporaryFolder folder;
  std::string dump = folder.file("dump"), all;
  CommandResult result = run({"compile", checkpoint("t5"), "--emit", "plan", "--dump-ir", dump});
  ASSERT_EQ(result.status, 0) << result.errors;
  std::set<fs::path> files;
  for (const auto &entry : fs::directory_iterator(dump))
    files.insert(entry.path());
  EXPECT_GT(files.size(), 20u);
  EXPECT_EQ(files.begin()->filename(), "00-input.mlir");
  for (const fs::path &file : files) {
    std::string text = readFile(file);
    EXPECT_THAT(text, testing::HasSubstr("module")) << file;
    all += text + "\n// -----\n";
  }
  // All at once, because a start takes longer than parsing.
  writeFile(folder.file("all.mlir"), all);
  CommandResult parsed =
      runProgram(TRANSEPT_OPT, {"--split-input-file", "--verify-roundtrip", folder.file("all.mlir"),
                                "-o", folder.file("printed.mlir")});
  EXPECT_EQ(parsed.status, 0) << parsed.errors;
}

} // namespace
} // namespace transept::endtoend

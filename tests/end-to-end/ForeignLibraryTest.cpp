// SPDX-License-Identifier: Apache-2.0
//
// Libraries for another machine than this one: compiled, looked at, and refused where they would
// have to run.

#include "tests/end-to-end/Command.h"

#include "workbench/library/LibraryFile.h"

#include "transept/abi.h"

namespace transept::endtoend {
namespace {

using testing::AllOf;
using testing::HasSubstr;

CommandResult compileForArm(const std::string &output, std::vector<std::string> flags = {}) {
  std::vector<std::string> command = {
      "compile", checkpoint("marian"), "--target", "aarch64-linux", "--name", "marian", "-o",
      output};
  command.insert(command.end(), flags.begin(), flags.end());
  return run(command);
}

/// Whether what tools/setup aarch64-linux installs was there when the compiler was built.
bool hasRuntime() {
  return std::string_view(TRANSEPT_CROSS).find("aarch64") != std::string_view::npos;
}

class ForeignLibrary : public testing::Test {
protected:
  static void SetUpTestSuite() {
    if (!hasRuntime())
      return;
    folder = std::make_unique<TemporaryFolder>();
    CommandResult result = compileForArm(library());
    ASSERT_EQ(result.status, 0) << result.errors;
  }
  static void TearDownTestSuite() { folder.reset(); }
  void SetUp() override {
    if (!hasRuntime())
      GTEST_SKIP() << "skipped: the compiler was built without the runtime for aarch64-linux";
  }

  static std::string library() { return folder->file("libmarian.so"); }

  static std::unique_ptr<TemporaryFolder> folder;
};

std::unique_ptr<TemporaryFolder> ForeignLibrary::folder;

TEST_F(ForeignLibrary, HasALevelForEachVersion) {
  workbench::LibraryFile file = workbench::readLibraryFile(library());
  ASSERT_EQ(file.levels.size(), 3u);
  EXPECT_EQ(file.levels[0].name, "armv8-a");
  EXPECT_EQ(file.levels[0].requiredFeatures, uint64_t(TRANSEPT_CPU_NEON));
  // Floats need no more, so that all levels are one.
  EXPECT_EQ(file.levels[2].codeOf, "armv8-a");
  EXPECT_GT(file.levels[0].codeBytes, 0u);
  EXPECT_EQ(file.name, "marian");
}

TEST_F(ForeignLibrary, IsInspectedAndExplained) {
  CommandResult inspected = run({"inspect", library()});
  EXPECT_EQ(inspected.status, 0) << inspected.errors;
  EXPECT_THAT(inspected.output, HasSubstr("armv8-a needs Armv8-A with NEON"));
  EXPECT_THAT(inspected.output, HasSubstr("this machine lacks Armv8-A with NEON"));
  EXPECT_THAT(inspected.output, testing::Not(HasSubstr("runs on this machine")));
  CommandResult explained = run({"explain", library(), "--op", "decoder.layers.0.cross_attention"});
  EXPECT_EQ(explained.status, 0) << explained.errors;
  EXPECT_THAT(explained.output, HasSubstr("attention"));
  CommandResult reported = run({"report", library(), "-o", folder->file("report.html")});
  EXPECT_EQ(reported.status, 0) << reported.errors;
  EXPECT_THAT(readFile(folder->file("report.html")), HasSubstr("armv8-a"));
}

TEST_F(ForeignLibrary, IsNotRunHere) {
  for (std::vector<std::string> command :
       {std::vector<std::string>{"generate", library(), "--ids"},
        {"bench", library()},
        {"trace", library(), "--ids", "5 9", "--out", folder->file("run.safetensors")}})
    expectFailure(run(command, "5 9\n"), 1, "it is for AArch64, but this machine is x86-64");
}

TEST_F(ForeignLibrary, CannotBeMeasuredOrVerifiedHere) {
  expectFailure(compileForArm(folder->file("a.so"), {"--weights", "auto"}), 1,
                "--target aarch64-linux is not this machine; name a type");
  expectFailure(compileForArm(folder->file("a.so"), {"--verify-passes"}), 1,
                "--verify-passes runs the library");
}

TEST(Target, IsCheckedBeforeAnythingElse) {
  TemporaryFolder folder;
  std::string output = folder.file("lib.so");
  expectFailure(run({"compile", checkpoint("marian"), "--target", "vax-vms", "-o", output}), 1,
                "unknown target 'vax-vms'; allowed are x86_64-linux, aarch64-linux, wasm32");
  expectFailure(run({"compile", checkpoint("marian"), "--cpu", "armv8-a", "-o", output}), 1,
                "say --target aarch64-linux");
  if (!hasRuntime()) {
    CommandResult result = compileForArm(output);
    expectFailure(result, 1, "this compiler was built without the runtime for aarch64-linux");
    EXPECT_THAT(result.errors, HasSubstr("libc6-arm64-cross"));
  }
  EXPECT_FALSE(fs::exists(output));
}

} // namespace
} // namespace transept::endtoend

// SPDX-License-Identifier: Apache-2.0
//
// One library for several processors: whichever level runs, results are those of a library made for
// it alone, and what levels have in common is in the file once.

#include "tests/end-to-end/Command.h"

#include "transept/levels.h"
#include "transept/model.h"
#include "workbench/library/LibraryFile.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <set>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;

// The last one is equal to the one before it where weights are f32.
const std::vector<std::string> processors = {"x86-64-v3", "x86-64-v4", "sapphirerapids"};

/// The T5 checkpoint compiled for each processor alone, and for all of them.
class Levels : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder = std::make_unique<TemporaryFolder>();
    for (const std::string &processor : processors)
      compile(processor, processor);
    compile("sapphirerapids,x86-64-v3,x86-64-v4", "all");
  }
  static void TearDownTestSuite() { folder.reset(); }

  static std::string path(const std::string &name) { return folder->file(name + ".so"); }

  static void compile(const std::string &processor, const std::string &name) {
    CommandResult result =
        run({"compile", checkpoint("t5"), "--cpu", processor, "--name", "t5", "-o", path(name)});
    ASSERT_EQ(result.status, 0) << result.errors;
  }

  /// The levels of the library for all that this machine can run.
  static std::vector<std::string> runnable() {
    std::vector<std::string> names;
    runtime::Processor processor = runtime::thisProcessor();
    for (const workbench::LibraryFile::Level &level :
         workbench::readLibraryFile(path("all")).levels) {
      transept_level one{level.name.c_str(), level.requiredFeatures, nullptr, nullptr};
      if (runtime::bestLevel({&one, 1}, processor).level)
        names.push_back(level.name);
      else
        fmt::print("skipped: this machine cannot run {}\n", level.name);
    }
    return names;
  }

  static std::unique_ptr<TemporaryFolder> folder;
};

std::unique_ptr<TemporaryFolder> Levels::folder;

TEST_F(Levels, GiveTheBitsOfLibrariesForEachAlone) {
  std::vector<Id> ids = {5, 9, 3, 40, 7, 22, 1};
  std::vector<Id> target = {0, 8, 13, 2, 31};
  for (const std::string &level : runnable()) {
    Model alone = Model::open(path(level)), among = Model::open(path("all"), {.level = level});
    EXPECT_EQ(among.level().name, level);
    EXPECT_EQ(alone.logits(alone.encode(ids), target).values,
              among.logits(among.encode(ids), target).values)
        << level;
    EXPECT_EQ(alone.generate(alone.encode(ids), {.beams = 4}).ids(),
              among.generate(among.encode(ids), {.beams = 4}).ids())
        << level;
  }
}

TEST_F(Levels, PassTheGoldensEach) {
  for (const std::string &level : runnable()) {
    CommandResult result = run({"verify", path("all"), checkpoint("t5"), "--level", level});
    EXPECT_EQ(result.status, 0) << level << "\n" << result.output << result.errors;
    result = run({"generate", path("all"), "--ids", "--level", level}, "5 9 3 40 7 22 1\n");
    EXPECT_EQ(result.status, 0) << result.errors;
    EXPECT_EQ(result.output, run({"generate", path(level), "--ids"}, "5 9 3 40 7 22 1\n").output);
  }
}

TEST_F(Levels, AreMeasuredEach) {
  for (const std::string &level : runnable()) {
    CommandResult result =
        run({"bench", path("all"), "--quick", "--json", "--threads", "1", "--level", level});
    ASSERT_EQ(result.status, 0) << result.errors;
    EXPECT_EQ(nlohmann::json::parse(result.output).at("level"), level);
    result = run({"bench", path("all"), "--quick", "--json", "--profile", "--encode", "1x4",
                  "--decode", "1x1", "--level", level});
    ASSERT_EQ(result.status, 0) << result.errors;
    EXPECT_EQ(nlohmann::json::parse(result.output).at("level"), level);
  }
}

TEST_F(Levels, AreChosenByTheProcessor) {
  std::vector<std::string> names = runnable();
  ASSERT_FALSE(names.empty());
  // Of equal levels the first is taken, and sapphirerapids is equal to x86-64-v4 here.
  std::string best = names.size() == 1 ? "x86-64-v3" : "x86-64-v4";
  EXPECT_EQ(Model::open(path("all")).level().name, best);
  CommandResult inspected = run({"inspect", path("all")});
  EXPECT_EQ(inspected.status, 0) << inspected.errors;
  for (const std::string &line : linesOf(inspected.output))
    EXPECT_EQ(line.find("; runs on this machine") != line.npos,
              line.find(best + " needs") != line.npos)
        << line;
  EXPECT_THAT(inspected.output, HasSubstr("sapphirerapids needs"));
}

TEST_F(Levels, AskOnlyForWhatTheirCodeUses) {
  constexpr uint64_t avx2 = TRANSEPT_CPU_AVX2_FMA, avx512 = avx2 | TRANSEPT_CPU_AVX512;
  auto levels = workbench::readLibraryFile(path("all")).levels;
  ASSERT_EQ(levels.size(), 3u);
  EXPECT_EQ(levels[0].requiredFeatures, avx2);
  EXPECT_EQ(levels[1].requiredFeatures, avx512);
  EXPECT_EQ(levels[2].requiredFeatures, avx512);
  EXPECT_EQ(levels[2].codeOf, "x86-64-v4");
  nlohmann::ordered_json cpu = workbench::readLibraryFile(path("all")).manifest.at("cpu");
  EXPECT_EQ(cpu.at("features").size(), 2u);
  EXPECT_EQ(cpu.at("levels").size(), 3u);
  EXPECT_EQ(cpu.at("levels")[1].at("name"), "x86-64-v4");
}

TEST_F(Levels, ShareWhatIsEqual) {
  workbench::LibraryFile all = workbench::readLibraryFile(path("all")),
                         narrow = workbench::readLibraryFile(path("x86-64-v3")),
                         wide = workbench::readLibraryFile(path("x86-64-v4")),
                         tiles = workbench::readLibraryFile(path("sapphirerapids"));
  // Equal levels cost nothing, different ones share at least the tables that are kept by rows.
  EXPECT_LT(all.weightBytes, narrow.weightBytes + wide.weightBytes);
  EXPECT_LT(all.fileBytes, narrow.fileBytes + wide.fileBytes);
  EXPECT_EQ(tiles.programBytes, wide.programBytes);
  EXPECT_EQ(tiles.weightBytes, wide.weightBytes);
  // Instructions that add the place of a weight are longer for places further back.
  EXPECT_NEAR(double(all.programBytes), double(narrow.programBytes + wide.programBytes), 1000);
  for (const workbench::LibraryFile::Level &level : all.levels) {
    EXPECT_GT(level.codeBytes, 0u) << level.name;
    EXPECT_LT(level.codeBytes, 1000000u) << level.name;
  }
}

TEST_F(Levels, AreRefusedByName) {
  expectFailure(run({"verify", path("all"), checkpoint("t5"), "--level", "haswell"}), 1,
                "level is haswell, but must be one that the library has: x86-64-v3, x86-64-v4, "
                "sapphirerapids");
  expectFailure(run({"generate", path("x86-64-v3"), "--ids", "--level", "x86-64-v4"}, "5 1\n"), 1,
                "level is x86-64-v4, but must be one that the library has: x86-64-v3");
  expectFailure(run({"bench", path("all"), "--level", "haswell"}), 1,
                "level is haswell, but must be one that the library has: x86-64-v3, x86-64-v4, "
                "sapphirerapids");
  auto compiling = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"compile", checkpoint("t5")});
    return run(arguments);
  };
  std::string output = folder->file("refused.so");
  expectFailure(compiling({"-o", output, "--cpu", "x86-64-v3,abacus"}), 1, "'abacus'");
  expectFailure(compiling({"-o", output, "--cpu", "x86-64-v3,x86-64-v3"}), 1,
                "names 'x86-64-v3' twice");
  expectFailure(compiling({"--emit", "plan", "--cpu", "x86-64-v3,x86-64-v4"}), 1,
                "shows the code of one processor");
  EXPECT_FALSE(fs::exists(output));
  EXPECT_EQ(compiling({"--emit", "fused", "--cpu", "x86-64-v3,x86-64-v4"}).status, 0);
}

TEST_F(Levels, DumpTheirPassesIntoFoldersOfTheirOwn) {
  std::string dump = folder->file("dump");
  CommandResult result = run({"compile", checkpoint("t5"), "--cpu", "x86-64-v3,x86-64-v4", "-o",
                              path("dumped"), "--dump-ir", dump});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_TRUE(fs::exists(dump + "/00-input.mlir"));
  auto passesOf = [&](const std::string &directory) {
    std::set<std::string> names;
    for (const auto &entry : fs::directory_iterator(directory))
      if (entry.is_regular_file())
        names.insert(entry.path().filename().string());
    return names;
  };
  std::set<std::string> shared = passesOf(dump), narrow = passesOf(dump + "/x86-64-v3"),
                        wide = passesOf(dump + "/x86-64-v4");
  EXPECT_EQ(narrow, wide);
  ASSERT_FALSE(narrow.empty());
  // Numbers go on where those of the passes before ended.
  EXPECT_EQ(std::stoul(*narrow.begin()), shared.size());
}

} // namespace
} // namespace transept::endtoend

// SPDX-License-Identifier: Apache-2.0
//
// How the command line helps: suggestions, help as wide as asked for, manual pages, completions of
// shells, and a start without LLVM for what does not compile.

#include "tests/end-to-end/Command.h"

#include <algorithm>

namespace transept::endtoend {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kPages = TRANSEPT_BINARY_DIR "/commands/help-pages/";

std::vector<std::string> commandNames() {
  return {"compile", "describe", "generate", "verify", "inspect", "explain",
          "report",  "profile",  "trace",    "diff",   "bench"};
}

/// `transept ARGUMENTS` with an environment variable set.
CommandResult runWith(const std::string &variable, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {variable, TRANSEPT_COMMAND});
  return runProgram("/usr/bin/env", std::move(arguments));
}

/// What bash offers behind `words`, the last of which is being typed.
std::vector<std::string> bashOffers(const std::vector<std::string> &words) {
  std::string script = "source " + kPages + "transept.bash; COMP_WORDS=(";
  for (const std::string &word : words)
    script += "'" + word + "' ";
  script +=
      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _transept; printf '%s\\n' \"${COMPREPLY[@]}\"";
  return linesOf(runProgram("/bin/bash", {"--norc", "-c", script}).output);
}

TEST(Help, SuggestsTheCommandThatWasMeant) {
  expectFailure(run({"compil", "x"}), 2, "there is no command 'compil'; did you mean compile?");
  expectFailure(run({"genreate"}), 2, "did you mean generate?");
  CommandResult far = run({"frobnicate"});
  expectFailure(far, 2, "there is no command 'frobnicate'");
  EXPECT_THAT(far.errors, Not(HasSubstr("did you mean")));
}

TEST(Help, SuggestsTheOptionThatWasMeant) {
  expectFailure(run({"compile", "x", "--wieghts", "f32"}), 2,
                "compile has no option --wieghts; did you mean --weights?");
  expectFailure(run({"generate", "x", "--beam=4"}), 2, "did you mean --beams?");
  expectFailure(run({"inspect", "x", "y"}), 2, "inspect takes no argument 'y'");
  // Before it says that something is missing.
  expectFailure(run({"compile", "--wieghts=f32"}), 2, "did you mean --weights?");
  expectFailure(run({"--verison"}), 2, "did you mean --version?");
  expectFailure(run({"--beams", "4", "generate", "x"}), 2,
                "expects a command first, but got --beams; options stand behind it");
}

TEST(Help, SaysWhatAValueMayBe) {
  expectFailure(run({"compile", "x", "-o", "y.so", "--weights", "INT8"}), 2,
                "--weights: expects one of f32, bf16, int8, int4, auto, but got INT8; did you mean "
                "int8?");
  expectFailure(run({"bench", "x", "--threads", "0"}), 2,
                "--threads: expects 1 to 1024, but got 0");
  expectFailure(run({"bench", "x", "--threads", "010"}), 2, "expects 1 to 1024, but got 010");
  expectFailure(run({"generate", "x", "--beams"}), 2, "--beams needs a value");
  expectFailure(run({"compile", "x", "-o", "a.so", "-o", "b.so"}), 2,
                "--output may be given once only");
  expectFailure(run({"generate", "x", "--eos", "some"}), 2, "--eos: cannot be some");
}

TEST(Remarks, OfAWordThatNoneHasAreSaidToBeNone) {
  CommandResult result =
      run({"compile", checkpoint("marian"), "--emit", "fused", "--remarks=fusion,fuson"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.errors, HasSubstr("warning: --remarks fuson: no remark has this"));
  EXPECT_THAT(result.errors, Not(HasSubstr("--remarks fusion:")));
}

TEST(Help, IsAsWideAsTheTerminal) {
  for (const std::string &command : commandNames())
    for (size_t width : {70u, 100u}) {
      CommandResult help = runWith("COLUMNS=" + std::to_string(width), {command, "--help"});
      ASSERT_EQ(help.status, 0);
      size_t widest = 0;
      for (const std::string &line : linesOf(help.output))
        widest = std::max(widest, line.size());
      EXPECT_LE(widest, width) << command;
      if (command == "compile" || command == "generate") {
        EXPECT_GT(widest, width - 5) << command;
      }
    }
}

TEST(Help, SaysShortlyWhatOptionsTake) {
  std::string help = run({"compile", "--help"}).output;
  EXPECT_THAT(help, HasSubstr("  --cache auto|f32|bf16 "));
  EXPECT_THAT(help, HasSubstr("  -o, --output FILE "));
  EXPECT_THAT(help, HasSubstr("(f32,"));
  EXPECT_THAT(run({"generate", "--help"}).output, HasSubstr("(1 to 1024)"));
}

TEST(Help, VersionNamesProductLlvmAndTargets) {
  std::string text = run({"--version"}).output;
  EXPECT_THAT(text, StartsWith("transept "));
  EXPECT_THAT(text, HasSubstr("LLVM 22."));
  EXPECT_THAT(text, HasSubstr("targets: x86-64"));
}

TEST(Start, LoadsNoLlvmBeforeItCompiles) {
  std::string loaded = runWith("LD_TRACE_LOADED_OBJECTS=1", {"inspect"}).output;
  EXPECT_THAT(loaded, HasSubstr("libstdc++"));
  EXPECT_THAT(loaded, Not(HasSubstr("LLVM")));
  EXPECT_THAT(loaded, Not(HasSubstr("MLIR")));
}

TEST(Start, SaysWhyTheCompilerDoesNotLoad) {
  TemporaryFolder folder;
  writeFile(folder.file("libtransept_compiler.so.0.1"), "not a library");
  CommandResult result =
      runWith("LD_LIBRARY_PATH=" + fs::path(folder.file("x")).parent_path().string(),
              {"compile", checkpoint("t5"), "--emit", "graph"});
  // RUNPATH comes behind LD_LIBRARY_PATH.
  expectFailure(result, 1, "cannot load the compiler: ");
}

TEST(ManualPages, NameEveryCommandAndOption) {
  std::string overview = readFile(kPages + "man/transept.1");
  for (const std::string &command : commandNames()) {
    EXPECT_THAT(overview, HasSubstr("transept\\-" + command)) << command;
    std::string page = readFile(kPages + "man/transept-" + command + ".1");
    EXPECT_THAT(page, StartsWith(".TH \"transept\\-" + command + "\" 1"));
    EXPECT_THAT(page, HasSubstr("\n.SH SYNOPSIS\n"));
    EXPECT_THAT(page, HasSubstr("\\fB\\-\\-help\\fR"));
  }
  EXPECT_THAT(readFile(kPages + "man/transept-generate.1"),
              HasSubstr("\\fB\\-\\-beams\\fR \\fIN\\fR"));
}

TEST(ManualPages, HaveTheFlagsOfTheServer) {
  std::string page = readFile(kPages + "man/transept-serve.1");
  EXPECT_THAT(page, StartsWith(".TH \"transept\\-serve\" 1"));
  EXPECT_THAT(page, HasSubstr("\\fBtransept\\-serve\\fR [\\fIOPTIONS\\fR] [\\fIMODEL\\fR...]"));
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-drain\\-seconds\\fR \\fIN\\fR"));
}

TEST(Completion, OfBashOffersCommandsOptionsAndValues) {
  EXPECT_EQ(bashOffers({"transept", "comp"}), (std::vector<std::string>{"compile"}));
  EXPECT_THAT(bashOffers({"transept", "compile", "--de"}), Contains("--debug-info"));
  EXPECT_EQ(bashOffers({"transept", "compile", "--weights", "i"}),
            (std::vector<std::string>{"int8", "int4"}));
  EXPECT_EQ(bashOffers({"transept", "compile", "--weights", "=", "i"}),
            (std::vector<std::string>{"int8", "int4"}));
  EXPECT_THAT(bashOffers({"transept", "generate", "--de"}), Not(Contains("--debug-info")));
  TemporaryFolder folder;
  writeFile(folder.file("my lib.so"), "");
  EXPECT_EQ(bashOffers({"transept", "inspect", folder.file("my")}),
            (std::vector<std::string>{folder.file("my lib.so")}));
}

TEST(Completion, OfAllShellsKnowsEveryCommand) {
  for (const char *file : {"transept.bash", "_transept", "transept.fish"})
    for (const std::string &command : commandNames())
      EXPECT_THAT(readFile(kPages + file), HasSubstr(command)) << file;
}

} // namespace
} // namespace transept::endtoend

// SPDX-License-Identifier: Apache-2.0
//
// What commands write: complete and where it was wanted, or an error with exit status 1 and
// nothing.

#include "tests/end-to-end/Command.h"

#include <set>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// `transept ARGUMENTS` as "$0" "$@" of a shell's script.
CommandResult runInShell(const std::string &script, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"-c", script, TRANSEPT_COMMAND});
  return runProgram("/bin/sh", std::move(arguments));
}

std::set<std::string> namesIn(const std::string &folder) {
  std::set<std::string> names;
  for (const auto &entry : fs::directory_iterator(folder))
    names.insert(entry.path().filename());
  return names;
}

class Outputs : public testing::Test {
protected:
  Outputs() {
    for (const char *name : {"out", "temporary"})
      fs::create_directory(folder.file(name));
  }

  std::string out(const std::string &name) const { return folder.file("out/" + name); }
  std::vector<std::string> compilation(const std::string &library) const {
    return {"compile", checkpoint("marian"), "-o", library};
  }
  std::string withOwnTemporaryFolder() const {
    return "export TMPDIR='" + folder.file("temporary") + "'; ";
  }

  /// The contract of a failure, which leaves nothing anywhere.
  void expectNothingLeft(const CommandResult &result, const std::string &what) {
    expectFailure(result, 1, what);
    EXPECT_EQ(linesOf(result.errors).size(), 1u) << result.errors;
    EXPECT_THAT(namesIn(folder.file("out")), IsEmpty());
    EXPECT_THAT(namesIn(folder.file("temporary")), IsEmpty());
  }

  /// Compiles into a file system of this size, where this user may mount one.
  void expectDiskFull(const std::string &size, const std::string &what) {
    std::string mount =
        "mount -t tmpfs -o size=" + size + " none '" + folder.file("out") + "' || exit 77; ";
    std::string script = withOwnTemporaryFolder() + mount + "\"$0\" \"$@\"; status=$?; ls -A '" +
                         folder.file("out") + "'; exit $status";
    std::vector<std::string> arguments = compilation(out("lib.so"));
    arguments.insert(arguments.begin(), {"-rm", "/bin/sh", "-c", script, TRANSEPT_COMMAND});
    CommandResult result = runProgram("/usr/bin/unshare", arguments);
    if (result.status != 0 && result.status != 1)
      GTEST_SKIP() << "this user may not mount a file system: " << result.errors;
    expectNothingLeft(result, what);
    EXPECT_EQ(result.output, "");
  }

  TemporaryFolder folder;
};

TEST_F(Outputs, AFullDiskIsNoticedBeforeWeightsAreWritten) {
  expectDiskFull("300k", "the weights need ");
}

TEST_F(Outputs, AFullDiskIsNoticedWhileTheLibraryIsWritten) {
  expectDiskFull("1000k", "No space left on device");
}

TEST_F(Outputs, ALimitOfFileSizesIsAnErrorAtEveryStage) {
  // Of 512 bytes: weights have 1384, the whole library has 2460, and what goes to the linker more.
  for (const char *blocks : {"0", "600", "2200"}) {
    // Not to a file, which would be limited, too.
    CommandResult result = runInShell(
        "{ " + withOwnTemporaryFolder() + "ulimit -f " + blocks +
            "; \"$0\" \"$@\" 2>&1; echo $?; } | { read message; read status; cat >/dev/null; "
            "echo \"$message\" >&2; exit $status; }",
        compilation(out("lib.so")));
    expectNothingLeft(result, "lib.so");
    EXPECT_THAT(result.errors, testing::StartsWith("error: cannot ")) << blocks;
  }
}

TEST_F(Outputs, NeitherLibraryNorTemporaryFilesStayBehindASignal) {
  std::string script = withOwnTemporaryFolder() + "\"$0\" \"$@\" & until ls -A '" +
                       folder.file("out") +
                       "' | grep -q .; do sleep 0.05; done; kill -TERM $!; "
                       "wait $!";
  CommandResult result = runInShell(script, compilation(out("lib.so")));
  EXPECT_EQ(result.status, 128 + SIGTERM);
  EXPECT_THAT(namesIn(folder.file("out")), IsEmpty());
  EXPECT_THAT(namesIn(folder.file("temporary")), IsEmpty());
}

TEST_F(Outputs, TwoCompilationsToOneLibraryDoNotDisturbEachOther) {
  CommandResult result =
      runInShell("\"$0\" \"$@\" & \"$0\" \"$@\" && wait $!", compilation(out("lib.so")));
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(namesIn(folder.file("out")), testing::ElementsAre("lib.h", "lib.so"));
  EXPECT_EQ(run({"generate", out("lib.so"), "--ids"}, "5 6 0\n").output,
            run({"generate", library("marian"), "--ids"}, "5 6 0\n").output);
}

TEST_F(Outputs, FoldersThatDoNotExistAreNoticedBeforeTheInput) {
  for (const char *option : {"-o", "--report"}) {
    std::vector<std::string> arguments = {"compile", "no-such-input", "-o", out("lib.so")};
    arguments.insert(arguments.end(), {option, out("nowhere/file")});
    if (std::string(option) == "-o")
      arguments.erase(arguments.begin() + 2, arguments.begin() + 4);
    expectNothingLeft(run(arguments), "there is no folder " + out("nowhere"));
  }
}

TEST_F(Outputs, ReplaceNothingButRegularFiles) {
  std::string fifo = folder.file("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  std::vector<std::string> places = {fifo, folder.file("temporary")};
  std::string device = folder.file("device");
  if (mknod(device.c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0)
    places.push_back(device);
  for (const std::string &place : places) {
    std::string what = "cannot write " + place + ": it is a ";
    std::vector<std::string> reported = compilation(out("lib.so"));
    reported.insert(reported.end(), {"--report", place});
    for (const std::vector<std::string> &arguments :
         {compilation(place),
          reported,
          {"report", library("number_words"), "-o", place},
          {"trace", library("number_words"), "--ids", "5 0", "--out", place},
          {"generate", library("number_words"), "--alignment", place},
          {"profile", library("number_words"), "--quick", "--report", place}})
      expectNothingLeft(run(arguments), what);
  }
  fs::create_symlink(fifo, folder.file("lib.h"));
  expectNothingLeft(run(compilation(folder.file("lib.so"))),
                    "cannot write " + folder.file("lib.h") + ": it is a FIFO");
  EXPECT_FALSE(fs::exists(folder.file("lib.so")));
  std::vector<std::string> dumped = compilation(out("lib.so"));
  dumped.insert(dumped.end(), {"--dump-ir", fifo});
  expectNothingLeft(run(dumped), "cannot create the folder " + fifo);
}

TEST_F(Outputs, OfOneCompilationAreDifferentFiles) {
  std::vector<std::string> arguments = compilation(out("marian.h"));
  arguments.insert(arguments.end(), {"--name", "marian"});
  expectNothingLeft(run(arguments), "it would take the place of " + out("marian.h"));
}

TEST_F(Outputs, AFolderNamedLikeATemporaryFileStays) {
  fs::create_directories(folder.file("mine/lib.so.unfinished/things"));
  expectFailure(run({"compile", "no-such-input", "-o", folder.file("mine/lib.so")}), 1, "");
  EXPECT_TRUE(fs::exists(folder.file("mine/lib.so.unfinished/things")));
}

/// Every subcommand with results on standard output.
std::vector<std::vector<std::string>> printingCommands(const std::string &trace) {
  return {{"--help"},
          {"--version"},
          {"compile", checkpoint("marian"), "--emit", "graph"},
          {"describe", checkpoint("marian")},
          {"inspect", library("number_words")},
          {"inspect", library("number_words"), "--json"},
          {"explain", library("number_words"), "--op", "logits"},
          {"report", library("number_words"), "-o", trace + ".html"},
          {"trace", library("number_words"), "--ids", "5 0", "--out", trace, "--json"},
          {"diff", trace, trace, "--all"},
          {"verify", library("marian"), checkpoint("marian")},
          {"profile", library("number_words"), "--quick"},
          {"bench", library("t5"), "--quick", "--profile"}};
}

TEST_F(Outputs, EveryCommandNoticesThatStandardOutputTakesNothing) {
  for (const std::vector<std::string> &arguments : printingCommands(out("trace")))
    for (const char *redirection : {">/dev/full", ">&-"}) {
      CommandResult result =
          runInShell(std::string("exec \"$0\" \"$@\" ") + redirection, arguments);
      EXPECT_EQ(result.status, 1) << arguments.front() << redirection << result.errors;
      EXPECT_THAT(result.errors, HasSubstr("error: cannot write standard output: "))
          << arguments.front() << redirection;
    }
}

TEST_F(Outputs, GenerateNoticesThatStandardOutputTakesNothing) {
  for (const char *redirection : {">/dev/full", ">&-"}) {
    CommandResult result = runInShell(std::string("echo 5 0 | \"$0\" \"$@\" ") + redirection,
                                      {"generate", library("number_words"), "--ids"});
    expectFailure(result, 1, "cannot write standard output: ");
  }
}

TEST_F(Outputs, AReaderThatLeavesIsAnError) {
  for (const std::vector<std::string> &arguments :
       {std::vector<std::string>{"describe", checkpoint("marian")},
        {"generate", library("number_words"), "--ids"}}) {
    CommandResult result =
        runInShell("{ sleep 1; echo 5 0 | \"$0\" \"$@\"; echo $? >&2; } | true", arguments);
    EXPECT_EQ(result.errors, "error: cannot write standard output: Broken pipe\n1\n");
  }
}

TEST_F(Outputs, WithoutStandardErrorAreAllTheSame) {
  CommandResult result = runInShell("exec \"$0\" \"$@\" 2>&-", compilation(out("lib.so")));
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(namesIn(folder.file("out")), testing::ElementsAre("lib.h", "lib.so"));
}

TEST_F(Outputs, ControlCharactersOfNamesAreEscaped) {
  for (const char *command : {"inspect", "describe"}) {
    CommandResult result = run({command, folder.file("\x1b[31mred\x07")});
    expectFailure(result, 1, "\\x1b[31mred\\x07");
    EXPECT_EQ(result.errors.find('\x1b'), std::string::npos);
  }
  CommandResult usage = run({"inspect", library("t5"), "\x1b[31m"});
  expectFailure(usage, 2, "\\x1b[31m");
}

/// A slip of the hand would cost the library or the weights.
TEST_F(Outputs, NeverReplaceWhatIsRead) {
  std::string lib = folder.file("lib.so"), model = folder.file("model");
  fs::copy_file(library("number_words"), lib);
  fs::copy(checkpoint("marian"), model, fs::copy_options::recursive);
  std::string weights = model + "/model.safetensors", config = model + "/config.json";
  std::string before = readFile(lib), weightsBefore = readFile(weights),
              configBefore = readFile(config);
  fs::create_symlink(lib, folder.file("link"));
  fs::create_hard_link(lib, folder.file("hard"));
  for (const std::string &place : {lib, folder.file("link"), folder.file("hard")})
    for (const std::vector<std::string> &arguments :
         {std::vector<std::string>{"report", lib, "-o", place},
          {"trace", lib, "--ids", "5 0", "--out", place},
          {"profile", lib, "--quick", "--report", place},
          {"generate", lib, "seven", "--alignment", place}})
      expectFailure(run(arguments), 1, "which is read");
  expectFailure(run({"compile", model, "--name", "m", "-o", weights}), 1, "which is read");
  expectFailure(run({"compile", model, "-o", out("m.so"), "--report", config}), 1, "which is read");
  EXPECT_EQ(readFile(lib), before);
  EXPECT_EQ(readFile(weights), weightsBefore);
  EXPECT_EQ(readFile(config), configBefore);
}

TEST_F(Outputs, NeedAName) {
  for (const std::vector<std::string> &arguments :
       {std::vector<std::string>{"compile", checkpoint("marian"), "-o", out("m.so"), "--report",
                                 ""},
        {"compile", checkpoint("marian"), "-o", out("m.so"), "--dump-ir", ""},
        {"report", library("number_words"), "-o", ""},
        {"generate", library("number_words"), "seven", "--alignment", ""}})
    expectFailure(run(arguments), 2, "expects the name of a file or folder");
}

} // namespace
} // namespace transept::endtoend

// SPDX-License-Identifier: Apache-2.0
//
// Files appear complete or not at all, and nothing but a regular file is ever replaced.

#include "base/OutputFile.h"

#include "base/Error.h"
#include "tests/support/TestCheckpoint.h"

#include <csignal>
#include <filesystem>
#include <functional>
#include <gmock/gmock.h>
#include <set>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

namespace transept {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class OutputFileTest : public testing::Test {
protected:
  std::string path(const std::string &name) const { return directory.path() + "/" + name; }
  std::string content(const std::string &name) const { return frontend::readBytes(path(name)); }

  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto &entry : fs::directory_iterator(directory.path()))
      all.insert(entry.path().filename());
    return all;
  }

  void expectRefused(const std::string &name, const std::string &what) {
    std::set<std::string> before = names();
    try {
      OutputFile file(path(name));
      ADD_FAILURE() << "nothing was refused";
    } catch (const InputError &error) {
      EXPECT_THAT(error.what(), testing::StartsWith("cannot write " + path(name) + ": "));
      EXPECT_THAT(error.what(), HasSubstr(what));
    }
    EXPECT_EQ(names(), before);
  }

  frontend::TemporaryDirectory directory;
};

TEST_F(OutputFileTest, ReplacesAFileOnlyAtItsEnd) {
  directory.write("a", "old");
  chmod(path("a").c_str(), 0640);
  OutputFile file(path("a"));
  file.write("ne");
  EXPECT_EQ(content("a"), "old");
  file.write("w");
  file.finish();
  EXPECT_EQ(content("a"), "new");
  struct stat status = {};
  stat(path("a").c_str(), &status);
  EXPECT_EQ(status.st_mode & 07777, 0640u);
  EXPECT_THAT(names(), testing::ElementsAre("a"));
}

TEST_F(OutputFileTest, LeavesNothingUnlessFinished) {
  {
    OutputFile(path("a")).write("text");
  }
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(OutputFileTest, TwoWritersOfOneFileDoNotDisturbEachOther) {
  OutputFile first(path("a")), second(path("a"));
  first.write("first");
  second.write("second");
  first.finish();
  EXPECT_EQ(content("a"), "first");
  second.finish();
  EXPECT_EQ(content("a"), "second");
  EXPECT_THAT(names(), testing::ElementsAre("a"));
}

TEST_F(OutputFileTest, FollowsSymbolicLinksEvenToNothing) {
  fs::create_directory(path("folder"));
  fs::create_symlink("folder/target", path("link"));
  fs::create_symlink("link", path("linkToLink"));
  writeOutputFile(path("linkToLink"), "one");
  EXPECT_EQ(content("folder/target"), "one");
  writeOutputFile(path("link"), "two");
  EXPECT_EQ(content("folder/target"), "two");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_TRUE(fs::is_symlink(path("linkToLink")));
}

TEST_F(OutputFileTest, RefusesWhatIsNoRegularFile) {
  fs::create_directory(path("folder"));
  ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
  fs::create_symlink("fifo", path("link"));
  fs::create_symlink("circle", path("circle"));
  expectRefused("folder", "it is a folder, and only a regular file is replaced");
  expectRefused("folder/", "named as a folder");
  expectRefused("fifo", "it is a FIFO");
  expectRefused("link", "it is a FIFO");
  expectRefused("circle", "symbolic links");
  expectRefused("nowhere/a", "there is no folder " + path("nowhere"));
  expectRefused("fifo/a", "");
}

TEST_F(OutputFileTest, RefusesDevices) {
  if (mknod(path("device").c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0)
    GTEST_SKIP() << "this user may not make devices";
  expectRefused("device", "it is a device");
}

TEST_F(OutputFileTest, RefusesAFolderThatAppearsMeanwhile) {
  OutputFile file(path("a"));
  fs::create_directory(path("a"));
  EXPECT_THROW(file.finish(), InputError);
  EXPECT_TRUE(fs::is_directory(path("a")));
}

TEST_F(OutputFileTest, FilesThatBelongTogetherAppearTogether) {
  directory.write("old", "old");
  std::vector<OutputFile> files;
  for (const char *name : {"new", "old", "last"})
    files.emplace_back(path(name)).write("new");
  fs::create_directory(path("last"));
  EXPECT_THROW(OutputFile::finishAll(std::move(files)), InputError);
  EXPECT_THAT(names(), testing::ElementsAre("last", "old"));
}

TEST_F(OutputFileTest, RefusesMoreThanIsFree) {
  OutputFile file(path("a"));
  file.requireSpace(1, [] { return "nobody asks"; });
  try {
    file.requireSpace(uint64_t(1) << 60, [] { return "this needs 2^60 bytes"; });
    FAIL() << "nothing was refused";
  } catch (const InputError &error) {
    EXPECT_THAT(error.what(), HasSubstr("this needs 2^60 bytes, but "));
    EXPECT_THAT(error.what(), HasSubstr(" bytes free"));
  }
}

/// The status with which a child ends that runs `work`.
int statusOf(const std::function<void()> &work) {
  pid_t child = fork();
  if (child == 0) {
    // Whoever started the tests in the background may have these ignored.
    for (int signal : {SIGHUP, SIGINT, SIGTERM})
      std::signal(signal, SIG_DFL);
    removeOutputsOnSignals();
    try {
      work();
    } catch (const InputError &error) {
      _exit(std::string_view(error.what()).ends_with(": File too large") ? 1 : 2);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

TEST_F(OutputFileTest, ALimitOfFileSizesIsAnError) {
  int status = statusOf([&] {
    struct rlimit limit = {1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    writeOutputFile(path("a"), std::string(1001, 'x'));
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1) << status;
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(OutputFileTest, SaysBeforehandThatSpaceOrALimitDoesNotSuffice) {
  auto what = [] { return std::string("it takes more"); };
  auto exitOf = [&](uint64_t bytes) {
    int status = statusOf([&] {
      struct rlimit limit = {1000, 1000};
      setrlimit(RLIMIT_FSIZE, &limit);
      OutputFile(path("a")).requireSpace(bytes, what);
    });
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  EXPECT_EQ(exitOf(1000), 0);
  EXPECT_EQ(exitOf(1001), 2);
  OutputFile file(path("b"));
  file.requireSpace(1, what);
  EXPECT_THAT(errorOf([&] { file.requireSpace(UINT64_MAX, what); }),
              testing::HasSubstr("b: it takes more, but "));
}

TEST_F(OutputFileTest, SignalsRemoveWhatIsNotFinished) {
  for (int signal : {SIGHUP, SIGINT, SIGTERM}) {
    int status = statusOf([&] {
      OutputFile first(path("a")), second(path("b"));
      first.finish();
      second.write("text");
      raise(signal);
    });
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal) << status;
    EXPECT_THAT(names(), testing::ElementsAre("a")) << signal;
  }
}

TEST_F(OutputFileTest, SignalsRemoveFilesAlsoWhereStandardInputIsClosed) {
  int status = statusOf([&] {
    close(STDIN_FILENO); // the file takes its number
    OutputFile file(path("a"));
    file.write("text");
    raise(SIGTERM);
  });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(OutputFileTest, SignalsThatAreIgnoredStayIgnored) {
  int status = statusOf([&] {
    std::signal(SIGHUP, SIG_IGN);
    removeOutputsOnSignals();
    raise(SIGHUP);
    writeOutputFile(path("a"), "text");
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(content("a"), "text");
}

} // namespace
} // namespace transept

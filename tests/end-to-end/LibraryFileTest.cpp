// SPDX-License-Identifier: Apache-2.0
//
// Files that are no libraries, or damaged ones: errors, whatever they hold.

#include "tests/end-to-end/Command.h"

#include "workbench/library/LibraryFile.h"

#include <random>

namespace transept::endtoend {
namespace {

/// Every command that takes a library refuses this one in words.
void expectRefused(const std::string &path, const std::string &what) {
  expectFailure(run({"inspect", path}), 1, what);
  expectFailure(run({"generate", path, "--ids"}, "5 1\n"), 1, what);
  expectFailure(run({"verify", path, checkpoint("t5")}), 1, what);
}

TEST(HostileLibrary, MissingFile) {
  expectRefused("/no/such/lib.so", "/no/such/lib.so");
}

TEST(HostileLibrary, Folder) {
  TemporaryFolder folder;
  expectRefused(folder.file(""), "regular file");
}

TEST(HostileLibrary, EmptyOrForeignFile) {
  TemporaryFolder folder;
  writeFile(folder.file("empty.so"), "");
  expectRefused(folder.file("empty.so"), "not a shared library");
  writeFile(folder.file("text.so"), std::string(10000, 'x'));
  expectRefused(folder.file("text.so"), "not a shared library");
  writeFile(folder.file("magic.so"), "\x7f"
                                     "ELF" +
                                         std::string(1000, '\xff'));
  expectRefused(folder.file("magic.so"), "not for x86-64");
}

TEST(HostileLibrary, AnotherSharedLibrary) {
  expectRefused("/lib/x86_64-linux-gnu/libc.so.6", "transept_model");
}

TEST(HostileLibrary, CutOff) {
  TemporaryFolder folder;
  std::string content = readFile(library("t5"));
  for (size_t size : {64ul, 1000ul, content.size() / 2, content.size() - 5000}) {
    writeFile(folder.file("cut.so"), content.substr(0, size));
    expectRefused(folder.file("cut.so"), "cut");
  }
}

/// Inspecting reads without running, so every byte may be anything.
TEST(HostileLibrary, AnyByteMayBeWrongForInspect) {
  TemporaryFolder folder;
  std::string content = readFile(library("t5")), path = folder.file("hostile.so");
  workbench::LibraryFile original = workbench::readLibraryFile(library("t5"));
  std::mt19937 random(3);
  // Headers, symbols, relocations and the table are what is read; they are in the first part.
  size_t interesting = content.size() - original.weightBytes;
  int readable = 0, refused = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string damaged = content;
    for (int change = 0; change < 1 + round % 8; ++change) {
      bool isEarly = random() % 2;
      size_t at = random() % (isEarly ? 0x2200 : interesting);
      damaged[at] = random() % 3 ? char(random()) : char(0xff);
    }
    writeFile(path, damaged);
    try {
      workbench::readLibraryFile(path);
      ++readable;
    } catch (const std::exception &) {
      ++refused;
    }
  }
  EXPECT_GT(readable, 0);
  EXPECT_GT(refused, 0);
}

TEST(LibraryFile, IsReadWithoutLoading) {
  workbench::LibraryFile file = workbench::readLibraryFile(library("marian"));
  EXPECT_EQ(file.symbol, "transept_model_marian");
  EXPECT_EQ(file.name, "marian");
  EXPECT_EQ(file.manifest.at("family"), "marian");
  EXPECT_EQ(file.manifest.at("weights").at("bytes"), file.weightBytes);
  EXPECT_GT(file.programBytes, 0u);
}

} // namespace
} // namespace transept::endtoend

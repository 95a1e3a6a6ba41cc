// SPDX-License-Identifier: Apache-2.0
//
// What is given up goes back to the system, whatever else the program has allocated since.

#include "runtime/platform/AlignedMemory.h"

#include <algorithm>
#include <cstdio>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace transept::runtime {
namespace {

std::size_t residentBytes() {
  std::FILE *file = std::fopen("/proc/self/statm", "r");
  unsigned long all = 0, resident = 0;
  EXPECT_EQ(std::fscanf(file, "%lu %lu", &all, &resident), 2);
  std::fclose(file);
  return resident * std::size_t(::sysconf(_SC_PAGESIZE));
}

TEST(AlignedMemory, GivesLargePiecesBack) {
  constexpr std::size_t megabyte = 1 << 20;
  // An allocator that has seen a large piece freed keeps the next ones.
  AlignedMemory(32 * megabyte).clear();
  std::size_t before = residentBytes();
  std::vector<AlignedMemory> pieces;
  std::vector<std::string> between;
  for (int count = 0; count < 100; ++count) {
    pieces.push_back(AlignedMemory(megabyte));
    pieces.back().clear();
    between.emplace_back(100, 'x');
  }
  EXPECT_GT(residentBytes(), before + 90 * megabyte);
  pieces.clear();
  EXPECT_LT(residentBytes(), before + 10 * megabyte);
}

TEST(AlignedMemory, IsAlignedZeroedWhereAskedAndGrows) {
  for (std::uint64_t size : {0, 1, 63, 64, 1000, (128 << 10) - 1, 128 << 10, 1 << 20}) {
    AlignedMemory memory = AlignedMemory::zeroed(size);
    EXPECT_EQ(memory.bytes(), size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.data()) % 64, 0u);
    auto *bytes = static_cast<char *>(memory.data());
    EXPECT_TRUE(std::all_of(bytes, bytes + size, [](char byte) { return byte == 0; }));
    memory.clear();
    memory.reserve(size + 1);
    EXPECT_GE(memory.bytes(), size + size / 2);
    memory.reserve(size / 2);
    EXPECT_GE(memory.bytes(), size + 1);
  }
  EXPECT_THROW(AlignedMemory(UINT64_MAX - 5), std::bad_alloc);
  EXPECT_THROW(AlignedMemory(std::uint64_t(1) << 60), std::bad_alloc);
}

} // namespace
} // namespace transept::runtime

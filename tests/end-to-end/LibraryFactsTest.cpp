// SPDX-License-Identifier: Apache-2.0
//
// What a library is to the system it goes to: one exported symbol, no strange dependencies, small.

#include "tests/end-to-end/Command.h"

#include "transept/model.h"
#include "workbench/library/LibraryFile.h"

#include <cstring>
#include <elf.h>

namespace transept::endtoend {
namespace {

/// Reads trusted files only.
class Elf {
public:
  explicit Elf(const std::string &path) : content(readFile(path)) {
    auto header = at<Elf64_Ehdr>(0);
    for (int index = 0; index < header.e_shnum; ++index)
      sections.push_back(at<Elf64_Shdr>(header.e_shoff + uint64_t(index) * sizeof(Elf64_Shdr)));
  }

  std::vector<std::string> exports() const {
    std::vector<std::string> names;
    forEach<Elf64_Sym>(SHT_DYNSYM, [&](const Elf64_Sym &symbol, const Elf64_Shdr &section) {
      if (symbol.st_shndx != SHN_UNDEF && ELF64_ST_BIND(symbol.st_info) != STB_LOCAL)
        names.push_back(nameIn(section, symbol.st_name));
    });
    return names;
  }

  std::vector<std::string> needed() const {
    std::vector<std::string> names;
    forEach<Elf64_Dyn>(SHT_DYNAMIC, [&](const Elf64_Dyn &entry, const Elf64_Shdr &section) {
      if (entry.d_tag == DT_NEEDED)
        names.push_back(nameIn(section, entry.d_un.d_val));
    });
    return names;
  }

private:
  template <typename Value> Value at(uint64_t offset) const {
    Value value;
    std::memcpy(&value, content.data() + offset, sizeof(value));
    return value;
  }

  template <typename Entry, typename Call> void forEach(uint32_t type, const Call &call) const {
    for (const Elf64_Shdr &section : sections)
      for (uint64_t offset = 0; section.sh_type == type && offset != section.sh_size;
           offset += sizeof(Entry))
        call(at<Entry>(section.sh_offset + offset), section);
  }

  std::string nameIn(const Elf64_Shdr &section, uint64_t offset) const {
    return content.c_str() + sections[section.sh_link].sh_offset + offset;
  }

  std::string content;
  std::vector<Elf64_Shdr> sections;
};

class LibraryFacts : public testing::TestWithParam<std::string> {};

TEST_P(LibraryFacts, ExportsOneSymbol) {
  EXPECT_THAT(Elf(library(GetParam())).exports(),
              testing::ElementsAre("transept_model_" + GetParam()));
}

TEST_P(LibraryFacts, NeedsOnlyTheStandardLibraries) {
  for (const std::string &name : Elf(library(GetParam())).needed())
    EXPECT_THAT(name, testing::AnyOf("libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1",
                                     "ld-linux-x86-64.so.2"));
}

TEST_P(LibraryFacts, HasASmallRuntime) {
  workbench::LibraryFile file = workbench::readLibraryFile(library(GetParam()));
  EXPECT_GT(file.runtimeBytes, 0u);
  EXPECT_LT(file.runtimeBytes, 1000000u);
  EXPECT_LT(file.fileBytes - file.weightBytes, 2000000u);
}

TEST_P(LibraryFacts, ThrowsWhatProgramsCanCatch) {
  // The runtime inside the library finds the mistake; what it throws there must be caught there.
  Model model = Model::open(library(GetParam()), {.threads = 1});
  try {
    model.encode({Id(-5)});
    FAIL() << "a negative id was encoded";
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
    EXPECT_THAT(error.what(), testing::HasSubstr("sources[0].ids[0] is -5"));
  }
}

INSTANTIATE_TEST_SUITE_P(Models, LibraryFacts, testing::Values("marian", "t5"),
                         [](const auto &info) { return info.param; });

} // namespace
} // namespace transept::endtoend

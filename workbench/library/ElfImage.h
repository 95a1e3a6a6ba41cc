// SPDX-License-Identifier: Apache-2.0
//
// A shared library's memory as the loader would lay it out, read from the file; every access is
// checked, because the file may be damaged or hostile.

#ifndef TRANSEPT_WORKBENCH_LIBRARY_ELFIMAGE_H
#define TRANSEPT_WORKBENCH_LIBRARY_ELFIMAGE_H

#include "base/MappedFile.h"

#include <cstdint>
#include <cstring>
#include <elf.h>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace transept::workbench {

class ElfImage {
public:
  /// Throws InputError when it is not a complete shared library for x86-64.
  explicit ElfImage(const std::string &path);

  /// Bytes at a memory address; all of them lie in the file.
  std::string_view bytesAt(uint64_t address, uint64_t size) const;
  /// Bytes up to the next zero byte.
  std::string_view textAt(uint64_t address) const;
  template <typename Value> Value valueAt(uint64_t address) const {
    Value value;
    std::memcpy(&value, bytesAt(address, sizeof(value)).data(), sizeof(value));
    return value;
  }
  /// The address that a pointer will hold once the library is loaded, 0 for null.
  uint64_t pointerAt(uint64_t address) const;

  /// Address of a defined dynamic symbol.
  uint64_t addressOf(const std::string &symbol) const;
  /// Bytes of a section; empty if there is none of this name.
  std::string_view section(std::string_view name) const;
  struct Function {
    std::string_view name;
    uint64_t address = 0, size = 0;
  };
  /// Calls back for each function of the static symbol table, if there is one.
  void forEachFunction(const std::function<void(const Function &function)> &call) const;
  uint64_t codeBytes() const;
  uint64_t fileBytes() const { return file.bytes().size(); }

private:
  [[noreturn]] void fail(const std::string &why) const;
  std::string_view fileBytesAt(uint64_t offset, uint64_t size) const;
  template <typename Value> Value fileValueAt(uint64_t offset) const {
    Value value;
    std::memcpy(&value, fileBytesAt(offset, sizeof(value)).data(), sizeof(value));
    return value;
  }
  uint64_t sectionCount() const;
  Elf64_Shdr sectionHeader(uint64_t index) const;
  void readHeaders();
  void readDynamicSection();
  void readRelocations(uint64_t address, uint64_t size);

  std::string path;
  MappedFile file;
  Elf64_Ehdr header = {};
  std::vector<Elf64_Phdr> segments;
  uint64_t symbols = 0, names = 0, hash = 0; // addresses
  std::map<uint64_t, uint64_t> relocated;
};

} // namespace transept::workbench

#endif

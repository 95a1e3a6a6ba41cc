// SPDX-License-Identifier: Apache-2.0
//
// Reads shared libraries without loading them: dlopen maps and runs whatever it is given, so a
// damaged or foreign file must be recognised first, and a library for another processor can only be
// looked at. Header-only, because programs that open models have nothing to link with.
#ifndef TRANSEPT_PLATFORM_ELFFILE_H
#define TRANSEPT_PLATFORM_ELFFILE_H

#include "transept/error.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <map>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace transept::platform {

/// A processor that libraries are made for.
struct ElfMachine {
  const char *name;
  Elf64_Half number;              // of e_machine
  Elf64_Xword relativeRelocation; // r_addend is the address that the pointer will hold
  std::uint64_t largestPage;      // that kernels map files by
};
inline constexpr ElfMachine kElfMachines[] = {{"x86-64", EM_X86_64, R_X86_64_RELATIVE, 4096},
                                              {"AArch64", EM_AARCH64, R_AARCH64_RELATIVE, 65536}};
/// The one that this program runs on.
#if defined(__aarch64__)
inline constexpr const ElfMachine &kThisMachine = kElfMachines[1];
#else
inline constexpr const ElfMachine &kThisMachine = kElfMachines[0];
#endif

/// A complete 64-bit little-endian shared library, mapped read-only; every access is checked
/// against its size. The file must not shrink meanwhile. For one thread at a time.
class ElfFile {
public:
  /// Throws Error if the file cannot be read or is no such library.
  explicit ElfFile(const std::string &path) : path(path) {
    map();
    try {
      readHeaders();
      readDynamicSection();
    } catch (...) {
      ::munmap(const_cast<char *>(file.data()), file.size());
      throw;
    }
  }
  ElfFile(const ElfFile &) = delete;
  ElfFile &operator=(const ElfFile &) = delete;
  ~ElfFile() { ::munmap(const_cast<char *>(file.data()), file.size()); }

  [[noreturn]] void fail(const std::string &why) const {
    throw Error(ErrorCode::Library, "cannot open model library " + path + ": " + why);
  }

  std::uint64_t size() const { return file.size(); }
  const Elf64_Ehdr &header() const { return fileHeader; }
  const ElfMachine &machine() const { return *fileMachine; }
  const std::vector<Elf64_Phdr> &segments() const { return programHeaders; }
  const std::vector<Elf64_Shdr> &sections() const { return sectionHeaders; }

  /// Bytes of the file.
  std::string_view bytes(std::uint64_t offset, std::uint64_t count) const {
    if (offset > file.size() || count > file.size() - offset)
      fail("it is damaged or cut off: it has " + std::to_string(file.size()) +
           " bytes, but must have " + std::to_string(offset) + " + " + std::to_string(count) +
           " or more");
    return file.substr(offset, count);
  }
  template <typename Value> Value value(std::uint64_t offset) const {
    return copied<Value>(bytes(offset, sizeof(Value)));
  }
  template <typename Value>
  std::vector<Value> values(std::uint64_t offset, std::uint64_t count) const {
    if (count > file.size() / sizeof(Value))
      fail("it is damaged: a table in it is longer than the file");
    std::string_view raw = bytes(offset, count * sizeof(Value));
    std::vector<Value> result(count);
    if (count != 0)
      std::memcpy(result.data(), raw.data(), raw.size());
    return result;
  }

  /// Bytes at an address of the loaded library; all of them lie in the file.
  std::string_view bytesAt(std::uint64_t address, std::uint64_t count) const {
    std::string_view rest = restAt(address);
    if (count > rest.size())
      fail("it is damaged: its tables point outside of it");
    return rest.substr(0, count);
  }
  template <typename Value> Value valueAt(std::uint64_t address) const {
    return copied<Value>(bytesAt(address, sizeof(Value)));
  }
  /// The text that begins at an address, up to its zero byte.
  std::string_view textAt(std::uint64_t address) const {
    std::string_view rest = restAt(address);
    std::size_t end = rest.find('\0');
    if (end == rest.npos)
      fail("it is damaged: a text in it has no end");
    return rest.substr(0, end);
  }
  /// The address that a pointer will hold once the library is loaded, 0 for null.
  std::uint64_t pointerAt(std::uint64_t address) const {
    const std::map<std::uint64_t, std::uint64_t> &known = relocations();
    auto found = known.find(address);
    return found == known.end() ? 0 : found->second;
  }

  /// Calls call(name, symbol) for each dynamic symbol that is defined here.
  template <typename Function> void forEachExport(const Function &call) const {
    for (std::uint64_t index = 1, count = symbolCount(); index < count; ++index) {
      auto symbol = valueAt<Elf64_Sym>(symbols + index * sizeof(Elf64_Sym));
      if (symbol.st_shndx != SHN_UNDEF)
        call(textAt(names + symbol.st_name), symbol);
    }
  }
  /// Calls call(name, symbol) for each function of the static symbol table, if there is one.
  template <typename Function> void forEachFunction(const Function &call) const {
    for (const Elf64_Shdr &table : sectionHeaders) {
      if (table.sh_type != SHT_SYMTAB || table.sh_link >= sectionHeaders.size())
        continue;
      std::string_view texts = contents(sectionHeaders[table.sh_link]);
      bytes(table.sh_offset, table.sh_size);
      for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.sh_size; at += sizeof(Elf64_Sym)) {
        auto symbol = value<Elf64_Sym>(table.sh_offset + at);
        if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF)
          call(nameIn(texts, symbol.st_name), symbol);
      }
    }
  }

  /// Bytes of the section of this name; empty if there is none.
  std::string_view section(std::string_view name) const {
    if (fileHeader.e_shstrndx >= sectionHeaders.size())
      return {};
    std::string_view texts = contents(sectionHeaders[fileHeader.e_shstrndx]);
    for (const Elf64_Shdr &each : sectionHeaders)
      if (nameIn(texts, each.sh_name) == name)
        return contents(each);
    return {};
  }
  /// Bytes of machine code, the runtime's included.
  std::uint64_t codeSize() const {
    std::uint64_t total = 0;
    for (const Elf64_Phdr &segment : programHeaders)
      if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X))
        total += segment.p_filesz;
    return total;
  }

  std::string_view contents(const Elf64_Shdr &section) const {
    return bytes(section.sh_offset, section.sh_size);
  }

private:
  void map() {
    int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
      fail(std::strerror(errno));
    struct stat status;
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
      ::close(descriptor);
      fail("it is not a regular file");
    }
    auto length = std::size_t(status.st_size);
    void *place =
        length == 0 ? MAP_FAILED : ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE, descriptor, 0);
    int reason = errno;
    ::close(descriptor);
    if (length < sizeof(Elf64_Ehdr) && place != MAP_FAILED)
      ::munmap(place, length);
    if (length < sizeof(Elf64_Ehdr))
      fail("it is not a shared library (no ELF header)");
    if (place == MAP_FAILED)
      fail(std::strerror(reason));
    file = {static_cast<const char *>(place), length};
  }

  template <typename Value> static Value copied(std::string_view raw) {
    Value result;
    std::memcpy(&result, raw.data(), sizeof(result));
    return result;
  }

  static std::string_view nameIn(std::string_view texts, std::uint64_t offset) {
    std::string_view rest = offset < texts.size() ? texts.substr(offset) : std::string_view();
    return rest.substr(0, rest.find('\0'));
  }

  void readHeaders() {
    if (std::memcmp(file.data(), ELFMAG, SELFMAG) != 0)
      fail("it is not a shared library (no ELF header)");
    fileHeader = value<Elf64_Ehdr>(0);
    auto known =
        std::find_if(std::begin(kElfMachines), std::end(kElfMachines),
                     [&](const auto &each) { return each.number == fileHeader.e_machine; });
    if (fileHeader.e_ident[EI_CLASS] != ELFCLASS64 || fileHeader.e_ident[EI_DATA] != ELFDATA2LSB ||
        known == std::end(kElfMachines))
      fail("it is not for x86-64 or AArch64");
    fileMachine = &*known;
    if (fileHeader.e_type != ET_DYN || fileHeader.e_phentsize != sizeof(Elf64_Phdr))
      fail("it is an ELF file, but not a shared library");
    programHeaders = values<Elf64_Phdr>(fileHeader.e_phoff, fileHeader.e_phnum);
    for (const Elf64_Phdr &segment : programHeaders)
      if (segment.p_type == PT_LOAD || segment.p_type == PT_DYNAMIC)
        bytes(segment.p_offset, segment.p_filesz);
    // Sections are for tools: a library that has lost them is complete for the loader.
    std::uint64_t tableSize = std::uint64_t(fileHeader.e_shnum) * sizeof(Elf64_Shdr);
    if (fileHeader.e_shentsize == sizeof(Elf64_Shdr) && fileHeader.e_shoff <= file.size() &&
        tableSize <= file.size() - fileHeader.e_shoff)
      sectionHeaders = values<Elf64_Shdr>(fileHeader.e_shoff, fileHeader.e_shnum);
  }

  void readDynamicSection() {
    std::map<std::int64_t, std::uint64_t> entries;
    for (const Elf64_Phdr &segment : programHeaders) {
      if (segment.p_type != PT_DYNAMIC)
        continue;
      for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= segment.p_filesz;
           at += sizeof(Elf64_Dyn)) {
        auto entry = value<Elf64_Dyn>(segment.p_offset + at);
        if (entry.d_tag == DT_NULL)
          break;
        entries[entry.d_tag] = entry.d_un.d_val;
      }
    }
    symbols = entries[DT_SYMTAB], names = entries[DT_STRTAB];
    hash = entries[DT_HASH], gnuHash = entries[DT_GNU_HASH];
    if (symbols == 0 || names == 0 || (hash == 0 && gnuHash == 0))
      fail("it is a shared library, but exports nothing");
    relocationTable = entries[DT_RELA], relocationTableSize = entries[DT_RELASZ];
  }

  /// Pointers by their addresses, once somebody asks for one: opening a model asks for none.
  const std::map<std::uint64_t, std::uint64_t> &relocations() const {
    if (!relocated.empty() || relocationTableSize == 0)
      return relocated;
    std::string_view table = bytesAt(relocationTable, relocationTableSize);
    for (; table.size() >= sizeof(Elf64_Rela); table.remove_prefix(sizeof(Elf64_Rela))) {
      auto relocation = copied<Elf64_Rela>(table);
      if (ELF64_R_TYPE(relocation.r_info) == fileMachine->relativeRelocation)
        relocated[relocation.r_offset] = std::uint64_t(relocation.r_addend);
    }
    return relocated;
  }

  /// What the file has of the segment from an address on.
  std::string_view restAt(std::uint64_t address) const {
    for (const Elf64_Phdr &segment : programHeaders) {
      if (segment.p_type != PT_LOAD || address < segment.p_vaddr ||
          address - segment.p_vaddr >= segment.p_filesz)
        continue;
      std::uint64_t skipped = address - segment.p_vaddr;
      return bytes(segment.p_offset + skipped, segment.p_filesz - skipped);
    }
    fail("it is damaged: its tables point outside of it");
  }

  /// The dynamic symbol table does not tell its own length; the hash tables do.
  std::uint64_t symbolCount() const {
    std::uint64_t limit = restAt(symbols).size() / sizeof(Elf64_Sym);
    if (hash != 0)
      return std::min<std::uint64_t>(valueAt<std::uint32_t>(hash + 4), limit);
    auto bucketCount = valueAt<std::uint32_t>(gnuHash);
    auto firstHashed = valueAt<std::uint32_t>(gnuHash + 4);
    auto bloomWords = valueAt<std::uint32_t>(gnuHash + 8);
    std::uint64_t buckets = gnuHash + 16 + std::uint64_t(bloomWords) * 8;
    std::uint64_t chains = buckets + std::uint64_t(bucketCount) * 4;
    std::uint64_t last = 0;
    for (std::uint32_t bucket = 0; bucket < bucketCount; ++bucket)
      last = std::max<std::uint64_t>(last, valueAt<std::uint32_t>(buckets + bucket * 4ull));
    if (last < firstHashed)
      return std::min<std::uint64_t>(firstHashed, limit);
    while (last < limit && (valueAt<std::uint32_t>(chains + (last - firstHashed) * 4) & 1) == 0)
      ++last;
    return std::min(last + 1, limit);
  }

  std::string path;
  std::string_view file; // the mapping
  Elf64_Ehdr fileHeader = {};
  const ElfMachine *fileMachine = nullptr;
  std::vector<Elf64_Phdr> programHeaders;
  std::vector<Elf64_Shdr> sectionHeaders;
  std::uint64_t symbols = 0, names = 0, hash = 0, gnuHash = 0, relocationTable = 0; // addresses
  std::uint64_t relocationTableSize = 0;
  mutable std::map<std::uint64_t, std::uint64_t> relocated; // see relocations()
};

struct ModelSymbol {
  std::string name; // transept_model_<name>
  std::uint64_t address = 0;
};

/// The one function by which a compiled model is reached, whatever the file is called. Throws Error
/// if there is none, or more than one.
inline ModelSymbol modelSymbol(const ElfFile &library) {
  ModelSymbol found;
  library.forEachExport([&](std::string_view name, const Elf64_Sym &symbol) {
    if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || !name.starts_with("transept_model_"))
      return;
    if (!found.name.empty())
      library.fail("it exports two models, " + found.name + " and " + std::string(name));
    found = {std::string(name), symbol.st_value};
  });
  if (found.name.empty())
    library.fail("it is a shared library, but exports no transept_model_* function");
  return found;
}

} // namespace transept::platform

#endif

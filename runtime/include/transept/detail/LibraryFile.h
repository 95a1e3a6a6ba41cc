// SPDX-License-Identifier: Apache-2.0
//
// Looks into a file before it is loaded: dlopen maps and runs whatever it is given, so a damaged or
// foreign file must be recognised first. Also finds the one function a compiled model exports,
// whatever the file is called.
#ifndef TRANSEPT_DETAIL_LIBRARYFILE_H
#define TRANSEPT_DETAIL_LIBRARYFILE_H

#include "transept/error.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace transept::detail {

/// A file open for reading; every access is checked against its size.
class LibraryFile {
public:
  /// Throws Error if the file cannot be read.
  explicit LibraryFile(const std::string &path) : path(path) {
    descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
      fail(std::strerror(errno));
    struct stat status;
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
      ::close(descriptor);
      fail("it is not a regular file");
    }
    size = static_cast<std::uint64_t>(status.st_size);
  }
  LibraryFile(const LibraryFile &) = delete;
  LibraryFile &operator=(const LibraryFile &) = delete;
  ~LibraryFile() { ::close(descriptor); }

  /// The name of the exported function transept_model_<name>. Throws Error if the file is not a
  /// complete shared object for x86-64 Linux that exports exactly one.
  std::string modelSymbol() {
    readHeaders();
    readDynamicSection();
    std::string found;
    for (std::uint64_t index = 1, count = symbolCount(); index < count; ++index) {
      auto symbol = readAt<Elf64_Sym>(symbols + index * sizeof(Elf64_Sym));
      if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol.st_info) != STT_FUNC)
        continue;
      std::string name = nameAt(symbol.st_name);
      if (!name.starts_with("transept_model_"))
        continue;
      if (!found.empty())
        fail("it exports two models, " + found + " and " + name);
      found = std::move(name);
    }
    if (found.empty())
      fail("it is a shared library, but exports no transept_model_* function");
    return found;
  }

private:
  [[noreturn]] void fail(const std::string &why) const {
    throw Error(ErrorCode::Library, "cannot open model library " + path + ": " + why);
  }

  void readBytes(std::uint64_t offset, void *target, std::uint64_t count) const {
    if (offset > size || count > size - offset)
      fail("it is damaged or cut off: something should be at byte " + std::to_string(offset) +
           ", but it has " + std::to_string(size) + " bytes");
    for (auto *bytes = static_cast<char *>(target); count != 0;) {
      ssize_t got = ::pread(descriptor, bytes, count, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        fail(got < 0 ? std::strerror(errno) : "it became shorter while being read");
      bytes += got;
      offset += static_cast<std::uint64_t>(got);
      count -= static_cast<std::uint64_t>(got);
    }
  }

  template <typename Value> Value readAt(std::uint64_t offset) const {
    Value value;
    readBytes(offset, &value, sizeof(value));
    return value;
  }

  void readHeaders() {
    if (size < sizeof(Elf64_Ehdr) || std::memcmp(readAt<Elf64_Ehdr>(0).e_ident, ELFMAG, SELFMAG))
      fail("it is not a shared library (no ELF header)");
    auto header = readAt<Elf64_Ehdr>(0);
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
        header.e_machine != EM_X86_64)
      fail("it is not for x86-64");
    if (header.e_type != ET_DYN || header.e_phentsize != sizeof(Elf64_Phdr))
      fail("it is an ELF file, but not a shared library");
    for (unsigned index = 0; index != header.e_phnum; ++index) {
      auto segment = readAt<Elf64_Phdr>(header.e_phoff + index * sizeof(Elf64_Phdr));
      if (segment.p_type != PT_LOAD && segment.p_type != PT_DYNAMIC)
        continue;
      if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset)
        fail("it is cut off: it has " + std::to_string(size) + " bytes, but must have " +
             std::to_string(segment.p_offset + segment.p_filesz) + " or more");
      (segment.p_type == PT_LOAD ? loaded : dynamic).push_back(segment);
    }
    if (loaded.empty() || dynamic.size() != 1)
      fail("it is an ELF file, but not a shared library (no dynamic section)");
  }

  /// Where in the file the byte of a memory address lies.
  std::uint64_t offsetOf(std::uint64_t address) const {
    for (const Elf64_Phdr &segment : loaded)
      if (address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
        return segment.p_offset + (address - segment.p_vaddr);
    fail("it is damaged: its tables point outside of it");
  }

  void readDynamicSection() {
    std::uint64_t offset = dynamic.front().p_offset;
    std::uint64_t end = offset + dynamic.front().p_filesz;
    for (; offset + sizeof(Elf64_Dyn) <= end; offset += sizeof(Elf64_Dyn)) {
      auto entry = readAt<Elf64_Dyn>(offset);
      switch (entry.d_tag) {
      case DT_NULL:
        offset = end;
        break;
      case DT_SYMTAB:
        symbols = offsetOf(entry.d_un.d_ptr);
        break;
      case DT_STRTAB:
        names = offsetOf(entry.d_un.d_ptr);
        break;
      case DT_STRSZ:
        namesSize = entry.d_un.d_val;
        break;
      case DT_HASH:
        hash = offsetOf(entry.d_un.d_ptr);
        break;
      case DT_GNU_HASH:
        gnuHash = offsetOf(entry.d_un.d_ptr);
        break;
      default:
        break;
      }
    }
    if (symbols == 0 || names == 0 || (hash == 0 && gnuHash == 0))
      fail("it is a shared library, but exports nothing");
    if (names > size || namesSize > size - names)
      fail("it is damaged: its name table points outside of it");
  }

  /// The dynamic symbol table does not tell its own length; the hash tables do.
  std::uint64_t symbolCount() const {
    std::uint64_t limit = (size - std::min(size, symbols)) / sizeof(Elf64_Sym);
    if (hash != 0)
      return std::min<std::uint64_t>(readAt<std::uint32_t>(hash + 4), limit);
    auto bucketCount = readAt<std::uint32_t>(gnuHash);
    auto firstHashed = readAt<std::uint32_t>(gnuHash + 4);
    auto bloomWords = readAt<std::uint32_t>(gnuHash + 8);
    std::uint64_t buckets = gnuHash + 16 + std::uint64_t(bloomWords) * 8;
    std::uint64_t chains = buckets + std::uint64_t(bucketCount) * 4;
    std::uint64_t last = 0;
    for (std::uint32_t bucket = 0; bucket != bucketCount; ++bucket)
      last = std::max<std::uint64_t>(last, readAt<std::uint32_t>(buckets + bucket * 4ull));
    if (last < firstHashed)
      return std::min<std::uint64_t>(firstHashed, limit);
    while (last < limit && (readAt<std::uint32_t>(chains + (last - firstHashed) * 4) & 1) == 0)
      ++last;
    return std::min(last + 1, limit);
  }

  std::string nameAt(std::uint64_t offset) const {
    char letters[256];
    std::uint64_t count =
        std::min<std::uint64_t>(sizeof(letters), namesSize - std::min(namesSize, offset));
    readBytes(names + offset, letters, count);
    std::string_view text(letters, count);
    return std::string(text.substr(0, text.find('\0')));
  }

  std::string path;
  int descriptor;
  std::uint64_t size = 0;
  std::vector<Elf64_Phdr> loaded, dynamic;
  std::uint64_t symbols = 0, names = 0, namesSize = 0, hash = 0, gnuHash = 0; // file offsets
};

} // namespace transept::detail

#endif

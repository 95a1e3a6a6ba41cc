// SPDX-License-Identifier: Apache-2.0
//
// Edits the ELF headers of a linked library; the format is that of the System V ABI, chapters 4
// and 5.

#include "compiler/emit/weights/WeightSegment.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/MathExtras.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace transept::emit {

namespace {

constexpr uint64_t kPage = 4096;
constexpr const char kSectionName[] = ".transept.weights";
constexpr const char kNoteName[] = "Transept";

class LibraryFile {
public:
  explicit LibraryFile(const std::string &path) : path(path), file(open(path.c_str(), O_RDWR)) {
    if (file < 0)
      fail(std::strerror(errno));
  }
  ~LibraryFile() { close(file); }
  LibraryFile(const LibraryFile &) = delete;

  [[noreturn]] void fail(const std::string &reason) const {
    throw std::runtime_error("cannot add weights to " + path + ": " + reason);
  }

  void read(uint64_t offset, void *bytes, uint64_t count) const {
    if (pread(file, bytes, count, off_t(offset)) != ssize_t(count))
      fail("expected " + std::to_string(count) + " bytes at offset " + std::to_string(offset));
  }

  void write(uint64_t offset, const void *bytes, uint64_t count) const {
    auto *next = static_cast<const char *>(bytes);
    while (count > 0) {
      ssize_t written = pwrite(file, next, count, off_t(offset));
      if (written <= 0)
        fail(std::strerror(errno));
      next += written, offset += written, count -= written;
    }
  }

  template <typename T> std::vector<T> readAll(uint64_t offset, uint64_t count) const {
    std::vector<T> values(count);
    read(offset, values.data(), count * sizeof(T));
    return values;
  }
  template <typename T> void writeAll(uint64_t offset, const std::vector<T> &values) const {
    write(offset, values.data(), values.size() * sizeof(T));
  }

  uint64_t size() const { return uint64_t(lseek(file, 0, SEEK_END)); }
  void resize(uint64_t size) const {
    if (ftruncate(file, off_t(size)) != 0)
      fail(std::strerror(errno));
  }

private:
  std::string path;
  int file;
};

/// Whether the note segment begins with our mark.
bool isMark(const LibraryFile &library, const Elf64_Phdr &segment) {
  if (segment.p_type != PT_NOTE || segment.p_filesz < sizeof(Elf64_Nhdr) + sizeof(kNoteName))
    return false;
  char name[sizeof(kNoteName)];
  library.read(segment.p_offset + sizeof(Elf64_Nhdr), name, sizeof(name));
  return std::memcmp(name, kNoteName, sizeof(name)) == 0;
}

/// Re-aims the relocations that refer to the mark: the table's field becomes the weights' address.
void redirectMark(const LibraryFile &library, const std::vector<Elf64_Shdr> &sections,
                  uint64_t markAddress, uint64_t weightsAddress) {
  int redirected = 0;
  for (const Elf64_Shdr &section : sections) {
    if (section.sh_type != SHT_RELA)
      continue;
    auto relocations =
        library.readAll<Elf64_Rela>(section.sh_offset, section.sh_size / sizeof(Elf64_Rela));
    for (Elf64_Rela &relocation : relocations)
      if (ELF64_R_TYPE(relocation.r_info) == R_X86_64_RELATIVE &&
          uint64_t(relocation.r_addend) == markAddress) {
        relocation.r_addend = int64_t(weightsAddress);
        ++redirected;
      }
    library.writeAll(section.sh_offset, relocations);
  }
  if (redirected != 1)
    library.fail("expected one reference to the weights, but found " + std::to_string(redirected));
}

} // namespace

void addWeightSegment(const std::string &path, int64_t size,
                      const std::function<void(const SegmentWriter &)> &write) {
  LibraryFile library(path);
  Elf64_Ehdr header;
  library.read(0, &header, sizeof(header));
  auto segments = library.readAll<Elf64_Phdr>(header.e_phoff, header.e_phnum);
  auto sections = library.readAll<Elf64_Shdr>(header.e_shoff, header.e_shnum);

  Elf64_Phdr *mark = nullptr;
  uint64_t imageEnd = 0;
  for (Elf64_Phdr &segment : segments) {
    if (segment.p_type == PT_LOAD)
      imageEnd = std::max<uint64_t>(imageEnd, segment.p_vaddr + segment.p_memsz);
    if (isMark(library, segment))
      mark = &segment;
  }
  if (!mark)
    library.fail("expected the note that marks where weights go");

  uint64_t offset = llvm::alignTo(library.size(), kPage);
  uint64_t address = llvm::alignTo(imageEnd, kPage);
  redirectMark(library, sections, mark->p_vaddr, address);
  *mark = {PT_LOAD, PF_R, offset, address, address, uint64_t(size), uint64_t(size), kPage};
  library.writeAll(header.e_phoff, segments);

  // A section as well, so that tools which rewrite the file by its sections keep the bytes.
  Elf64_Shdr &names = sections[header.e_shstrndx];
  auto text = library.readAll<char>(names.sh_offset, names.sh_size);
  uint32_t nameOffset = uint32_t(text.size());
  text.insert(text.end(), kSectionName, kSectionName + sizeof(kSectionName));
  names.sh_offset = offset + uint64_t(size);
  names.sh_size = text.size();
  Elf64_Shdr section{};
  section.sh_name = nameOffset;
  section.sh_type = SHT_PROGBITS;
  section.sh_flags = SHF_ALLOC;
  section.sh_addr = address;
  section.sh_offset = offset;
  section.sh_size = uint64_t(size);
  section.sh_addralign = kPage;
  uint64_t namesOffset = names.sh_offset;
  sections.push_back(section);
  header.e_shoff = llvm::alignTo(namesOffset + text.size(), 8);
  header.e_shnum = uint16_t(sections.size());

  library.resize(offset + uint64_t(size));
  write([&](int64_t at, const void *bytes, int64_t count) {
    if (at < 0 || count < 0 || at + count > size)
      library.fail("a weight lies outside the segment");
    library.write(offset + uint64_t(at), bytes, uint64_t(count));
  });
  library.writeAll(namesOffset, text);
  library.writeAll(header.e_shoff, sections);
  library.write(0, &header, sizeof(header));
}

} // namespace transept::emit

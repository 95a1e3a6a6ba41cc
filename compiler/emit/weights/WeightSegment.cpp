// SPDX-License-Identifier: Apache-2.0
//
// Edits the ELF headers of a linked library; the format is that of the System V ABI, chapters 4
// and 5.

#include "compiler/emit/weights/WeightSegment.h"
#include "base/Error.h"

#include "transept/platform/ElfFile.h"

#include "llvm/Support/MathExtras.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace transept::emit {

using platform::ElfFile;

namespace {

constexpr const char kSectionName[] = ".transept.weights";
constexpr const char kNoteName[] = "Transept";

/// The linked library, in which headers are changed and weights are written.
class LibraryFile {
public:
  LibraryFile(const std::string &path, const std::string &name)
      : name(name.empty() ? path : name), file(open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    if (file < 0)
      fail(std::strerror(errno));
  }
  ~LibraryFile() { close(file); }
  LibraryFile(const LibraryFile &) = delete;

  [[noreturn]] void fail(const std::string &reason) const {
    throw InputError("cannot add weights to " + name + ": " + reason);
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
  template <typename T> void writeAll(uint64_t offset, const std::vector<T> &values) const {
    write(offset, values.data(), values.size() * sizeof(T));
  }

  void resize(uint64_t size) const {
    if (ftruncate(file, off_t(size)) != 0)
      fail(std::strerror(errno));
  }

private:
  std::string name;
  int file;
};

/// Whether the note segment begins with our mark.
bool isMark(const ElfFile &linked, const Elf64_Phdr &segment) {
  if (segment.p_type != PT_NOTE || segment.p_filesz < sizeof(Elf64_Nhdr) + sizeof(kNoteName))
    return false;
  return linked.bytes(segment.p_offset + sizeof(Elf64_Nhdr), sizeof(kNoteName)) ==
         std::string_view(kNoteName, sizeof(kNoteName));
}

/// Re-aims the relocation that refers to the mark: the table's field becomes the weights' address.
void redirectMark(const ElfFile &linked, const LibraryFile &output, uint64_t markAddress,
                  uint64_t weightsAddress) {
  int redirected = 0;
  for (const Elf64_Shdr &section : linked.sections()) {
    if (section.sh_type != SHT_RELA)
      continue;
    auto relocations =
        linked.values<Elf64_Rela>(section.sh_offset, section.sh_size / sizeof(Elf64_Rela));
    for (Elf64_Rela &relocation : relocations)
      if (ELF64_R_TYPE(relocation.r_info) == linked.machine().relativeRelocation &&
          uint64_t(relocation.r_addend) == markAddress) {
        relocation.r_addend = int64_t(weightsAddress);
        ++redirected;
      }
    output.writeAll(section.sh_offset, relocations);
  }
  if (redirected != 1)
    output.fail("expected one reference to the weights, but found " + std::to_string(redirected));
}

} // namespace

void addWeightSegment(const std::string &path, int64_t size,
                      const std::function<void(const SegmentWriter &)> &write,
                      const std::string &name) {
  ElfFile linked(path);
  LibraryFile library(path, name);
  Elf64_Ehdr header = linked.header();
  std::vector<Elf64_Phdr> segments = linked.segments();
  std::vector<Elf64_Shdr> sections = linked.sections();

  Elf64_Phdr *mark = nullptr;
  uint64_t imageEnd = 0;
  for (Elf64_Phdr &segment : segments) {
    if (segment.p_type == PT_LOAD)
      imageEnd = std::max<uint64_t>(imageEnd, segment.p_vaddr + segment.p_memsz);
    if (isMark(linked, segment))
      mark = &segment;
  }
  if (!mark)
    library.fail("expected the note that marks where weights go");

  uint64_t page = linked.machine().largestPage;
  uint64_t offset = llvm::alignTo(linked.size(), page);
  uint64_t address = llvm::alignTo(imageEnd, page);
  redirectMark(linked, library, mark->p_vaddr, address);
  *mark = {PT_LOAD, PF_R, offset, address, address, uint64_t(size), uint64_t(size), page};
  library.writeAll(header.e_phoff, segments);

  // A section as well, so that tools which rewrite the file by its sections keep the bytes.
  Elf64_Shdr &names = sections[header.e_shstrndx];
  auto text = linked.values<char>(names.sh_offset, names.sh_size);
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
  section.sh_addralign = page;
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

// SPDX-License-Identifier: Apache-2.0
//
// Reads only what libraries of ours have: RELA relocations and the old hash table, which tells the
// number of dynamic symbols.

#include "workbench/library/ElfImage.h"
#include "base/Error.h"

#include <fmt/format.h>

#include <stdexcept>

namespace transept::workbench {

ElfImage::ElfImage(const std::string &path) : path(path), file(path) {
  readHeaders();
  readDynamicSection();
}

void ElfImage::fail(const std::string &why) const {
  throw InputError(fmt::format("cannot read model library {}: {}", path, why));
}

std::string_view ElfImage::fileBytesAt(uint64_t offset, uint64_t size) const {
  std::span<const std::byte> all = file.bytes();
  if (offset > all.size() || size > all.size() - offset)
    fail("it is damaged or cut off");
  return {reinterpret_cast<const char *>(all.data()) + offset, size};
}

void ElfImage::readHeaders() {
  if (fileBytes() < sizeof(header) || std::memcmp(fileBytesAt(0, SELFMAG).data(), ELFMAG, SELFMAG))
    fail("it is not a shared library (no ELF header)");
  header = fileValueAt<Elf64_Ehdr>(0);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != EM_X86_64 || header.e_type != ET_DYN ||
      header.e_phentsize != sizeof(Elf64_Phdr))
    fail("it is not a shared library for x86-64");
  for (uint64_t index = 0; index != header.e_phnum; ++index) {
    auto segment = fileValueAt<Elf64_Phdr>(header.e_phoff + index * sizeof(Elf64_Phdr));
    if (segment.p_type == PT_LOAD || segment.p_type == PT_DYNAMIC)
      fileBytesAt(segment.p_offset, segment.p_filesz);
    segments.push_back(segment);
  }
}

void ElfImage::readDynamicSection() {
  std::map<int64_t, uint64_t> entries;
  for (const Elf64_Phdr &segment : segments) {
    if (segment.p_type != PT_DYNAMIC)
      continue;
    for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= segment.p_filesz; at += sizeof(Elf64_Dyn)) {
      auto entry = fileValueAt<Elf64_Dyn>(segment.p_offset + at);
      if (entry.d_tag == DT_NULL)
        break;
      entries[entry.d_tag] = entry.d_un.d_val;
    }
  }
  symbols = entries[DT_SYMTAB], names = entries[DT_STRTAB], hash = entries[DT_HASH];
  if (!symbols || !names || !hash)
    fail("it is a shared library, but not one that transept wrote");
  readRelocations(entries[DT_RELA], entries[DT_RELASZ]);
}

void ElfImage::readRelocations(uint64_t address, uint64_t size) {
  if (size == 0)
    return;
  std::string_view table = bytesAt(address, size);
  for (; table.size() >= sizeof(Elf64_Rela); table.remove_prefix(sizeof(Elf64_Rela))) {
    Elf64_Rela relocation;
    std::memcpy(&relocation, table.data(), sizeof(relocation));
    if (ELF64_R_TYPE(relocation.r_info) == R_X86_64_RELATIVE)
      relocated[relocation.r_offset] = uint64_t(relocation.r_addend);
  }
}

std::string_view ElfImage::bytesAt(uint64_t address, uint64_t size) const {
  for (const Elf64_Phdr &segment : segments) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr)
      continue;
    uint64_t offset = address - segment.p_vaddr;
    if (offset <= segment.p_filesz && size <= segment.p_filesz - offset)
      return fileBytesAt(segment.p_offset + offset, size);
  }
  fail("it is damaged: its tables point outside of it");
}

std::string_view ElfImage::textAt(uint64_t address) const {
  bytesAt(address, 1);
  for (const Elf64_Phdr &segment : segments) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr ||
        address - segment.p_vaddr >= segment.p_filesz)
      continue;
    uint64_t offset = address - segment.p_vaddr;
    std::string_view rest = fileBytesAt(segment.p_offset + offset, segment.p_filesz - offset);
    if (size_t end = rest.find('\0'); end != rest.npos)
      return rest.substr(0, end);
  }
  fail("it is damaged: a text in it has no end");
}

uint64_t ElfImage::pointerAt(uint64_t address) const {
  auto found = relocated.find(address);
  return found == relocated.end() ? 0 : found->second;
}

uint64_t ElfImage::addressOf(const std::string &symbol) const {
  auto count = valueAt<uint32_t>(hash + 4);
  for (uint64_t index = 1; index < count; ++index) {
    auto entry = valueAt<Elf64_Sym>(symbols + index * sizeof(Elf64_Sym));
    if (entry.st_shndx != SHN_UNDEF && textAt(names + entry.st_name) == symbol)
      return entry.st_value;
  }
  fail("it exports no " + symbol);
}

uint64_t ElfImage::sectionCount() const {
  return header.e_shentsize == sizeof(Elf64_Shdr) ? header.e_shnum : 0;
}

Elf64_Shdr ElfImage::sectionHeader(uint64_t index) const {
  return fileValueAt<Elf64_Shdr>(header.e_shoff + index * sizeof(Elf64_Shdr));
}

/// The text that begins at `offset` of a section of texts.
static std::string_view nameIn(std::string_view texts, uint64_t offset) {
  std::string_view rest = offset < texts.size() ? texts.substr(offset) : std::string_view();
  return rest.substr(0, rest.find('\0'));
}

std::string_view ElfImage::section(std::string_view name) const {
  if (header.e_shstrndx >= sectionCount())
    return {};
  Elf64_Shdr nameSection = sectionHeader(header.e_shstrndx);
  std::string_view names = fileBytesAt(nameSection.sh_offset, nameSection.sh_size);
  for (uint64_t index = 0; index != sectionCount(); ++index)
    if (Elf64_Shdr section = sectionHeader(index); nameIn(names, section.sh_name) == name)
      return fileBytesAt(section.sh_offset, section.sh_size);
  return {};
}

void ElfImage::forEachFunction(const std::function<void(const Function &)> &call) const {
  for (uint64_t index = 0; index != sectionCount(); ++index) {
    Elf64_Shdr table = sectionHeader(index);
    if (table.sh_type != SHT_SYMTAB || table.sh_link >= sectionCount())
      continue;
    Elf64_Shdr nameSection = sectionHeader(table.sh_link);
    std::string_view allNames = fileBytesAt(nameSection.sh_offset, nameSection.sh_size);
    fileBytesAt(table.sh_offset, table.sh_size);
    for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.sh_size; at += sizeof(Elf64_Sym)) {
      auto symbol = fileValueAt<Elf64_Sym>(table.sh_offset + at);
      if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF)
        call({nameIn(allNames, symbol.st_name), symbol.st_value, symbol.st_size});
    }
  }
}

uint64_t ElfImage::codeBytes() const {
  uint64_t bytes = 0;
  for (const Elf64_Phdr &segment : segments)
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X))
      bytes += segment.p_filesz;
  return bytes;
}

} // namespace transept::workbench

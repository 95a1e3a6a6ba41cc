// SPDX-License-Identifier: Apache-2.0
//
// The records of PKWARE's APPNOTE.TXT 6.3 that stored members need. Checksums are not computed, as
// torch does not either: that would read every weight once more.

#include "checkpoints/ZipDirectory.h"

#include "base/Error.h"
#include "base/Json.h"
#include "checkpoints/ByteReader.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::checkpoints {

namespace {

constexpr uint32_t localSignature = 0x04034b50, centralSignature = 0x02014b50;
constexpr uint32_t endSignature = 0x06054b50, end64Signature = 0x06064b50;
constexpr uint32_t locator64Signature = 0x07064b50;
constexpr size_t endSize = 22, locator64Size = 20, longestComment = 0xffff;
constexpr uint16_t extension64 = 1, isEncrypted = 1;

/// Where the central directory is and how many members it lists.
struct End {
  uint64_t offset = 0, size = 0, count = 0;
  uint64_t position = 0; // of the first record behind the directory
};

template <typename Number> Number numberAt(std::span<const std::byte> bytes, size_t at) {
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

/// The position of the end record: the last one whose comment reaches the end of the file.
size_t findEnd(std::span<const std::byte> bytes, const std::string &origin) {
  if (bytes.size() >= endSize)
    for (size_t at = bytes.size() - endSize;; --at) {
      if (numberAt<uint32_t>(bytes, at) == endSignature &&
          at + endSize + numberAt<uint16_t>(bytes, at + endSize - 2) == bytes.size())
        return at;
      if (at == 0 || bytes.size() - at >= endSize + longestComment)
        break;
    }
  throw InputError(fmt::format("{}: a zip archive ends with its directory, but this file does not; "
                               "it is cut short or damaged",
                               origin));
}

/// The 64-bit end record, where the locator in front of the end record leads to one.
bool readEnd64(std::span<const std::byte> bytes, const std::string &origin, End &end) {
  if (end.position < locator64Size ||
      numberAt<uint32_t>(bytes, end.position - locator64Size) != locator64Signature)
    return false;
  ByteReader reader(bytes, origin);
  reader.seek(end.position - locator64Size + 8);
  uint64_t at = reader.number<uint64_t>();
  reader.seek(at);
  if (reader.number<uint32_t>() != end64Signature)
    reader.fail("the zip archive's 64-bit end record is not where its locator says");
  reader.take(8 + 2 + 2 + 4 + 4 + 8); // size, versions, disks, members on this disk
  end.count = reader.number<uint64_t>();
  end.size = reader.number<uint64_t>();
  end.offset = reader.number<uint64_t>();
  end.position = at;
  return true;
}

End readEnd(std::span<const std::byte> bytes, const std::string &origin) {
  End end;
  end.position = findEnd(bytes, origin);
  ByteReader reader(bytes, origin);
  reader.seek(end.position + 4);
  bool isOnePart = reader.number<uint32_t>() == 0;
  auto countHere = reader.number<uint16_t>();
  end.count = reader.number<uint16_t>();
  end.size = reader.number<uint32_t>();
  end.offset = reader.number<uint32_t>();
  if (!readEnd64(bytes, origin, end) && (!isOnePart || countHere != end.count))
    reader.fail("the zip archive is one of several parts, which cannot be read");
  if (end.offset > end.position || end.size != end.position - end.offset)
    throw InputError(fmt::format("{}: the zip archive's directory is said to be {} bytes from "
                                 "offset {}, but it ends at {}; the file is damaged",
                                 origin, end.size, end.offset, end.position));
  return end;
}

/// Replaces the numbers that do not fit in 32 bits by those of the 64-bit extension.
void readExtension64(ByteReader extra, ZipDirectory::Member &member) {
  while (extra.remaining() >= 4) {
    auto kind = extra.number<uint16_t>();
    auto length = extra.number<uint16_t>();
    std::span<const std::byte> field = extra.take(length);
    if (kind != extension64)
      continue;
    ByteReader numbers(field, "64-bit extension");
    for (uint64_t *number : {&member.size, &member.storedSize, &member.headerOffset})
      if (*number == UINT32_MAX)
        *number = numbers.number<uint64_t>();
    return;
  }
}

} // namespace

ZipDirectory::ZipDirectory(std::span<const std::byte> bytes, std::string origin)
    : bytes(bytes), origin(std::move(origin)) {
  End end = readEnd(bytes, this->origin);
  directoryOffset = end.offset;
  ByteReader reader(bytes.first(size_t(end.position)), this->origin);
  reader.seek(end.offset);
  for (uint64_t index = 0; index < end.count; ++index) {
    if (reader.number<uint32_t>() != centralSignature)
      reader.fail("the zip archive's directory has no entry here; the file is damaged");
    reader.take(4); // versions
    Member member;
    auto flags = reader.number<uint16_t>();
    member.method = reader.number<uint16_t>();
    reader.take(8); // time, date, checksum
    member.storedSize = reader.number<uint32_t>();
    member.size = reader.number<uint32_t>();
    auto nameSize = reader.number<uint16_t>(), extraSize = reader.number<uint16_t>();
    auto commentSize = reader.number<uint16_t>();
    reader.take(8); // disk, attributes
    member.headerOffset = reader.number<uint32_t>();
    std::string_view name = reader.text(nameSize);
    readExtension64(ByteReader(reader.take(extraSize), this->origin), member);
    reader.take(commentSize);
    if (flags & isEncrypted)
      reader.fail(fmt::format("member {} is encrypted, which cannot be read", quoteText(name)));
    if (!directory.try_emplace(std::string(name), member).second)
      reader.fail(fmt::format("member {} is there twice", quoteText(name)));
    if (member.headerOffset > end.offset || member.storedSize > end.offset - member.headerOffset)
      reader.fail(fmt::format("member {} of {} bytes at offset {} lies beyond the data, which ends "
                              "at {}",
                              quoteText(name), member.storedSize, member.headerOffset, end.offset));
  }
}

std::span<const std::byte> ZipDirectory::bytesOf(std::string_view name) const {
  auto found = directory.find(name);
  if (found == directory.end())
    throw InputError(fmt::format("{}: there is no member {}", origin, quoteText(name)));
  const Member &member = found->second;
  if (member.method != 0)
    throw InputError(fmt::format("{}: member {} is compressed (method {}); only stored members can "
                                 "be read, as torch and numpy.savez write them",
                                 origin, quoteText(name), member.method));
  ByteReader reader(bytes.first(size_t(directoryOffset)), origin);
  reader.seek(member.headerOffset);
  if (reader.number<uint32_t>() != localSignature)
    reader.fail(fmt::format("member {} does not begin here; the file is damaged", quoteText(name)));
  reader.take(22); // version, flags, method, time, date, checksum, sizes
  auto nameSize = reader.number<uint16_t>(), extraSize = reader.number<uint16_t>();
  if (reader.text(nameSize) != name)
    reader.fail(fmt::format("member {} has another name in its own header", quoteText(name)));
  reader.take(extraSize);
  if (member.size != member.storedSize)
    reader.fail(fmt::format("member {} is stored, but takes {} bytes for {}", quoteText(name),
                            member.storedSize, member.size));
  return reader.take(member.size);
}

} // namespace transept::checkpoints

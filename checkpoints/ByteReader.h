// SPDX-License-Identifier: Apache-2.0
//
// Binary formats from outside are read through this: little-endian numbers and runs of bytes, none
// of them beyond the end.

#ifndef TRANSEPT_CHECKPOINTS_BYTEREADER_H
#define TRANSEPT_CHECKPOINTS_BYTEREADER_H

#include "base/Error.h"

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace transept::checkpoints {

static_assert(std::endian::native == std::endian::little, "the formats are little-endian");

/// A position in bytes that it does not own. `origin` begins every error.
class ByteReader {
public:
  ByteReader(std::span<const std::byte> bytes, std::string origin)
      : bytes(bytes), origin(std::move(origin)) {}

  size_t position() const { return at; }
  size_t remaining() const { return bytes.size() - at; }
  /// Throws InputError when it lies beyond the end.
  void seek(uint64_t position) {
    if (position > bytes.size())
      fail("position " + std::to_string(position) + " is beyond the end");
    at = size_t(position);
  }

  /// The next `count` bytes, in place.
  std::span<const std::byte> take(uint64_t count) {
    if (count > remaining())
      fail(std::to_string(count) + " bytes are expected, but only " + std::to_string(remaining()) +
           " are left");
    at += size_t(count);
    return bytes.subspan(at - size_t(count), size_t(count));
  }

  std::string_view text(uint64_t count) {
    std::span<const std::byte> run = take(count);
    return {reinterpret_cast<const char *>(run.data()), run.size()};
  }

  template <std::integral Number> Number number() {
    Number value;
    std::memcpy(&value, take(sizeof(value)).data(), sizeof(value));
    return value;
  }

  /// The text up to the next line feed, which is skipped.
  std::string_view line() {
    std::string_view rest(reinterpret_cast<const char *>(bytes.data()) + at, remaining());
    size_t length = rest.find('\n');
    if (length == std::string_view::npos)
      fail("a line does not end");
    at += length + 1;
    return rest.substr(0, length);
  }

  [[noreturn]] void fail(const std::string &what) const {
    throw InputError(origin + ": at byte " + std::to_string(at) + ": " + what);
  }

private:
  std::span<const std::byte> bytes;
  std::string origin;
  size_t at = 0;
};

} // namespace transept::checkpoints

#endif

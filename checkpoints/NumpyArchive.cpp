// SPDX-License-Identifier: Apache-2.0
//
// The header of an array (numpy/lib/format.py, versions 1 to 3) is the text of a Python dictionary
// with three keys; it is read as text, nothing is evaluated.

#include "checkpoints/NumpyArchive.h"

#include "base/Json.h"
#include "checkpoints/ByteReader.h"
#include "checkpoints/ZipDirectory.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace transept::checkpoints {

namespace {

constexpr std::string_view magic = "\x93NUMPY", ending = ".npy";
constexpr uint64_t maximumHeaderBytes = 1 << 16;
constexpr size_t maximumRank = 16;

/// The dictionary's text, from left to right.
class Header {
public:
  Header(std::string_view text, TensorInfo &info, const ByteReader &reader)
      : rest(text), info(info), reader(reader) {}

  void read() {
    bool hasType = false, hasOrder = false, hasShape = false;
    expect('{');
    while (!skips('}')) {
      std::string_view key = quoted();
      expect(':');
      if (key == "descr" && !hasType)
        readType(), hasType = true;
      else if (key == "fortran_order" && !hasOrder)
        readOrder(), hasOrder = true;
      else if (key == "shape" && !hasShape)
        readShape(), hasShape = true;
      else
        fail(fmt::format("key {} in the header", quoteText(key)));
      skips(',');
    }
    if (!hasType || !hasOrder || !hasShape)
      fail("the header lacks one of descr, fortran_order and shape");
    if (isColumnMajor)
      setStrides();
  }

private:
  [[noreturn]] void fail(const std::string &what) const {
    reader.fail(fmt::format("array {}: {}", quoteText(info.name), what));
  }

  bool skips(char c) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \n"), rest.size()));
    if (rest.empty() || rest.front() != c)
      return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!skips(c))
      fail(fmt::format("'{}' is expected in the header before {}", c, quoteText(rest)));
  }

  std::string_view quoted() {
    expect('\'');
    size_t end = rest.find('\'');
    if (end == rest.npos)
      fail("a text in the header does not end");
    std::string_view text = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return text;
  }

  void readType() {
    constexpr std::pair<std::string_view, ElementType> types[] = {
        {"b1", ElementType::Bool}, {"i1", ElementType::I8},  {"u1", ElementType::U8},
        {"i2", ElementType::I16},  {"u2", ElementType::U16}, {"i4", ElementType::I32},
        {"u4", ElementType::U32},  {"i8", ElementType::I64}, {"u8", ElementType::U64},
        {"f2", ElementType::F16},  {"f4", ElementType::F32}, {"f8", ElementType::F64}};
    std::string_view text = quoted();
    for (const auto &[name, type] : types)
      if (text.size() == 3 && text.substr(1) == name && (text[0] == '<' || text[0] == '|')) {
        info.type = type;
        return;
      }
    fail(fmt::format("found type {}, allowed are '<' or '|' with {}", quoteText(text),
                     "b1, i1, u1, i2, u2, i4, u4, i8, u8, f2, f4 or f8"));
  }

  void readOrder() {
    isColumnMajor = skips('T');
    std::string_view letters = isColumnMajor ? "rue" : "False";
    rest.remove_prefix(std::min(rest.find_first_not_of(" \n"), rest.size()));
    if (!rest.starts_with(letters))
      fail("fortran_order is neither True nor False");
    rest.remove_prefix(letters.size());
  }

  void readShape() {
    expect('(');
    while (!skips(')')) {
      int64_t size = 0;
      auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
      if (error != std::errc() || size < 0 || info.shape.size() == maximumRank)
        fail(fmt::format("found shape {}, allowed are at most {} sizes of 0 or more",
                         quoteText(rest), maximumRank));
      rest.remove_prefix(size_t(end - rest.data()));
      info.shape.push_back(size);
      skips(',');
    }
  }

  /// The first dimension varies fastest.
  void setStrides() {
    int64_t stride = 1;
    for (int64_t size : info.shape) {
      info.strides.push_back(stride);
      if (__builtin_mul_overflow(stride, std::max<int64_t>(size, 1), &stride))
        fail("the product of its shape overflows");
    }
  }

  std::string_view rest;
  TensorInfo &info;
  const ByteReader &reader;
  bool isColumnMajor = false;
};

TensorInfo readArray(std::span<const std::byte> bytes, std::string name,
                     const std::string &origin) {
  ByteReader reader(bytes, fmt::format("{}: member {}", origin, quoteText(name)));
  if (bytes.size() < magic.size() || reader.text(magic.size()) != magic)
    reader.fail("a numpy array begins otherwise");
  auto version = reader.number<uint8_t>();
  reader.take(1);
  if (version < 1 || version > 3)
    reader.fail(fmt::format("found version {} of the format, allowed are 1 to 3", version));
  uint64_t size = version == 1 ? reader.number<uint16_t>() : reader.number<uint32_t>();
  if (size > maximumHeaderBytes)
    reader.fail(
        fmt::format("found a header of {} bytes, allowed are {}", size, maximumHeaderBytes));
  TensorInfo info;
  info.name = std::move(name);
  info.file = origin;
  Header(reader.text(size), info, reader).read();
  int64_t wanted = elementSize(info.type);
  for (int64_t dimension : info.shape)
    if (__builtin_mul_overflow(wanted, dimension, &wanted))
      reader.fail(fmt::format("the product of its shape {} overflows", formatShape(info.shape)));
  if (uint64_t(wanted) != reader.remaining())
    reader.fail(fmt::format("{} numbers of shape {} take {} bytes, but {} follow",
                            elementTypeName(info.type), formatShape(info.shape), wanted,
                            reader.remaining()));
  info.data = reader.take(uint64_t(wanted));
  return info;
}

} // namespace

std::vector<TensorInfo> parseNumpyArchive(std::span<const std::byte> bytes,
                                          const std::string &origin) {
  ZipDirectory archive(bytes, origin);
  std::vector<TensorInfo> tensors;
  tensors.reserve(archive.members().size());
  for (const auto &[name, member] : archive.members()) {
    if (!std::string_view(name).ends_with(ending))
      throw InputError(fmt::format("{}: member {} is no array: their names end in {}", origin,
                                   quoteText(name), ending));
    tensors.push_back(
        readArray(archive.bytesOf(name), name.substr(0, name.size() - ending.size()), origin));
  }
  return tensors;
}

} // namespace transept::checkpoints

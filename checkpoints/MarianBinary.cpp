// SPDX-License-Identifier: Apache-2.0
//
// Version 1 (marian-dev, src/common/binary.cpp): headers of all tensors, their names, their shapes,
// a gap, their contents. Matrices of bytes are stored transposed, but for embeddings, with the
// multiplier behind the last byte; a number is the byte divided by it.

#include "checkpoints/MarianBinary.h"

#include "base/Json.h"
#include "checkpoints/ByteReader.h"

#include <cmath>
#include <fmt/format.h>

namespace transept::checkpoints {

namespace {

constexpr uint64_t version = 1, headerBytes = 32, intgemm8 = 0x4101;
constexpr uint64_t maximumNameBytes = 1000, maximumRank = 16;

struct Item {
  uint64_t nameLength = 0, type = 0, rank = 0, size = 0;
  TensorInfo info;
};

class MarianReader {
public:
  MarianReader(std::span<const std::byte> bytes, const std::string &origin)
      : origin(origin), reader(bytes, origin) {}

  std::vector<TensorInfo> read() {
    readHeaders();
    for (Item &item : items)
      readName(item);
    for (Item &item : items)
      readShape(item);
    reader.take(reader.number<uint64_t>()); // up to the next multiple of 256 bytes
    std::vector<TensorInfo> tensors;
    tensors.reserve(items.size());
    for (Item &item : items) {
      readContent(item);
      tensors.push_back(std::move(item.info));
    }
    return tensors;
  }

private:
  void readHeaders() {
    if (auto found = reader.number<uint64_t>(); found != version)
      reader.fail(
          fmt::format("found version {} of Marian's binary format, allowed is {}", found, version));
    auto count = reader.number<uint64_t>();
    if (count > reader.remaining() / headerBytes)
      reader.fail(
          fmt::format("{} tensors are said to follow, but there is no room for so many", count));
    items.resize(size_t(count));
    for (Item &item : items)
      for (uint64_t *number : {&item.nameLength, &item.type, &item.rank, &item.size})
        *number = reader.number<uint64_t>();
  }

  void readName(Item &item) {
    if (item.nameLength == 0 || item.nameLength > maximumNameBytes)
      reader.fail(fmt::format("found a name of {} bytes, allowed are 1 to {}", item.nameLength,
                              maximumNameBytes));
    std::string_view name = reader.text(item.nameLength);
    if (name.back() != '\0')
      reader.fail(fmt::format("the name {} does not end with a zero", quoteText(name)));
    name.remove_suffix(1);
    item.info.name = name;
    item.info.file = origin;
  }

  void readShape(Item &item) {
    if (item.rank > maximumRank)
      reader.fail(fmt::format("tensor {} has {} dimensions, allowed are {}",
                              quoteText(item.info.name), item.rank, maximumRank));
    for (uint64_t dimension = 0; dimension < item.rank; ++dimension) {
      auto size = reader.number<int32_t>();
      if (size < 0)
        reader.fail(fmt::format("tensor {} has a dimension of {}, allowed are 0 or more",
                                quoteText(item.info.name), size));
      item.info.shape.push_back(size);
    }
  }

  ElementType typeOf(const Item &item) const {
    constexpr std::pair<uint64_t, ElementType> types[] = {
        {0x0101, ElementType::I8},  {0x0201, ElementType::U8},  {0x0104, ElementType::I32},
        {0x0204, ElementType::U32}, {0x0402, ElementType::F16}, {0x0404, ElementType::F32},
        {0x0408, ElementType::F64}, {intgemm8, ElementType::I8}};
    for (auto [code, type] : types)
      if (code == item.type)
        return type;
    reader.fail(fmt::format("tensor {} has type {:#06x}, allowed are f32 (0x0404), f16, f64, int8, "
                            "int32 and intgemm8 (0x4101); layouts of one processor cannot be read",
                            quoteText(item.info.name), item.type));
  }

  void readContent(Item &item) {
    TensorInfo &info = item.info;
    info.type = typeOf(item);
    bool isQuantized = item.type == intgemm8;
    int64_t wanted = elementSize(info.type);
    for (int64_t size : info.shape)
      if (__builtin_mul_overflow(wanted, size, &wanted))
        reader.fail(fmt::format("the product of the shape {} of tensor {} overflows",
                                formatShape(info.shape), quoteText(info.name)));
    uint64_t needed = uint64_t(wanted) + (isQuantized ? sizeof(float) : 0);
    if (item.size < needed)
      reader.fail(fmt::format("tensor {} of shape {} takes {} bytes, but has {}",
                              quoteText(info.name), formatShape(info.shape), needed, item.size));
    // What is left of them is padding.
    std::span<const std::byte> bytes = reader.take(item.size);
    info.data = bytes.first(size_t(wanted));
    if (isQuantized)
      setQuantized(info, bytes.subspan(size_t(wanted), sizeof(float)));
  }

  void setQuantized(TensorInfo &info, std::span<const std::byte> multiplier) const {
    float divisor = 0;
    std::memcpy(&divisor, multiplier.data(), sizeof(divisor));
    if (!std::isfinite(divisor) || divisor <= 0 || info.shape.size() != 2)
      reader.fail(
          fmt::format("tensor {} of shape {} has multiplier {}, allowed are matrices with a "
                      "finite one above 0",
                      quoteText(info.name), formatShape(info.shape), divisor));
    info.divisor = divisor;
    if (info.name.find("Wemb") == std::string::npos)
      info.strides = {1, info.shape[0]};
  }

  const std::string &origin;
  ByteReader reader;
  std::vector<Item> items;
};

} // namespace

bool isMarianBinary(std::span<const std::byte> bytes) {
  if (bytes.size() < 2 * sizeof(uint64_t))
    return false;
  ByteReader reader(bytes, "");
  return reader.number<uint64_t>() == version &&
         reader.number<uint64_t>() <= reader.remaining() / headerBytes;
}

std::vector<TensorInfo> parseMarianBinary(std::span<const std::byte> bytes,
                                          const std::string &origin) {
  return MarianReader(bytes, origin).read();
}

} // namespace transept::checkpoints

// SPDX-License-Identifier: Apache-2.0
//
// The format of one file: 8 bytes of header length, a JSON header, then the data without gaps. The
// checks are those of the reference implementation (safetensors 0.4, tensor.rs), each with the
// place.

#include "checkpoints/Safetensors.h"

#include "base/Error.h"
#include "base/Json.h"
#include "base/PointerFile.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::checkpoints {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t maximumHeaderBytes = 100'000'000;
constexpr size_t maximumRank = 16;

ElementType parseType(const Json &value, const std::string &where) {
  std::string name = toText(value, where);
  if (auto type = findElementType(name))
    return *type;
  refuseValue(value, where, "F32, F16, BF16 or another type of the safetensors format");
}

struct Entry {
  TensorInfo info;
  int64_t begin = 0, end = 0;
};

Entry parseEntry(const std::string &name, const Json &value, const std::string &origin) {
  std::string where = fmt::format("{}: tensor '{}'", origin, name);
  JsonFields fields(value, where);
  auto need = [&](const char *key) -> const Json & {
    if (const Json *field = fields.find(key))
      return *field;
    throw InputError(fmt::format("{}: {} is missing", where, key));
  };
  Entry entry;
  entry.info.name = name;
  entry.info.file = origin;
  entry.info.type = parseType(need("dtype"), fields.where("dtype"));

  const Json &shape = need("shape");
  if (!shape.is_array() || shape.size() > maximumRank)
    refuseValue(shape, fields.where("shape"),
                fmt::format("an array of at most {} dimensions", maximumRank));
  int64_t bytes = elementSize(entry.info.type);
  for (const Json &dimension : shape) {
    int64_t size = toInteger(dimension, fields.where("shape"), {.minimum = 0});
    if (__builtin_mul_overflow(bytes, size, &bytes))
      throw InputError(
          fmt::format("{}: the product of its shape {} overflows", where, quoteJson(shape)));
    entry.info.shape.push_back(size);
  }

  const Json &offsets = need("data_offsets");
  if (!offsets.is_array() || offsets.size() != 2)
    refuseValue(offsets, fields.where("data_offsets"), "[begin, end]");
  entry.begin = toInteger(offsets[0], fields.where("data_offsets"), {.minimum = 0});
  entry.end = toInteger(offsets[1], fields.where("data_offsets"), {.minimum = 0});
  if (entry.end < entry.begin || entry.end - entry.begin != bytes)
    throw InputError(fmt::format("{}: data_offsets {} hold {} bytes, but {} of shape {} needs {}",
                                 where, quoteJson(offsets), entry.end - entry.begin,
                                 elementTypeName(entry.info.type), formatShape(entry.info.shape),
                                 bytes));
  for (const std::string &key : fields.unreadKeys())
    throw InputError(
        fmt::format("{}: unknown key '{}', allowed are dtype, shape, data_offsets", where, key));
  return entry;
}

void checkMetadata(const Json &value, const std::string &origin) {
  std::string where = origin + ": __metadata__";
  if (!value.is_object())
    refuseValue(value, where, "an object of strings");
  for (const auto &[key, text] : value.items())
    toText(text, where + "." + key);
}

/// The header's text; checks the length in front of it.
std::string_view headerText(std::span<const std::byte> bytes, const std::string &origin) {
  refusePointerFile({reinterpret_cast<const char *>(bytes.data()), bytes.size()}, origin);
  uint64_t length = 0;
  if (bytes.size() < sizeof(length))
    throw InputError(
        fmt::format("{}: {} bytes, a safetensors file begins with 8 bytes of header length", origin,
                    bytes.size()));
  std::memcpy(&length, bytes.data(), sizeof(length));
  if (length > maximumHeaderBytes)
    throw InputError(fmt::format("{}: header length {}, at most {} are allowed", origin, length,
                                 maximumHeaderBytes));
  if (length > bytes.size() - sizeof(length))
    throw InputError(fmt::format("{}: truncated: header length {}, but only {} bytes follow",
                                 origin, length, bytes.size() - sizeof(length)));
  std::string_view text(reinterpret_cast<const char *>(bytes.data()) + sizeof(length), length);
  if (text.empty() || text.front() != '{')
    throw InputError(fmt::format("{}: the header does not begin with '{{'", origin));
  return text;
}

} // namespace

std::vector<TensorInfo> parseSafetensors(std::span<const std::byte> bytes,
                                         const std::string &origin) {
  std::string_view text = headerText(bytes, origin);
  Json header = parseJson(text, origin, {.bytes = int64_t(maximumHeaderBytes)});
  std::vector<Entry> entries;
  for (const auto &[name, value] : header.items()) {
    if (name == "__metadata__")
      checkMetadata(value, origin);
    else
      entries.push_back(parseEntry(name, value, origin));
  }
  std::sort(entries.begin(), entries.end(), [](const Entry &left, const Entry &right) {
    return std::pair(left.begin, left.end) < std::pair(right.begin, right.end);
  });

  std::span<const std::byte> data = bytes.subspan(sizeof(uint64_t) + text.size());
  int64_t position = 0;
  std::vector<TensorInfo> tensors;
  for (Entry &entry : entries) {
    if (entry.begin != position)
      throw InputError(
          fmt::format("{}: tensor '{}' begins at offset {}, but the data before it ends at "
                      "{}: {}",
                      origin, entry.info.name, entry.begin, position,
                      entry.begin < position ? "they overlap" : "there is a gap"));
    if (entry.end > int64_t(data.size()))
      throw InputError(
          fmt::format("{}: truncated: tensor '{}' ends at offset {}, but only {} bytes of "
                      "data are there",
                      origin, entry.info.name, entry.end, data.size()));
    entry.info.data = data.subspan(size_t(entry.begin), size_t(entry.end - entry.begin));
    position = entry.end;
    tensors.push_back(std::move(entry.info));
  }
  if (position != int64_t(data.size()))
    throw InputError(fmt::format("{}: {} bytes of data, but the tensors take {}", origin,
                                 data.size(), position));
  return tensors;
}

} // namespace transept::checkpoints

// SPDX-License-Identifier: Apache-2.0
//
// The layout: mark, version, kind, number of sections, their sizes, the sections.

#include "media/tokenizers/CompiledAsset.h"

#include "base/Error.h"

#include <cstring>
#include <fmt/format.h>

namespace transept::text {

namespace {

// No text and no message of protocol buffers begins with it.
constexpr std::string_view mark = "\x07transept";
/// To be raised when any of the tables changes.
constexpr uint32_t version = 2;

uint32_t numberAt(std::string_view bytes, size_t position) {
  uint32_t value = 0;
  std::memcpy(&value, bytes.data() + position, sizeof(value));
  return value;
}

} // namespace

bool isCompiled(std::string_view bytes) {
  return bytes.starts_with(mark);
}

std::string writeCompiled(CompiledKind kind, std::span<const std::string_view> sections) {
  std::string result(mark);
  auto add = [&](size_t number) {
    auto value = uint32_t(number);
    if (value != number)
      throw InputError(fmt::format("the tokenizer has a table of {} bytes", number));
    result += bytesOf(value);
  };
  add(version);
  add(uint32_t(kind));
  add(sections.size());
  for (std::string_view each : sections)
    add(each.size());
  for (std::string_view each : sections)
    result += each;
  return result;
}

std::vector<std::string_view> readCompiled(std::string_view bytes, std::string_view name,
                                           CompiledKind kind, size_t count) {
  auto refuse = [&](std::string_view what) {
    throw InputError(fmt::format("{}: a compiled asset {}", name, what));
  };
  constexpr size_t header = mark.size() + 3 * sizeof(uint32_t);
  if (!isCompiled(bytes) || bytes.size() < header)
    refuse("is damaged");
  if (numberAt(bytes, mark.size()) != version)
    refuse(fmt::format("of version {}, allowed is {}", numberAt(bytes, mark.size()), version));
  size_t found = numberAt(bytes, mark.size() + 8);
  if (numberAt(bytes, mark.size() + 4) != uint32_t(kind) || found < count)
    refuse("holds other tables than those of its name");
  if (found > (bytes.size() - header) / sizeof(uint32_t))
    refuse("is damaged");
  std::string_view rest = bytes.substr(header + found * sizeof(uint32_t));
  std::vector<std::string_view> sections;
  for (size_t index = 0; index < found; ++index) {
    size_t size = numberAt(bytes, header + index * sizeof(uint32_t));
    if (size > rest.size())
      refuse("is damaged");
    sections.push_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return sections;
}

void copySection(std::string_view section, std::string_view name, void *value, size_t size) {
  if (section.size() != size)
    throw InputError(fmt::format("{}: a compiled asset is damaged", name));
  std::memcpy(value, section.data(), size);
}

} // namespace transept::text

// SPDX-License-Identifier: Apache-2.0
//
// What a library carries in place of a checkpoint's large files: tables that are used where they
// lie, without being read first. A compiled asset is a mark, a version and sections of bytes.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_COMPILEDASSET_H
#define TRANSEPT_MEDIA_TOKENIZERS_COMPILEDASSET_H

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace transept::text {

/// What the sections are; part of the file.
enum class CompiledKind : uint32_t { Vocabulary = 1, Pieces = 2, Merges = 3, Model = 4 };

/// Whether the bytes are a compiled asset and not a file of a checkpoint.
bool isCompiled(std::string_view bytes);

std::string writeCompiled(CompiledKind kind, std::span<const std::string_view> sections);
inline std::string writeCompiled(CompiledKind kind,
                                 std::initializer_list<std::string_view> sections) {
  return writeCompiled(kind, std::span(sections.begin(), sections.size()));
}

/// The sections as views of `bytes`, at least `count`. Throws InputError, which names `name`, where
/// they are damaged or of another kind or version.
std::vector<std::string_view> readCompiled(std::string_view bytes, std::string_view name,
                                           CompiledKind kind, size_t count);

/// A structure as a section, and back. Throws InputError where the section has another size.
template <typename Value> std::string_view bytesOf(const Value &value) {
  return {reinterpret_cast<const char *>(&value), sizeof(Value)};
}
void copySection(std::string_view section, std::string_view name, void *value, size_t size);

} // namespace transept::text

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The manifest: what a person or a tool may want to know of a library without running it. Each of
// its structures is one list of fields, from which JSON is written and read; whoever fills one in
// must name every field (-Wmissing-field-initializers).

#ifndef TRANSEPT_BASE_LIBRARYMANIFEST_H
#define TRANSEPT_BASE_LIBRARYMANIFEST_H

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace transept::manifest {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;
using Texts = std::map<std::string, std::string>;

template <typename Value> void write(Json &object, const char *key, const Value &value) {
  object[key] = value;
}
template <typename Value>
void write(Json &object, const char *key, const std::optional<Value> &value) {
  if (value)
    object[key] = *value;
}
template <typename Value> void read(const Json &object, const char *key, Value &value) {
  object.at(key).get_to(value);
}
template <typename Value>
void read(const Json &object, const char *key, std::optional<Value> &value) {
  if (object.contains(key))
    value = object.at(key).get<Value>();
}

#define DECLARE(type, name) type name;
#define WRITE(type, name) write(json, #name, value.name);
#define READ(type, name) read(json, #name, value.name);
#define STRUCTURE(Name, FIELDS)                                                                    \
  struct Name {                                                                                    \
    FIELDS(DECLARE)                                                                                \
  };                                                                                               \
  inline void to_json(Json &json, const Name &value) {                                             \
    json = Json::object();                                                                         \
    FIELDS(WRITE)                                                                                  \
  }                                                                                                \
  inline void from_json(const Json &json, Name &value) {                                           \
    FIELDS(READ)                                                                                   \
  }

// clang-format off: one field a line
/// `type` is that of all matrices.
#define FIELDS(FIELD) \
  FIELD(std::string, type) \
  FIELD(int64_t, bytes)
STRUCTURE(Weights, FIELDS)
#undef FIELDS

#define FIELDS(FIELD) \
  FIELD(std::string, type)
STRUCTURE(Caches, FIELDS)
#undef FIELDS

/// Through how many products (or tables, which are rounded alike) and attentions, one after
/// another, the results of a program have gone: rounding errors grow with them.
#define FIELDS(FIELD) \
  FIELD(int64_t, products) \
  FIELD(int64_t, attentions)
STRUCTURE(ProgramDepth, FIELDS)
#undef FIELDS

#define FIELDS(FIELD) \
  FIELD(ProgramDepth, encode) \
  FIELD(ProgramDepth, decode)
STRUCTURE(Depth, FIELDS)
#undef FIELDS

#define FIELDS(FIELD) \
  FIELD(std::string, name) \
  FIELD(Names, features) \
  FIELD(std::string, compiled_for)
STRUCTURE(Level, FIELDS)
#undef FIELDS

/// `features` are those without which nothing of the library runs.
#define FIELDS(FIELD) \
  FIELD(Names, features) \
  FIELD(std::vector<Level>, levels)
STRUCTURE(Processors, FIELDS)
#undef FIELDS

/// The most that any level needs.
#define FIELDS(FIELD) \
  FIELD(int64_t, bytes_per_row) \
  FIELD(int64_t, bytes_per_worker) \
  FIELD(int64_t, bytes_per_worker_and_key)
STRUCTURE(WorkingMemory, FIELDS)
#undef FIELDS

#define FIELDS(FIELD) \
  FIELD(int64_t, encoder_cache_bytes_per_source_token) \
  FIELD(int64_t, self_cache_bytes_per_target_token_and_beam) \
  FIELD(int64_t, cache_block_tokens) \
  FIELD(WorkingMemory, encode) \
  FIELD(WorkingMemory, decode)
STRUCTURE(Memory, FIELDS)
#undef FIELDS

#define FIELDS(FIELD) \
  FIELD(std::string, kind) \
  FIELD(Names, files) \
  FIELD(Texts, settings)
STRUCTURE(Tokenizer, FIELDS)
#undef FIELDS

/// A model that came as textual IR alone has no description.
#define FIELDS(FIELD) \
  FIELD(std::string, format) \
  FIELD(uint32_t, abi_version) \
  FIELD(std::string, name) \
  FIELD(std::string, family) \
  FIELD(Weights, weights) \
  FIELD(Caches, caches) \
  FIELD(Depth, depth) \
  FIELD(Processors, cpu) \
  FIELD(Memory, memory) \
  FIELD(Tokenizer, tokenizer) \
  FIELD(std::optional<Json>, description)
STRUCTURE(Manifest, FIELDS)
#undef FIELDS
// clang-format on

#undef DECLARE
#undef WRITE
#undef READ
#undef STRUCTURE

} // namespace transept::manifest

#endif

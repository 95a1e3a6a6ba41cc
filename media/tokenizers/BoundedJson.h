// SPDX-License-Identifier: Apache-2.0
//
// JSON of a checkpoint's author, not ours: bounded in depth, errors that name the file.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_BOUNDEDJSON_H
#define TRANSEPT_MEDIA_TOKENIZERS_BOUNDEDJSON_H

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace transept::text {

using Json = nlohmann::json;

/// Parses an object; throws InputError with `name` in front.
Json parseObject(std::string_view text, std::string_view name);
/// Parses any value.
Json parseValue(std::string_view text, std::string_view name);
/// Parses one member of an object, whatever the others hold; null where it is not there.
Json parseMember(std::string_view text, std::string_view name, std::string_view member);

/// An id of at most 2^31 - 1; throws InputError with `where` in front.
int32_t parseId(const Json &json, const std::string &where);

/// A value as errors quote it, shortened.
std::string quote(const Json &json);

} // namespace transept::text

#endif

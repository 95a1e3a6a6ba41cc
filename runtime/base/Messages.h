// SPDX-License-Identifier: Apache-2.0
//
// Builds the runtime's error messages in one form: what, which value, what is allowed.
#ifndef TRANSEPT_RUNTIME_BASE_MESSAGES_H
#define TRANSEPT_RUNTIME_BASE_MESSAGES_H

#include "transept/error.h"

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace transept::runtime {

inline std::string text(std::string_view value) {
  return std::string(value);
}
inline std::string text(std::integral auto value) {
  return std::to_string(value);
}
inline std::string text(std::floating_point auto value) {
  if (value != value)
    return "nan"; // its sign says nothing
  char digits[32];
  return std::string(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
}

/// Throws Error: the parts one after another.
template <typename... Parts>
[[noreturn, gnu::cold]] void fail(ErrorCode code, const Parts &...parts) {
  std::string message;
  ((message += text(parts)), ...);
  throw Error(code, message);
}

/// Throws Error "<what> is <value>, but must be <allowed>".
template <typename Value>
[[noreturn, gnu::cold]] void failArgument(std::string_view what, Value value,
                                          std::string_view allowed) {
  fail(ErrorCode::InvalidArgument, what, " is ", value, ", but must be ", allowed);
}

/// "0 to 999"
inline std::string rangeText(std::uint64_t first, std::uint64_t last) {
  return text(first) + " to " + text(last);
}

} // namespace transept::runtime

#endif

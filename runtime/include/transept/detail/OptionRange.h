// SPDX-License-Identifier: Apache-2.0
//
// The range of an option, as generation_options.inc writes it, for all who check it or name it.
#ifndef TRANSEPT_DETAIL_OPTIONRANGE_H
#define TRANSEPT_DETAIL_OPTIONRANGE_H

#include <charconv>
#include <cstdint>
#include <string>

namespace transept::detail {

/// Both bounds are allowed. Every 32-bit integer is exact as a double.
struct OptionRange {
  double minimum, maximum;

  constexpr bool contains(std::int64_t value) const {
    return double(value) >= minimum && double(value) <= maximum;
  }
  /// The bounds themselves are in it, rounded as every value is. False for what is no number.
  constexpr bool contains(float value) const {
    return value >= float(minimum) && value <= float(maximum);
  }
  constexpr bool isBoundedAbove() const { return maximum != INT32_MAX; }

  /// "1 to 1024" or "0 or more"
  std::string text() const {
    return isBoundedAbove() ? text(minimum) + " to " + text(maximum) : text(minimum) + " or more";
  }

private:
  /// Bounds that are no integers are written as the values they bound are.
  static std::string text(double value) {
    auto integer = std::int64_t(value);
    if (double(integer) == value)
      return std::to_string(integer);
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof(digits), float(value)).ptr};
  }
};

constexpr OptionRange between(double minimum, double maximum) {
  return {minimum, maximum};
}
/// Up to the largest integer that the ABI has.
constexpr OptionRange atLeast(double minimum) {
  return {minimum, INT32_MAX};
}

} // namespace transept::detail

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Results on their way to JavaScript, which reads JSON faster than structures field by field.
#ifndef TRANSEPT_BINDINGS_WEB_JSONTEXT_H
#define TRANSEPT_BINDINGS_WEB_JSONTEXT_H

#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

namespace transept::web {

/// Writes one value; commas come by themselves.
class JsonText {
public:
  JsonText &begin(char bracket) {
    comma();
    text += bracket;
    needsComma = false;
    return *this;
  }
  JsonText &end(char bracket) {
    text += bracket;
    needsComma = true;
    return *this;
  }
  JsonText &key(std::string_view name) {
    string(name);
    text += ':';
    needsComma = false;
    return *this;
  }
  JsonText &string(std::string_view value) {
    comma();
    text += '"';
    for (char letter : value)
      if (letter == '"' || letter == '\\')
        text += {'\\', letter};
      else if (static_cast<unsigned char>(letter) < 0x20)
        escape(letter);
      else
        text += letter;
    text += '"';
    return *this;
  }
  /// What JSON cannot say, infinities and what is no number, is null.
  JsonText &number(double value) {
    char buffer[32] = "null";
    if (std::isfinite(value))
      std::snprintf(buffer, sizeof buffer, "%.9g", value);
    comma();
    text += buffer;
    return *this;
  }
  template <typename Numbers> JsonText &numbers(const Numbers &values) {
    begin('[');
    for (auto value : values)
      number(double(value));
    return end(']');
  }

  std::string take() { return std::move(text); }

private:
  void comma() {
    if (needsComma)
      text += ',';
    needsComma = true;
  }
  void escape(char letter) {
    constexpr char digits[] = "0123456789abcdef";
    text += "\\u00";
    text += digits[letter >> 4 & 15];
    text += digits[letter & 15];
  }

  std::string text;
  bool needsComma = false;
};

} // namespace transept::web

#endif

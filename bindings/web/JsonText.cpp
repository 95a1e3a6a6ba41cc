// SPDX-License-Identifier: Apache-2.0
//
// Texts are UTF-8 already; only what JSON forbids is escaped.

#include "bindings/web/JsonText.h"

#include <cmath>
#include <cstdio>

namespace transept::web {

JsonText &JsonText::begin(char bracket) {
  comma();
  text += bracket;
  needsComma = false;
  return *this;
}

JsonText &JsonText::end(char bracket) {
  text += bracket;
  needsComma = true;
  return *this;
}

JsonText &JsonText::key(std::string_view name) {
  string(name);
  text += ':';
  needsComma = false;
  return *this;
}

JsonText &JsonText::string(std::string_view value) {
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

JsonText &JsonText::number(double value) {
  char buffer[32] = "null";
  if (std::isfinite(value))
    std::snprintf(buffer, sizeof buffer, "%.9g", value);
  comma();
  text += buffer;
  return *this;
}

void JsonText::comma() {
  if (needsComma)
    text += ',';
  needsComma = true;
}

void JsonText::escape(char letter) {
  constexpr char digits[] = "0123456789abcdef";
  text += "\\u00";
  text += digits[letter >> 4 & 15];
  text += digits[letter & 15];
}

} // namespace transept::web

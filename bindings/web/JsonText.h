// SPDX-License-Identifier: Apache-2.0
//
// Results on their way to JavaScript, which reads JSON faster than structures field by field.
#ifndef TRANSEPT_BINDINGS_WEB_JSONTEXT_H
#define TRANSEPT_BINDINGS_WEB_JSONTEXT_H

#include <string>
#include <string_view>
#include <utility>

namespace transept::web {

/// Writes one value; commas come by themselves.
class JsonText {
public:
  JsonText &begin(char bracket);
  JsonText &end(char bracket);
  JsonText &key(std::string_view name);
  JsonText &string(std::string_view value);
  /// What JSON cannot say, infinities and what is no number, is null.
  JsonText &number(double value);
  template <typename Numbers> JsonText &numbers(const Numbers &values) {
    begin('[');
    for (auto value : values)
      number(double(value));
    return end(']');
  }

  std::string take() { return std::move(text); }

private:
  void comma();
  void escape(char letter);

  std::string text;
  bool needsComma = false;
};

} // namespace transept::web

#endif

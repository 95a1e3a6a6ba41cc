// SPDX-License-Identifier: Apache-2.0
//
// Line by line: `key: value`, `key: [a, b]`, or `key:` and an `- item` on each line that follows.

#include "base/FlatYaml.h"

#include "base/Error.h"
#include "base/Json.h"

#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t maximumBytes = size_t(1) << 20;
constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

template <typename Number> bool isWhole(std::string_view text, Number &number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

class FlatYaml {
public:
  explicit FlatYaml(const std::string &origin) : origin(origin) {}

  Json read(std::string_view text) {
    if (text.size() > maximumBytes)
      throw InputError(fmt::format("{}: found {} bytes of options, allowed are at most {}", origin,
                                   text.size(), maximumBytes));
    while (!text.empty()) {
      size_t end = text.find('\n');
      ++lineNumber;
      readLine(text.substr(0, end));
      text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return std::move(options);
  }

private:
  [[noreturn]] void fail(std::string_view found) const {
    throw InputError(
        fmt::format("{}: line {}: found {}, allowed are `key: value`, `key: [a, b]` and "
                    "lists of `- value`",
                    origin, lineNumber, quoteText(found)));
  }

  void readLine(std::string_view line) {
    line = line.substr(0, endOfContent(line));
    std::string_view content = trimmed(line);
    if (content.empty() || content == "---" || content == "...")
      return;
    if (content == "-" || content.starts_with("- "))
      return addItem(trimmed(content.substr(1)), line);
    if (blanks.find(line.front()) != blanks.npos)
      fail(line);
    size_t colon = endOfKey(content);
    if (colon == content.npos)
      fail(line);
    Json key = scalar(trimmed(content.substr(0, colon)));
    std::string name = key.is_string() ? key.get<std::string>() : key.dump();
    if (options.contains(name))
      throw InputError(
          fmt::format("{}: line {}: {} is there twice", origin, lineNumber, quoteText(name)));
    options[name] = value(trimmed(content.substr(colon + 1)));
    last = name;
  }

  void addItem(std::string_view item, std::string_view line) {
    if (last.empty() || !(options[last].is_null() || options[last].is_array()))
      fail(line);
    if (endOfKey(item) != item.npos)
      fail(line);
    options[last].push_back(scalar(item));
  }

  /// Where a comment begins.
  static size_t endOfContent(std::string_view line) {
    char quote = 0;
    for (size_t at = 0; at < line.size(); ++at) {
      char c = line[at];
      if (quote)
        quote = c == quote ? 0 : quote;
      else if ((c == '"' || c == '\'') && (at == 0 || line[at - 1] == ' ' || line[at - 1] == '['))
        quote = c;
      else if (c == '#' && (at == 0 || blanks.find(line[at - 1]) != blanks.npos))
        return at;
    }
    return line.size();
  }

  /// The colon behind a key.
  static size_t endOfKey(std::string_view text) {
    size_t from = 0;
    if (!text.empty() && (text.front() == '"' || text.front() == '\''))
      from = std::min(text.find(text.front(), 1), text.size());
    for (size_t at = text.find(':', from); at != text.npos; at = text.find(':', at + 1))
      if (at + 1 == text.size() || text[at + 1] == ' ')
        return at;
    return text.npos;
  }

  Json value(std::string_view text) const {
    if (text.empty() || text.front() != '[')
      return scalar(text);
    if (text.back() != ']')
      fail(text);
    Json list = Json::array();
    text = trimmed(text.substr(1, text.size() - 2));
    while (!text.empty()) {
      size_t comma = std::min(text.find(','), text.size());
      list.push_back(scalar(trimmed(text.substr(0, comma))));
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return list;
  }

  Json scalar(std::string_view text) const {
    if (text.empty() || text == "~" || text == "null")
      return nullptr;
    if (text.front() == '"' || text.front() == '\'') {
      if (text.size() < 2 || text.back() != text.front() || text.find('\\') != text.npos)
        fail(text);
      return std::string(text.substr(1, text.size() - 2));
    }
    if (std::string_view("{}&*!|>%@`[]").find(text.front()) != text.npos)
      fail(text);
    if (text == "true" || text == "false")
      return text == "true";
    int64_t integer = 0;
    if (isWhole(text, integer))
      return integer;
    double number = 0;
    if (isWhole(text, number))
      return number;
    return std::string(text);
  }

  std::string origin, last;
  int64_t lineNumber = 0;
  Json options = Json::object();
};

} // namespace

Json parseFlatYaml(std::string_view text, const std::string &origin) {
  return FlatYaml(origin).read(text);
}

} // namespace transept

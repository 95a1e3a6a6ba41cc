// SPDX-License-Identifier: Apache-2.0
//
// The body is walked once; contents are not copied.

#include "serve/Multipart.h"

#include "serve/Errors.h"

#include "base/Json.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace transept::serve {

namespace {

constexpr size_t kMostParts = 64, kMostHeaderBytes = 4096, kMostBoundary = 70;

[[noreturn]] void refuse(const std::string &what) {
  throw HttpError(400, "multipart/form-data: " + what);
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char each) { return std::tolower(each); });
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// What follows the first `;` of a header, one `name=value` or `name="value"` after another.
class HeaderParameters {
public:
  explicit HeaderParameters(std::string_view header) {
    size_t end = std::min(header.find(';'), header.size());
    value = lowered(trimmed(header.substr(0, end)));
    rest = header.substr(end);
    while (!(rest = trimmed(rest)).empty())
      readOne();
  }

  std::optional<std::string> find(std::string_view name) const {
    for (const auto &[each, text] : found)
      if (each == name)
        return text;
    return std::nullopt;
  }

  std::string value; // what stands before the parameters

private:
  void readOne() {
    if (rest.front() != ';')
      refuse("expects ; before a parameter of a header");
    rest = trimmed(rest.substr(1));
    if (rest.empty())
      return; // a ; at the end does no harm
    size_t equals = rest.find('=');
    if (equals == rest.npos)
      refuse("a parameter of a header has no value");
    std::string name = lowered(trimmed(rest.substr(0, equals)));
    rest.remove_prefix(equals + 1);
    std::string text = !rest.empty() && rest.front() == '"' ? quoted() : token();
    if (find(name))
      refuse("a header has the parameter " + quoteText(name) + " twice");
    found.emplace_back(std::move(name), std::move(text));
  }

  /// Browsers write %22 for a quote, others \" for it.
  std::string quoted() {
    std::string text;
    for (size_t at = 1; at < rest.size(); ++at) {
      if (rest[at] == '"') {
        rest.remove_prefix(at + 1);
        return text;
      }
      if (rest[at] == '\\' && at + 1 < rest.size() && (rest[at + 1] == '"' || rest[at + 1] == '\\'))
        ++at;
      text += rest[at];
    }
    refuse("a quote in a header is not closed");
  }

  std::string token() {
    size_t end = std::min(rest.find(';'), rest.size());
    std::string text(trimmed(rest.substr(0, end)));
    rest.remove_prefix(end);
    return text;
  }

  std::string_view rest;
  std::vector<std::pair<std::string, std::string>> found;
};

std::string boundaryOf(const std::string &contentType) {
  HeaderParameters header(contentType);
  if (header.value != "multipart/form-data")
    throw HttpError(415, fmt::format("Content-Type is {}, but must be multipart/form-data",
                                     quoteText(contentType)));
  std::optional<std::string> boundary = header.find("boundary");
  bool isAllowed =
      boundary && !boundary->empty() && boundary->size() <= kMostBoundary &&
      boundary->back() != ' ' &&
      std::ranges::all_of(*boundary, [](char each) { return each >= ' ' && each <= '~'; });
  if (!isAllowed)
    refuse("expects a boundary of 1 to 70 printable characters in Content-Type");
  return *boundary;
}

void readHeader(std::string_view line, FormPart &part, bool &hasDisposition) {
  size_t colon = line.find(':');
  if (colon == line.npos)
    refuse("a line of a part's header has no colon");
  std::string name = lowered(line.substr(0, colon));
  std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "content-type") {
    part.contentType = value;
  } else if (name == "content-transfer-encoding") {
    std::string encoding = lowered(value);
    if (encoding != "binary" && encoding != "8bit" && encoding != "7bit")
      refuse("Content-Transfer-Encoding is " + quoteText(encoding) + ", but must be binary");
  } else if (name == "content-disposition") {
    HeaderParameters header(value);
    if (hasDisposition || header.value != "form-data")
      refuse("each part must have one Content-Disposition, form-data");
    hasDisposition = true;
    part.name = header.find("name").value_or("");
    part.fileName = header.find("filename").value_or("");
  } else if (name != "content-length") {
    refuse("a part has the header " + quoteText(name) +
           ", allowed are Content-Disposition, Content-Type and Content-Transfer-Encoding");
  }
}

/// Takes a part's header, with the empty line behind it, from the front of `rest`.
FormPart takeHeader(std::string_view &rest) {
  FormPart part;
  bool hasDisposition = false;
  size_t bytes = 0;
  while (true) {
    size_t end = rest.substr(0, kMostHeaderBytes - bytes).find("\r\n");
    if (end == rest.npos)
      refuse(fmt::format("the header of a part does not end within {} bytes", kMostHeaderBytes));
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    bytes += end + 2;
    if (line.empty())
      break;
    readHeader(line, part, hasDisposition);
  }
  if (part.name.empty())
    refuse("a part has no name in its Content-Disposition");
  return part;
}

} // namespace

std::vector<FormPart> parseMultipart(std::string_view body, const std::string &contentType) {
  const std::string delimiter = "\r\n--" + boundaryOf(contentType);
  std::string_view rest = body;
  if (!rest.starts_with(std::string_view(delimiter).substr(2)))
    refuse("the body does not begin with its boundary");
  rest.remove_prefix(delimiter.size() - 2);
  std::vector<FormPart> parts;
  while (!rest.starts_with("--")) {
    if (!rest.starts_with("\r\n"))
      refuse("a boundary is not at the end of its line");
    rest.remove_prefix(2);
    if (parts.size() == kMostParts)
      refuse(fmt::format("there are more than {} parts", kMostParts));
    FormPart part = takeHeader(rest);
    size_t end = rest.find(delimiter);
    if (end == rest.npos)
      refuse("the part " + quoteText(part.name) + " has no boundary behind it");
    part.content = rest.substr(0, end);
    rest.remove_prefix(end + delimiter.size());
    parts.push_back(std::move(part));
  }
  rest.remove_prefix(2);
  if (!rest.empty() && rest != "\r\n")
    refuse("there is something behind the last boundary");
  return parts;
}

} // namespace transept::serve

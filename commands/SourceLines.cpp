// SPDX-License-Identifier: Apache-2.0
//
// Reads with read(2), because only then poll(2) can tell whether more is there.

#include "commands/SourceLines.h"
#include "base/Error.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace transept::commands {

std::vector<SourceLine> SourceLines::next(size_t maximumCount) {
  std::vector<SourceLine> lines;
  while (lines.size() < maximumCount) {
    if (takeLine(lines))
      continue;
    if (isAtEnd || (!lines.empty() && !hasMoreNow()))
      break;
    readMore();
  }
  return lines;
}

bool SourceLines::takeLine(std::vector<SourceLine> &lines) {
  if (lineCount < texts.size()) {
    lines.push_back({lineCount + 1, texts[lineCount]});
    ++lineCount;
    return true;
  }
  size_t end = buffer.find('\n', searched);
  bool isLast = end == std::string::npos && isAtEnd && begin != buffer.size();
  if (end == std::string::npos && !isLast) {
    searched = buffer.size();
    return false;
  }
  if (isLast)
    end = buffer.size();
  lines.push_back({++lineCount, buffer.substr(begin, end - begin)});
  begin = searched = std::min(end + 1, buffer.size());
  return true;
}

void SourceLines::readMore() {
  buffer.erase(0, begin);
  searched -= begin;
  begin = 0;
  char bytes[65536];
  ssize_t count = ::read(descriptor, bytes, sizeof(bytes));
  if (count < 0 && errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "cannot read standard input");
  if (count == 0)
    isAtEnd = true;
  if (count > 0)
    buffer.append(bytes, size_t(count));
}

bool SourceLines::hasMoreNow() const {
  pollfd state{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&state, 1, /*timeout=*/0) > 0;
}

std::vector<Id> parseIds(std::string_view text, size_t vocabularySize, const std::string &where) {
  constexpr std::string_view blanks = " \t\r";
  std::string place = where.empty() ? "" : where + ": ";
  std::vector<Id> ids;
  for (size_t at = text.find_first_not_of(blanks); at != text.npos;
       at = text.find_first_not_of(blanks, at)) {
    std::string_view word = text.substr(at, text.find_first_of(blanks, at) - at);
    at += word.size();
    int64_t id = 0;
    auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (end != word.data() + word.size() || error == std::errc::invalid_argument)
      throw InputError(fmt::format("{}expects token ids separated by spaces, but got '{}'", place,
                                   word.substr(0, 40)));
    if (error != std::errc() || id < 0 || uint64_t(id) >= vocabularySize)
      throw InputError(fmt::format("{}expects ids from 0 to {}, but got {}", place,
                                   vocabularySize - 1, word.substr(0, 40)));
    ids.push_back(Id(id));
  }
  return ids;
}

std::vector<std::vector<Id>> parseIdsOfOption(const std::string &option,
                                              const std::vector<std::string> &values,
                                              size_t vocabularySize) {
  std::vector<std::vector<Id>> all;
  for (const std::string &value : values) {
    std::string where = values.size() == 1 ? option : fmt::format("{} {}", option, all.size() + 1);
    all.push_back(parseIds(value, vocabularySize, where));
  }
  return all;
}

} // namespace transept::commands

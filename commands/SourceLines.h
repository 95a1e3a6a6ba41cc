// SPDX-License-Identifier: Apache-2.0
//
// Lines of standard input, as many at a time as are there: a program that sends one line and waits
// for its result gets it, and a file comes in full batches. Or texts of the command line.

#ifndef TRANSEPT_COMMANDS_SOURCELINES_H
#define TRANSEPT_COMMANDS_SOURCELINES_H

#include "transept/options.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace transept::commands {

struct SourceLine {
  size_t number = 0; // from 1
  std::string text;  // without its newline
};

/// Reads a descriptor, where the last line needs no newline; or gives texts, each as a line.
class SourceLines {
public:
  explicit SourceLines(int descriptor) : descriptor(descriptor) {}
  explicit SourceLines(std::vector<std::string> texts)
      : descriptor(-1), texts(std::move(texts)), isAtEnd(true) {}

  /// Waits for one line, then takes those already there, at most `maximumCount`; none at the end.
  std::vector<SourceLine> next(size_t maximumCount);

private:
  bool takeLine(std::vector<SourceLine> &lines);
  void readMore();
  bool hasMoreNow() const;

  int descriptor;
  std::vector<std::string> texts;
  std::string buffer;
  size_t begin = 0, searched = 0; // where the next line begins, where to look for its end
  size_t lineCount = 0;
  bool isAtEnd = false;
};

/// "5 17 0" -> {5, 17, 0}. Throws InputError for what is not an id below `vocabularySize`; the
/// message begins with `where` and a colon unless that is empty.
std::vector<Id> parseIds(std::string_view text, size_t vocabularySize,
                         const std::string &where = "");

/// parseIds for the values of an option that may be repeated, which is named in errors.
std::vector<std::vector<Id>> parseIdsOfOption(const std::string &option,
                                              const std::vector<std::string> &values,
                                              size_t vocabularySize);

} // namespace transept::commands

#endif

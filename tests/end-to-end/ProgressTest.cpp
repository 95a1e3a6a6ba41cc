// SPDX-License-Identifier: Apache-2.0
//
// Who watches a terminal sees how far `generate` is; files and pipes get nothing of it.

#include "tests/end-to-end/Command.h"

#include <algorithm>
#include <fcntl.h>
#include <stdlib.h>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;

/// What the command writes to standard error, a terminal.
std::string shown(const std::string &command, const std::string &input) {
  TemporaryFolder folder;
  writeFile(folder.file("in"), input);
  int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  EXPECT_GE(terminal, 0);
  EXPECT_EQ(::grantpt(terminal) | ::unlockpt(terminal), 0);
  std::string name = ::ptsname(terminal),
              line = command + " <" + folder.file("in") + " >" + folder.file("out") + " 2>" + name;
  int open = ::open(name.c_str(), O_RDWR | O_NOCTTY); // what was written stays while one is open
  EXPECT_EQ(std::system(line.c_str()), 0) << line;
  ::fcntl(terminal, F_SETFL, O_NONBLOCK);
  std::string text(65536, '\0');
  ssize_t size = ::read(terminal, text.data(), text.size());
  ::close(open);
  ::close(terminal);
  return text.substr(0, size_t(std::max<ssize_t>(0, size)));
}

TEST(Progress, OfLinesIsShownOnATerminalOnly) {
  std::string lines;
  for (int line = 0; line < 150; ++line)
    lines += "5 6 7 1\n";
  std::string command = std::string(TRANSEPT_COMMAND) + " generate " + library("t5") + " --ids";
  std::string text = shown(command, lines);
  EXPECT_THAT(text, HasSubstr("64 lines"));
  EXPECT_THAT(text, HasSubstr("128 lines"));
  EXPECT_TRUE(text.ends_with("\r\x1b[K")) << text;
  EXPECT_EQ(run({"generate", library("t5"), "--ids"}, lines).errors, "");
}

} // namespace
} // namespace transept::endtoend

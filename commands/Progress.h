// SPDX-License-Identifier: Apache-2.0
//
// One line on standard error that says what long work is doing, when someone is watching.

#ifndef TRANSEPT_COMMANDS_PROGRESS_H
#define TRANSEPT_COMMANDS_PROGRESS_H

#include <cstdio>
#include <string>
#include <unistd.h>

namespace transept::commands {

class Progress {
public:
  /// Silent unless standard error is a terminal.
  Progress() : isShown(isatty(STDERR_FILENO)) {}
  ~Progress() { clear(); }

  void show(const std::string &what, double share) {
    int percent = int(share * 100);
    if (!isShown || (what == lastWhat && percent == lastPercent))
      return;
    lastWhat = what, lastPercent = percent;
    if (percent > 0)
      std::fprintf(stderr, "\r\x1b[K%s %d %%", what.c_str(), percent);
    else
      std::fprintf(stderr, "\r\x1b[K%s", what.c_str());
    std::fflush(stderr);
  }

  void clear() {
    if (isShown && !lastWhat.empty())
      std::fprintf(stderr, "\r\x1b[K");
    lastWhat.clear();
  }

private:
  bool isShown;
  std::string lastWhat;
  int lastPercent = -1;
};

} // namespace transept::commands

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Asks the kernel once, so that what is told is what was found.

#include "base/FileKind.h"

#include "base/Error.h"

#include <cerrno>
#include <cstring>

namespace transept {

void requireRegularFile(const std::string &path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0)
    throw InputError(path + ": " + (errno == ENOENT ? "no such file" : std::strerror(errno)));
  if (!S_ISREG(status.st_mode))
    throw InputError(path + ": it is " + fileKind(status.st_mode) + ", not a regular file");
}

} // namespace transept

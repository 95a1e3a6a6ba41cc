// SPDX-License-Identifier: Apache-2.0
//
// What a path names, in words: errors say what was found where a file was expected.

#ifndef TRANSEPT_BASE_FILEKIND_H
#define TRANSEPT_BASE_FILEKIND_H

#include <string>
#include <sys/stat.h>

namespace transept {

/// "a folder", "a FIFO", ... for st_mode.
inline const char *fileKind(mode_t mode) {
  return S_ISREG(mode)    ? "a file"
         : S_ISDIR(mode)  ? "a folder"
         : S_ISFIFO(mode) ? "a FIFO"
         : S_ISSOCK(mode) ? "a socket"
                          : "a device";
}

/// Throws InputError "PATH: ..." where there is no regular file that may be looked at; symbolic
/// links are followed.
void requireRegularFile(const std::string &path);

} // namespace transept

#endif

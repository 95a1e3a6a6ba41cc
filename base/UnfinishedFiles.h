// SPDX-License-Identifier: Apache-2.0
//
// The names of files that a signal removes. Apart from OutputFile because only this has to mind
// what a signal handler may do.

#ifndef TRANSEPT_BASE_UNFINISHEDFILES_H
#define TRANSEPT_BASE_UNFINISHEDFILES_H

#include <string>
#include <sys/types.h>

namespace transept {

/// A new, empty file whose name is `prefix` and some letters, open for reading and writing.
struct UnfinishedFile {
  int descriptor; // -1: failed, see errno
  std::string path;
};

/// Creates a file that a signal removes until it is forgotten.
UnfinishedFile createUnfinished(const std::string &prefix);
/// The name belongs to nothing of ours any more.
void forgetUnfinished(const std::string &path);

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Reads the story that a library carries, and completes it with what only the finished library
// knows: where its code lies and how long it is, and how large its caches are.

#ifndef TRANSEPT_WORKBENCH_LIBRARY_LIBRARYSTORY_H
#define TRANSEPT_WORKBENCH_LIBRARY_LIBRARYSTORY_H

#include "workbench/story/Story.h"

namespace transept::workbench {

/// Throws InputError when the file is not a library of Transept, or has no story (older
/// versions wrote none, and `strip` removes it).
story::Story readLibraryStory(const std::string &path);

} // namespace transept::workbench

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints are cloned with Git LFS, which leaves a few lines of text in place of a file that has
// not been downloaded. Every reader of a checkpoint's files says so rather than that they are
// damaged.

#ifndef TRANSEPT_BASE_POINTERFILE_H
#define TRANSEPT_BASE_POINTERFILE_H

#include <string>
#include <string_view>

namespace transept {

/// Throws InputError where a file's `bytes` are a pointer of Git LFS; `origin` begins the error.
void refusePointerFile(std::string_view bytes, const std::string &origin);

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// A pointer begins with the version of its format, as the specification of Git LFS demands.

#include "base/PointerFile.h"

#include "base/Error.h"

#include <fmt/format.h>

namespace transept {

void refusePointerFile(std::string_view bytes, const std::string &origin) {
  if (bytes.starts_with("version https://git-lfs.github.com/spec/"))
    throw InputError(fmt::format("{}: found a pointer of Git LFS in place of the file; `git lfs "
                                 "pull` in its repository downloads it",
                                 origin));
}

} // namespace transept

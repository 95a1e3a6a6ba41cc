// SPDX-License-Identifier: Apache-2.0
//
// The page that shows how a library was compiled, and where its time goes if that was measured.

#ifndef TRANSEPT_COMPILER_DRIVER_STORYPAGE_H
#define TRANSEPT_COMPILER_DRIVER_STORYPAGE_H

#include "compiler/driver/ProfileReport.h"
#include "compiler/story/Story.h"

#include <string>

namespace transept::driver {

/// Writes one HTML file. `profile` is null or of the same library. Throws std::runtime_error where
/// the file cannot be written.
void writeStoryPage(const story::Story &story, const ProfileReport *profile,
                    const std::string &path);

} // namespace transept::driver

#endif

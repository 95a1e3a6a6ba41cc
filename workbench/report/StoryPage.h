// SPDX-License-Identifier: Apache-2.0
//
// The page that shows how a library was compiled, and where its time goes if that was measured.

#ifndef TRANSEPT_WORKBENCH_REPORT_STORYPAGE_H
#define TRANSEPT_WORKBENCH_REPORT_STORYPAGE_H

#include "workbench/measure/ProfileReport.h"
#include "workbench/story/Story.h"

#include <string>

namespace transept::workbench {

/// Writes one HTML file. `profile` is null or of the same library. Throws InputError where
/// the file cannot be written.
void writeStoryPage(const story::Story &story, const ProfileReport *profile,
                    const std::string &path);

} // namespace transept::workbench

#endif

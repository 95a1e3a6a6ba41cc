// SPDX-License-Identifier: Apache-2.0
//
// The page that shows how a library was compiled, and where its time goes if that was measured.

#ifndef TRANSEPT_WORKBENCH_REPORT_STORYPAGE_H
#define TRANSEPT_WORKBENCH_REPORT_STORYPAGE_H

#include "workbench/measure/ProfileReport.h"
#include "workbench/story/Story.h"

#include <string>

namespace transept::workbench {

/// The text of one HTML file. `profile` is null or of the same library.
std::string storyPage(const story::Story &story, const ProfileReport *profile = nullptr);

} // namespace transept::workbench

#endif

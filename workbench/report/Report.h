// SPDX-License-Identifier: Apache-2.0
//
// A compilation as a page: one HTML file that needs neither network nor server. Its sources are in
// `page`, the format of a story is page/source/story.ts.

#ifndef TRANSEPT_WORKBENCH_REPORT_REPORT_H
#define TRANSEPT_WORKBENCH_REPORT_REPORT_H

#include <string>
#include <string_view>

namespace transept {

/// The page that shows a story, which is JSON in UTF-8.
std::string reportPage(std::string_view storyJson);

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Puts a story into the page that was bundled when the compiler was built.

#include "workbench/report/Report.h"

#include <cassert>

extern "C" const char transept_report_template[], transept_report_template_end[];

namespace transept {

std::string reportPage(std::string_view storyJson) {
  std::string_view page(transept_report_template,
                        size_t(transept_report_template_end - transept_report_template));
  constexpr std::string_view marker = "@STORY@";
  size_t place = page.find(marker);
  assert(place != page.npos && "the template has a place for the story");

  std::string result;
  result.reserve(page.size() + storyJson.size() + storyJson.size() / 64);
  result += page.substr(0, place);
  // In JSON, `<` occurs in strings only. Escaped, nothing in a story can end the script element.
  for (char letter : storyJson)
    if (letter == '<')
      result += "\\u003c";
    else
      result += letter;
  result += page.substr(place + marker.size());
  return result;
}

} // namespace transept

// SPDX-License-Identifier: Apache-2.0
//
// A page contains its story and nothing in a story can break out of it.

#include "workbench/report/Report.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <string>

namespace transept {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view storyElement = R"(<script id="story" type="application/json">)";

TEST(ReportPage, IsOneDocumentWithTheStoryInIt) {
  std::string page = reportPage(R"({"format": 1, "model": "opus"})");
  EXPECT_THAT(page, StartsWith("<!doctype html>"));
  EXPECT_THAT(page, EndsWith("</html>\n"));
  EXPECT_THAT(page,
              HasSubstr(std::string(storyElement) + R"({"format": 1, "model": "opus"}</script>)"));
}

TEST(ReportPage, EscapesWhatWouldEndItsElement) {
  std::string page = reportPage(R"({"text": "</script><script>alert(1)</script><!--"})");
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(
      page, HasSubstr(R"({"text": "\u003c/script>\u003cscript>alert(1)\u003c/script>\u003c!--"})"));
}

TEST(ReportPage, KeepsAMarkerThatAStoryContains) {
  EXPECT_THAT(reportPage(R"("@STORY@ @STYLE@")"),
              HasSubstr(std::string(storyElement) + R"("@STORY@ @STYLE@"</script>)"));
}

TEST(ReportPage, NeedsNothingFromElsewhere) {
  std::string page = reportPage("{}");
  for (const char *reference : {"src=\"", "<link rel=\"stylesheet", "@import", "url(http"})
    EXPECT_THAT(page, Not(HasSubstr(reference)));
}

TEST(ReportPage, ContainsTheNoticesOfWhatItBundles) {
  std::string page = reportPage("{}");
  for (const char *name : {"preact 11", "@codemirror/view 6", "@dagrejs/dagre 3"})
    EXPECT_THAT(page, HasSubstr(name));
  EXPECT_THAT(page, HasSubstr("Permission is hereby granted, free of charge"));
}

TEST(ReportPage, IsLessThanOneAndAHalfMegabytesWithoutAStory) {
  EXPECT_LT(reportPage("").size(), 1'500'000U);
}

} // namespace
} // namespace transept

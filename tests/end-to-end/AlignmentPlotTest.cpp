// SPDX-License-Identifier: Apache-2.0
//
// The picture of weights, for whatever tokens there are.

#include "tests/end-to-end/Xml.h"

#include "workbench/alignment/AlignmentPlot.h"

#include <gmock/gmock.h>

#include <cmath>

namespace transept::endtoend {
namespace {

using workbench::AlignmentPlot;
using workbench::drawAlignment;

std::vector<std::string> titlesOf(const XmlElement &picture) {
  std::vector<std::string> titles;
  for (const XmlElement *rectangle : picture.all("rect"))
    for (const XmlElement *title : rectangle->all("title"))
      titles.push_back(title->text);
  return titles;
}

std::vector<std::string> textsOf(const XmlElement &picture) {
  std::vector<std::string> texts;
  for (const XmlElement *each : picture.all("text"))
    texts.push_back(each->text);
  return texts;
}

TEST(AlignmentPlot, ACellForEachWeightThatCanBeSeen) {
  XmlElement picture = XmlReader::read(
      drawAlignment({"caption", {"one", "two"}, {"eins", "zwei"}, {0.9f, 0.1f, 0.0001f, 0.9999f}}));
  EXPECT_EQ(picture.attributes.at("xmlns"), "http://www.w3.org/2000/svg");
  EXPECT_THAT(titlesOf(picture),
              testing::ElementsAre("eins \u2190 one: 0.900", "eins \u2190 two: 0.100",
                                   "zwei \u2190 two: 1.000"));
  EXPECT_THAT(textsOf(picture), testing::IsSupersetOf({"one", "two", "eins", "zwei", "caption"}));
}

TEST(AlignmentPlot, AnyTokenIsEscaped) {
  std::string control = "\x01\x1f\x7f", invalid = "\xff\xe2\x82", noncharacter = "\xef\xbf\xbe";
  XmlElement picture =
      XmlReader::read(drawAlignment({"<a & \"b\">",
                                     {">>de<<", "</s>", "&amp;", control, noncharacter},
                                     {"\"", "'", invalid, "\n", " ", "", std::string(100, 'x')},
                                     std::vector<float>(35, 0.2f)}));
  EXPECT_THAT(textsOf(picture), testing::IsSupersetOf({">>de<<", "</s>", "&amp;", "\"", "'",
                                                       "<a & \"b\">", "\u23ce", "\u2423"}));
  EXPECT_THAT(picture.all("text").size(), testing::Ge(12u));
}

TEST(AlignmentPlot, NothingIsAPicture) {
  EXPECT_THAT(titlesOf(XmlReader::read(drawAlignment({"", {}, {}, {}}))), testing::IsEmpty());
  EXPECT_THAT(titlesOf(XmlReader::read(drawAlignment({"", {"a"}, {"b"}, {0}}))),
              testing::IsEmpty());
}

TEST(AlignmentPlot, NeighboursShareAColumnOfALongSource) {
  AlignmentPlot plot{"", {}, {"a", "b"}, std::vector<float>(3000, 1.0f / 1500)};
  for (int index = 0; index < 1500; ++index)
    plot.sourceTokens.push_back(std::to_string(index));
  std::string text = drawAlignment(plot);
  EXPECT_LT(text.size(), 60000u);
  std::vector<std::string> titles = titlesOf(XmlReader::read(text));
  ASSERT_EQ(titles.size(), 300u);
  double sum = 0;
  for (size_t index = 0; index < 150; ++index)
    sum += std::stod(titles[index].substr(titles[index].rfind(' ')));
  EXPECT_NEAR(sum, 1, 0.1);
}

} // namespace
} // namespace transept::endtoend

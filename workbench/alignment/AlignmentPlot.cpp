// SPDX-License-Identifier: Apache-2.0
//
// The picture has a background of its own and takes other colors where the viewer is dark. Sizes
// of texts are estimated: a font is the viewer's.

#include "workbench/alignment/AlignmentPlot.h"

#include "media/text/Unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace transept::workbench {

namespace {

constexpr size_t kMostColumns = 150, kLongestLabel = 24;
constexpr double kMargin = 16, kLabelGap = 8, kLineHeight = 18, kLegendSquare = 14;
constexpr double kLabelAngle = 50; // degrees, of the source labels

constexpr const char *kStyle = R"(<style>
  text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328 }
  .note { font-size: 12px; fill: #59636e }
  .page { fill: #ffffff } .field { fill: #f3f5f8 } .cell { fill: #0a58ca }
  .edge { fill: none; stroke: #d1d9e0 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .note { fill: #9198a1 }
    .page { fill: #0d1117 } .field { fill: #161b22 } .cell { fill: #6cb0ff }
    .edge { stroke: #3d444d }
  }
</style>
)";

/// Calls with each character of a valid text.
template <typename Call> void forEachCharacter(std::string_view text, const Call &call) {
  for (size_t at = 0; at < text.size();) {
    size_t length = text::characterLength(text, at);
    call(text.substr(at, length));
    at += length;
  }
}

/// Text as XML may hold it: what it may not, or what cannot be seen, becomes a sign.
std::string escaped(std::string_view text) {
  std::string result;
  forEachCharacter(text, [&](std::string_view character) {
    if (character == "<")
      result += "&lt;";
    else if (character == ">")
      result += "&gt;";
    else if (character == "&")
      result += "&amp;";
    else if (character == "\"")
      result += "&quot;";
    else if (character == "\n")
      result += "\xe2\x8f\x8e"; // return symbol
    else if (character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf" ||
             (character.size() == 1 &&
              (static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7f)))
      result += "\xef\xbf\xbd"; // replacement character
    else
      result += character;
  });
  return result;
}

/// A token as its label: blanks are signs, and what is too long ends with dots.
std::string labelOf(const std::string &token) {
  std::string label;
  size_t count = 0;
  forEachCharacter(text::validUtf8(token), [&](std::string_view character) {
    if (++count <= kLongestLabel)
      label += character == " " ? "\xe2\x90\xa3" : character;
  });
  return count <= kLongestLabel ? label : label + "\xe2\x80\xa6";
}

/// Pixels, about: East Asian characters are twice as wide as others.
double widthOf(std::string_view label) {
  double width = 0;
  forEachCharacter(label, [&](std::string_view character) {
    bool isWide = character.size() >= 3 && character >= "\xe1\x84\x80" &&
                  (character < "\xe2" || character >= "\xe2\xba\x80");
    width += isWide ? 13.5 : 7.8;
  });
  return width;
}

double widestOf(const std::vector<std::string> &labels) {
  double widest = 0;
  for (const std::string &label : labels)
    widest = std::max(widest, widthOf(label));
  return widest;
}

/// Few enough columns to be seen.
AlignmentPlot narrowed(AlignmentPlot plot) {
  size_t count = plot.sourceTokens.size(), width = (count + kMostColumns - 1) / kMostColumns;
  if (width <= 1)
    return plot;
  AlignmentPlot result{plot.caption, {}, plot.targetTokens, {}};
  for (size_t begin = 0; begin < count; begin += width)
    result.sourceTokens.push_back(plot.sourceTokens[begin]);
  result.weights.resize(result.sourceTokens.size() * result.targetTokens.size());
  for (size_t index = 0; index < plot.weights.size(); ++index)
    result.weights[index / count * result.sourceTokens.size() + index % count / width] +=
        plot.weights[index];
  result.caption += fmt::format("; {} source positions a column", width);
  return result;
}

class Drawing {
public:
  explicit Drawing(const AlignmentPlot &given) : plot(narrowed(given)) {
    std::ranges::transform(plot.sourceTokens, std::back_inserter(sources), labelOf);
    std::ranges::transform(plot.targetTokens, std::back_inserter(targets), labelOf);
    for (float weight : plot.weights)
      largest = std::max(largest, double(weight));
    double angle = kLabelAngle * std::numbers::pi / 180, widest = widestOf(sources);
    auto columns = double(std::max<size_t>(1, sources.size()));
    cellWidth = std::floor(std::clamp(1100 / columns, 7.0, 34.0));
    cellHeight = targets.size() > 40 ? 18 : 26;
    left = std::round(kMargin + std::max(widestOf(targets), 50.0) + kLabelGap);
    top = std::round(kMargin + kLineHeight + widest * std::sin(angle) + 14);
    fieldWidth = cellWidth * double(sources.size());
    fieldHeight = cellHeight * double(targets.size());
    width = std::ceil(
        std::max(left + fieldWidth + widest * std::cos(angle), kMargin + widthOf(plot.caption)) +
        kMargin);
    height = std::ceil(top + fieldHeight + kMargin + kLegendSquare + 4 + kLineHeight + kMargin);
  }

  std::string svg() {
    text = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" "
                       "width=\"{0}\" height=\"{1}\" role=\"img\">\n<title>{2}</title>\n{3}",
                       width, height, escaped(plot.caption), kStyle);
    addRectangle("page", 0, 0, width, height);
    addRectangle("field", left, top, fieldWidth, fieldHeight);
    addText(left, kMargin + 4, "", "source \xe2\x86\x92", "note"); // arrow to the right
    addText(left - kLabelGap, top - 6, " text-anchor=\"end\"", "target \xe2\x86\x93", "note");
    addSourceLabels();
    for (size_t row = 0; row < targets.size(); ++row)
      addRow(row);
    addRectangle("edge", left, top, fieldWidth, fieldHeight);
    addLegend();
    return text + "</svg>\n";
  }

private:
  void addRectangle(const char *kind, double x, double y, double w, double h) {
    text += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", kind,
                        x, y, w, h);
  }

  void addText(double x, double y, const std::string &attributes, std::string_view content,
               const char *kind = nullptr) {
    text += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\"{}{}>{}</text>\n", x, y, attributes,
                        kind ? fmt::format(" class=\"{}\"", kind) : "", escaped(content));
  }

  /// Where columns are narrow, some of them have no label.
  void addSourceLabels() {
    auto step = size_t(std::ceil(15 / cellWidth));
    for (size_t column = 0; column < sources.size(); column += step) {
      double x = left + cellWidth * (double(column) + 0.5), y = top - 7;
      addText(x, y, fmt::format(" transform=\"rotate(-{} {:.1f} {:.1f})\"", kLabelAngle, x, y),
              sources[column]);
    }
  }

  void addRow(size_t row) {
    double y = cellHeight * double(row);
    addText(left - kLabelGap, top + y + cellHeight / 2 + 4.5, " text-anchor=\"end\"", targets[row]);
    for (size_t column = 0; column < sources.size(); ++column) {
      double weight = plot.weights[row * sources.size() + column];
      // Would not be seen.
      if (weight < 0.001)
        continue;
      text += fmt::format(
          "<rect class=\"cell\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
          "fill-opacity=\"{:.3f}\"><title>{} \xe2\x86\x90 {}: {:.3f}</title></rect>\n",
          left + cellWidth * double(column) + 0.5, top + y + 0.5, cellWidth - 1, cellHeight - 1,
          weight / largest, escaped(targets[row]), escaped(sources[column]), weight);
    }
  }

  void addLegend() {
    constexpr int squares = 6;
    double y = top + fieldHeight + kMargin, x = kMargin;
    addText(x, y + 12, "", "0", "note");
    x += 12;
    for (int square = 0; square != squares; ++square, x += kLegendSquare) {
      addRectangle("field", x, y, kLegendSquare, kLegendSquare);
      text += fmt::format("<rect class=\"cell\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
                          "fill-opacity=\"{:.1f}\"/>\n",
                          x, y, kLegendSquare, kLegendSquare, double(square) / (squares - 1));
    }
    addText(x + 6, y + 12, "", fmt::format("{:.2f}  weight; a row is a produced token", largest),
            "note");
    addText(kMargin, y + kLegendSquare + 4 + 14, "", plot.caption, "note");
  }

  AlignmentPlot plot;
  std::vector<std::string> sources, targets; // labels
  double largest = 0;
  double cellWidth, cellHeight, left, top, fieldWidth, fieldHeight, width, height;
  std::string text;
};

} // namespace

std::string drawAlignment(const AlignmentPlot &plot) {
  return Drawing(plot).svg();
}

} // namespace transept::workbench

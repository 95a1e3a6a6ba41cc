// SPDX-License-Identifier: Apache-2.0
//
// The length of a text is bounded before there is one: each step has a factor, sequences their
// product.

#include "base/Error.h"
#include "media/tokenizers/tokenizer_json/Parts.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace transept::text {

namespace {

constexpr double maximumGrowth = 10'000;
constexpr size_t maximumSteps = 100;

struct Growth {
  std::string_view type;
  double factor;
};

/// Bytes for a byte. Others keep the length, or add something once.
constexpr std::array<Growth, 12> growths = {{
    // U+FDFA is 18 characters; U+0390 and the like are 3.
    {"NFKC", 11},
    {"NFKD", 11},
    {"Precompiled", 100},
    {"NFC", 3},
    {"NFD", 3},
    {"BertNormalizer", 5},
    {"Lowercase", 1.5},
    // Bytes become characters of two, blanks one of three or four; and each piece gets a blank.
    {"ByteLevel", 4},
    {"Metaspace", 8},
    {"WordPiece", 2},
    // U+FFFD for a byte; a blank for a suffix.
    {"ByteFallback", 3},
    {"BPEDecoder", 1},
}};

double factorOfReplace(const Fields &fields) {
  const Fields pattern = fields.object("pattern");
  // The expression that is supported, " {2,}", takes two bytes or more.
  size_t taken = pattern.find("String") ? pattern.text("String").size() : 2;
  return std::max(1.0, double(fields.text("content").size()) / double(std::max<size_t>(taken, 1)));
}

double growthOf(const Fields &fields, size_t &steps) {
  std::string type = fields.text("type");
  double growth = 1;
  if (++steps > maximumSteps)
    throw InputError(fmt::format("{}: found more than {} steps, which is all that is allowed",
                                 fields.where("type"), maximumSteps));
  if (type == "Sequence") {
    for (const char *key : {"normalizers", "pretokenizers", "decoders"})
      if (fields.find(key))
        for (const Fields &each : fields.objects(key))
          growth *= growthOf(each, steps);
  } else if (type == "Replace") {
    growth = factorOfReplace(fields);
  } else {
    auto known = std::ranges::find(growths, type, &Growth::type);
    growth = known != growths.end() ? known->factor : 1;
  }
  return growth;
}

} // namespace

void checkGrowth(const Fields &fields) {
  size_t steps = 0;
  double growth = growthOf(fields, steps);
  if (growth > maximumGrowth)
    throw InputError(fmt::format("{}: a text may become {:.0f} times as long, allowed is {:.0f}",
                                 fields.where("type"), growth, maximumGrowth));
}

} // namespace transept::text

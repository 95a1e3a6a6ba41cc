// SPDX-License-Identifier: Apache-2.0
//
// Gathers tokens from packed panels: in each group of a panel a token has a column of words, and
// behind the words a scale.

#include "runtime/cache/VocabularyShares.h"

#include "runtime/base/Sizes.h"

#include <algorithm>
#include <cstring>

namespace transept::runtime {
namespace {

/// Bytes of shares that are kept for those that ask for them again.
constexpr std::uint64_t keptBytes = std::uint64_t(32) << 20;

} // namespace

VocabularyShare::VocabularyShare(const transept_model_table &table, const transept_program &decode,
                                 std::vector<std::int32_t> ids)
    : tokens(std::move(ids)) {
  auto *weights = static_cast<const std::byte *>(table.weights);
  gatherPanels(decode, weights + decode.search_weight_offset);
  if (decode.search_bias_offset != UINT64_MAX)
    gatherBias(decode, reinterpret_cast<const float *>(weights + decode.search_bias_offset));
}

std::int64_t VocabularyShare::placeOf(std::int32_t id) const {
  auto place = std::lower_bound(tokens.begin(), tokens.end(), id);
  return place != tokens.end() && *place == id ? place - tokens.begin() : -1;
}

/// What fills up the last panel is zeros, which no kernel looks at.
void VocabularyShare::gatherPanels(const transept_program &decode, const std::byte *from) {
  std::size_t width = decode.search_panel_width, scale = decode.search_scale_bytes;
  std::size_t wordBytes = decode.search_group_words * width * 4;
  std::size_t groupBytes = wordBytes + width * scale;
  std::size_t panelBytes = decode.search_panel_groups * groupBytes;
  words = AlignedMemory::zeroed(addSizes(
      multiplySizes(roundUp(tokens.size(), width) / width, panelBytes), TRANSEPT_CACHE_SLACK));
  auto *to = static_cast<std::byte *>(words.data());
  for (std::size_t first = 0; first < tokens.size(); first += width, to += panelBytes) {
    std::size_t count = std::min(width, tokens.size() - first);
    for (std::size_t group = 0; group != decode.search_panel_groups; ++group) {
      std::byte *toGroup = to + group * groupBytes;
      // Word by word, since a row of words of the new panel is adjacent, those of the old are not.
      for (std::size_t column = 0; column != count; ++column) {
        auto id = std::size_t(tokens[first + column]);
        const std::byte *fromGroup = from + id / width * panelBytes + group * groupBytes;
        for (std::size_t word = 0; word != decode.search_group_words; ++word)
          std::memcpy(toGroup + (word * width + column) * 4,
                      fromGroup + (word * width + id % width) * 4, 4);
        std::memcpy(toGroup + wordBytes + column * scale,
                    fromGroup + wordBytes + id % width * scale, scale);
      }
    }
  }
}

void VocabularyShare::gatherBias(const transept_program &decode, const float *from) {
  biases = AlignedMemory::zeroed(
      addSizes(multiplySizes(roundUp(tokens.size(), decode.search_panel_width), sizeof(float)),
               TRANSEPT_CACHE_SLACK));
  for (std::size_t place = 0; place != tokens.size(); ++place)
    biases.floats()[place] = from[tokens[place]];
}

std::shared_ptr<const VocabularyShare>
VocabularyShares::findKept(const std::vector<std::int32_t> &ids) {
  std::lock_guard guard(mutex);
  auto found = std::find_if(kept.begin(), kept.end(),
                            [&](const auto &share) { return share->ids() == ids; });
  if (found == kept.end())
    return nullptr;
  kept.splice(kept.begin(), kept, found);
  return kept.front();
}

std::shared_ptr<const VocabularyShare>
VocabularyShares::find(const std::vector<std::int32_t> &ids) {
  if (auto share = findKept(ids))
    return share;
  auto share = std::make_shared<const VocabularyShare>(table, decode, ids);
  std::lock_guard guard(mutex);
  kept.push_front(share);
  std::uint64_t bytes = 0;
  for (auto each = kept.begin(); each != kept.end();) {
    bytes += (*each)->bytes();
    each = bytes > keptBytes && each != kept.begin() ? kept.erase(each) : std::next(each);
  }
  return share;
}

} // namespace transept::runtime

// SPDX-License-Identifier: Apache-2.0
//
// The table, a row a model type.

#include "compiler/frontend/families/BartTraits.h"

#include <algorithm>
#include <array>

namespace transept::frontend {

namespace {

constexpr auto Pre = NormPlacement::Pre, Post = NormPlacement::Post;
constexpr auto Learned = PositionKind::Learned, Halves = PositionKind::SinusoidalHalves,
               Inclusive = PositionKind::SinusoidalHalvesInclusive;
constexpr auto NoNorm = EmbeddingNorm::None, AfterPositions = EmbeddingNorm::AfterPositions,
               BeforeTargetPositions = EmbeddingNorm::BeforeTargetPositions;
constexpr SideDefaults large = {12, 4096, 16}, base = {6, 3072, 12}, small = {8, 2048, 16};

// clang-format off
constexpr std::array<BartTraits, 11> table = {{
    {"bart", Post, AfterPositions, Learned, 2, Sharing::Always, true,
     50265, 1024, 1024, large, large, "gelu", false,
     {.decoderStartId = 2, .beginningId = 0, .paddingId = 1, .endId = 2, .forcedEndId = 2}},
    {"plbart", Post, AfterPositions, Learned, 2, Sharing::Always, true,
     50005, 768, 1024, base, base, "gelu", true,
     {.beginningId = 0, .paddingId = 1, .endId = 2, .forcedEndId = 2}},
    {"mbart", Pre, AfterPositions, Learned, 2, Sharing::Always, true,
     50265, 1024, 1024, large, large, "gelu", false,
     {.beginningId = 0, .paddingId = 1, .endId = 2, .forcedEndId = 2}},
    {"mvp", Post, AfterPositions, Learned, 2, Sharing::Always, true,
     50267, 1024, 1024, large, large, "gelu", false,
     {.decoderStartId = 2, .beginningId = 0, .paddingId = 1, .endId = 2, .forcedEndId = 2}},
    {"led", Post, AfterPositions, Learned, 0, Sharing::Always, true,
     50265, 1024, 1024, large, large, "gelu", false,
     {.decoderStartId = 2, .beginningId = 0, .paddingId = 1, .endId = 2}, 16384},
    {"m2m_100", Pre, NoNorm, Inclusive, afterPadding, Sharing::Always, false,
     128112, 1024, 1024, large, large, "relu", true,
     {.decoderStartId = 2, .beginningId = 0, .paddingId = 1, .endId = 2}},
    {"pegasus", Pre, NoNorm, Halves, 0, Sharing::Always, true,
     50265, 1024, 1024, large, large, "gelu", false,
     {.decoderStartId = 0, .paddingId = 0, .endId = 1, .forcedEndId = 1}},
    {"blenderbot", Pre, NoNorm, Learned, 0, Sharing::Always, true,
     8008, 2560, 128, {2, 10240, 32}, {24, 10240, 32}, "gelu", false,
     {.decoderStartId = 1, .beginningId = 1, .paddingId = 0, .endId = 2, .forcedEndId = 2,
      .encoderNoRepeatNgramSize = 3}},
    {"blenderbot-small", Post, BeforeTargetPositions, Learned, 0, Sharing::Always, true,
     50265, 512, 512, small, small, "gelu", false,
     {.decoderStartId = 1, .beginningId = 1, .paddingId = 0, .endId = 2, .forcedEndId = 2}},
    {"fsmt", Post, NoNorm, Inclusive, afterPadding, Sharing::Never, false,
     42024, 1024, 1024, large, large, "relu", true,
     {.decoderStartId = 2, .beginningId = 0, .paddingId = 1, .endId = 2, .forcedEndId = 2,
      .beams = 5, .maximumLength = 200}},
    {"marian", Post, NoNorm, Halves, 0, Sharing::Configured, true,
     58101, 1024, 1024, large, large, "gelu", false,
     {.decoderStartId = 58100, .paddingId = 58100, .endId = 0, .forcedEndId = 0}},
}};
// clang-format on

} // namespace

const BartTraits &bartTraits(std::string_view modelType) {
  return *std::find_if(table.begin(), table.end(),
                       [&](const BartTraits &row) { return row.modelType == modelType; });
}

} // namespace transept::frontend

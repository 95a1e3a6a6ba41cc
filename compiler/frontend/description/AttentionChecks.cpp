// SPDX-License-Identifier: Apache-2.0
//
// The sense of an attention's description: heads, positions, windows, tiles, and what all rows look
// at.

#include "compiler/frontend/description/DescriptionChecks.h"
#include "compiler/frontend/description/DescriptionFields.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::frontend {

namespace {

/// Of biases and scores alike.
template <typename Buckets> void checkBuckets(const Buckets &bias, const std::string &role) {
  int64_t buckets = bias.isBidirectional ? bias.bucketCount / 2 : bias.bucketCount;
  // Half of the buckets are exact; the formula divides by log(maximumDistance / exact).
  expect(buckets / 2 >= 1, role,
         fmt::format("found {} buckets, allowed are {} or more", bias.bucketCount,
                     bias.isBidirectional ? 4 : 2));
  expect(bias.maximumDistance > buckets / 2, role,
         fmt::format("found maximumDistance {}, it must exceed the {} exact buckets",
                     bias.maximumDistance, buckets / 2));
}

void checkRelativeBias(const RelativeBias &bias, const std::string &role) {
  checkReference(bias.table, role + ".table");
  checkBuckets(bias, role);
}

void checkRelativeScores(const RelativeScores &scores, const std::string &role,
                         const Attention &attention) {
  expect(scores.table.has_value() != scores.projection.has_value(), role,
         "exactly one of table and projection must be there");
  expect(!scores.isDescending || scores.table, role, "isDescending is of a table");
  if (scores.table)
    checkReference(*scores.table, role + ".table");
  if (const auto &projection = scores.projection) {
    checkLinear(*projection, role + ".projection", projection->inputs,
                attention.headCount * attention.headDim);
    expect(!projection->bias && projection->inputs % 2 == 0, role + ".projection",
           "it has no bias, and an even number of inputs");
  }
  for (const auto &bias : {scores.contentBias, scores.positionBias})
    if (bias)
      checkReference(*bias, role);
  expect(!attention.queryNorm, role, "it excludes queryNorm");
  for (const AttentionVariant &variant : attention.variants)
    expect(!variant.rotary && !variant.tiles, role, "it excludes rotary positions and tiles");
}

/// At most one of what depends on distances.
void checkDistances(const Attention &attention, const std::string &role) {
  int kinds = int(attention.relativeBias.has_value()) + int(attention.relativeScores.has_value()) +
              int(attention.bucketScores.has_value());
  expect(kinds <= 1, role, "relativeBias, relativeScores and bucketScores exclude each other");
  if (attention.relativeBias)
    checkRelativeBias(*attention.relativeBias, role + ".relativeBias");
  if (attention.relativeScores)
    checkRelativeScores(*attention.relativeScores, role + ".relativeScores", attention);
  if (const auto &scores = attention.bucketScores) {
    checkLinear(scores->linear, role + ".bucketScores.linear", attention.query.inputs,
                scores->bucketCount * attention.headCount);
    checkBuckets(*scores, role + ".bucketScores");
  }
}

void checkHeadNorm(const std::optional<Norm> &norm, const std::string &role) {
  if (!norm)
    return;
  checkNorm(*norm, role);
  expect(norm->kind == NormKind::RootMeanSquare && !norm->bias, role,
         "a norm of heads is of kind rootMeanSquare, without bias");
}

void checkVariant(const AttentionVariant &variant, const std::string &role, int64_t headDim) {
  const Rotary rotary = variant.rotary.value_or(Rotary{.dims = 2});
  expect(rotary.dims >= 2 && rotary.dims % 2 == 0 && (!variant.rotary || rotary.dims <= headDim),
         role + ".rotary",
         fmt::format("found {} dims, allowed is an even number from 2 to headDim = {}", rotary.dims,
                     headDim));
  expect(rotary.theta > 0 && rotary.factor > 0, role + ".rotary",
         "theta and factor must be greater than 0");
  expect(!variant.window ||
             (variant.window->before.value_or(0) >= 0 && variant.window->after.value_or(0) >= 0),
         role + ".window", "before and after may not be negative");
}

/// What all rows look at beside their window.
void checkGlobalRows(const Attention &attention, const std::string &role, int64_t hidden) {
  expect(!attention.blockSums || !attention.globalTokens, role,
         "blockSums and globalTokens exclude each other");
  bool isAlone =
      !attention.mergesSource && !attention.tileBias && !attention.keyNorm && !attention.queryNorm;
  for (const AttentionVariant &variant : attention.variants)
    isAlone = isAlone && !variant.tiles && !variant.rotary;
  expect((!attention.blockSums && !attention.globalTokens) || isAlone, role,
         "blockSums and globalTokens exclude mergesSource, tiles, rotary positions and norms of "
         "heads");
  if (const auto &sums = attention.blockSums) {
    expect(sums->size >= blockRange.minimum && sums->size <= blockRange.maximum,
           role + ".blockSums",
           fmt::format("found size {}, allowed are {} to {}", sums->size, blockRange.minimum,
                       blockRange.maximum));
    checkNorm(sums->norm, role + ".blockSums.norm");
    checkRelativeBias(sums->bias, role + ".blockSums.bias");
  }
  if (const auto &globals = attention.globalTokens) {
    int64_t width = attention.headCount * attention.headDim;
    int64_t keyWidth = attention.keyHeads() * attention.headDim;
    checkLinear(globals->query, role + ".globalTokens.query", hidden, width);
    checkLinear(globals->key, role + ".globalTokens.key", hidden, keyWidth);
    checkLinear(globals->value, role + ".globalTokens.value", hidden, keyWidth);
  }
}

void checkChunks(const Attention &attention, const std::string &role) {
  const auto &chunks = attention.chunks;
  if (!chunks)
    return;
  int64_t before = chunks->before.value_or(0);
  expect(chunks->size >= chunkRange.minimum && chunks->size <= chunkRange.maximum &&
             before >= chunksBeforeRange.minimum && before <= chunksBeforeRange.maximum,
         role,
         fmt::format("found size {} and before {}, allowed are {} to {} and 0 to {}", chunks->size,
                     before, chunkRange.minimum, chunkRange.maximum, chunksBeforeRange.maximum));
  for (const AttentionVariant &variant : attention.variants)
    expect(!variant.tiles, role, "they exclude tiles");
}

} // namespace

void checkSoftCap(const std::optional<double> &softCap, const std::string &role) {
  expect(softCap.value_or(1) > 0, role, "softCap must be greater than 0");
}

void checkAttention(const Attention &attention, const std::string &role, int64_t hidden,
                    int64_t memory) {
  expect(attention.headCount >= 1 && attention.headDim >= 1, role,
         "headCount and headDim must be 1 or more");
  expect(attention.keyHeads() >= 1 && attention.headCount % attention.keyHeads() == 0, role,
         fmt::format("found keyHeadCount {}, allowed is a divisor of headCount = {}",
                     attention.keyHeads(), attention.headCount));
  int64_t width = attention.headCount * attention.headDim;
  int64_t keyWidth = attention.keyHeads() * attention.headDim;
  checkLinear(attention.query, role + ".query", hidden, width);
  checkLinear(attention.key, role + ".key", memory, keyWidth);
  checkLinear(attention.value, role + ".value", memory, keyWidth);
  checkLinear(attention.output, role + ".output", width, hidden);
  checkDistances(attention, role);
  checkGlobalRows(attention, role, hidden);
  checkNorm(attention.norm, role + ".norm");
  checkHeadNorm(attention.queryNorm, role + ".queryNorm");
  checkHeadNorm(attention.keyNorm, role + ".keyNorm");
  checkChunks(attention, role + ".chunks");
  checkSoftCap(attention.softCap, role);
  for (const AttentionVariant &variant : attention.variants)
    checkVariant(variant, role + ".variants", attention.headDim);
}

void checkPostNorm(const std::optional<Norm> &norm, NormPlacement placement,
                   const std::string &role) {
  expect(norm.has_value() == (placement == NormPlacement::Sandwich), role,
         norm ? "postNorm needs the normPlacement sandwich"
              : "the normPlacement sandwich needs a postNorm");
  if (norm)
    checkNorm(*norm, role + ".postNorm");
}

void checkTiles(const Attention &attention, const std::optional<Grid> &grid,
                const std::string &role) {
  bool hasTiles = !attention.variants.empty() && attention.variants[0].tiles;
  expect(!attention.tileBias || hasTiles, role, "tileBias needs tiles");
  expect(!hasTiles || (!attention.relativeBias && !attention.bucketScores && !attention.reach),
         role, "tiles exclude relativeBias, bucketScores and reach");
  for (const AttentionVariant &variant : attention.variants) {
    expect(variant.tiles.has_value() == hasTiles, role + ".variants",
           "all variants have tiles, or none has");
    if (!hasTiles)
      continue;
    expect(grid.has_value(), role + ".variants", "tiles need a grid, which sources may have");
    int64_t side = attention.variants[0].tiles->side, shift = variant.tiles->shift;
    expect(variant.tiles->side == side && side >= 1 && side <= std::min(grid->height, grid->width),
           role + ".variants",
           fmt::format("found tiles of side {}, allowed is one side for all, from 1 to the smaller "
                       "one of the grid, {}",
                       variant.tiles->side, std::min(grid->height, grid->width)));
    expect(shift >= 0 && shift < side, role + ".variants",
           fmt::format("found shift {}, allowed are 0 to side - 1 = {}", shift, side - 1));
    expect(!variant.rotary && !variant.window, role + ".variants",
           "tiles exclude rotary positions and windows");
  }
  if (attention.tileBias)
    checkReference(*attention.tileBias, role + ".tileBias");
}

} // namespace transept::frontend

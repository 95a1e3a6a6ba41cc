// SPDX-License-Identifier: Apache-2.0
//
// How long sources and targets are: rows of features become positions, models have a longest of
// each, and caches grow by blocks. The formulas are those of runtime/base and runtime/cache.

import type { Sizes, Story } from "./story";

export interface Workload {
  sources: number;
  sourceTokens: number; // of each source; rows of features where the model takes these
  beams: number;
  step: number; // target tokens that are there already
}

const tokens: Sizes = {
  has_source: true, has_target: true, feature_width: 0, usual_feature_rows: 0, row_steps: [],
  maximum_source_positions: -1, maximum_target_positions: -1, block_positions: 1,
  source_bytes_per_block: 0, source_bytes_per_position: 0, source_bytes_per_feature_row: 0, source_bytes: 0, self_bytes_per_block: 0,
};

/// Without sizes, those of a model of tokens of any length, whose caches grow token by token.
export function sizesOf({ sizes, caches }: Story): Sizes {
  return sizes ?? { ...tokens, source_bytes_per_block: caches?.encoder?.bytes_per_token ?? 0, self_bytes_per_block: caches?.self?.bytes_per_token ?? 0 };
}

export const takesFeatures = (sizes: Sizes) => sizes.feature_width > 0;

/// Rows that rows of features are after some row steps; after all, which are positions.
export function rowsAfter(sizes: Sizes, rows: number, steps = Infinity): number {
  for (const { kernel, stride, padding, leading, line_before, line_behind } of sizes.row_steps.slice(0, steps)) {
    const padded = Math.floor(rows / (line_before ?? 1)) + padding;
    const windows = padded < kernel ? 0 : Math.floor((padded - kernel) / stride) + 1;
    rows = windows * (line_behind ?? 1) + leading;
  }
  return rows;
}

/// Positions of one source.
export const positionsOf = (sizes: Sizes, work: Workload) => rowsAfter(sizes, work.sourceTokens);

/// The longest source and target that a workload may have; usual ones where the model has no bound.
export function longest(sizes: Sizes): { source: number; target: number } {
  const bound = (positions: number, usual: number) => (positions < 0 ? usual : positions);
  const target = bound(sizes.maximum_target_positions, 512);
  const positions = bound(sizes.maximum_source_positions, 1024);
  if (!takesFeatures(sizes)) return { source: positions, target };
  if (sizes.usual_feature_rows) return { source: sizes.usual_feature_rows, target };
  let [fits, exceeds] = [0, 2];
  while (exceeds < 1 << 20 && rowsAfter(sizes, exceeds) <= positions) exceeds *= 2;
  while (exceeds - fits > 1) {
    const middle = Math.floor((fits + exceeds) / 2);
    if (rowsAfter(sizes, middle) <= positions) fits = middle;
    else exceeds = middle;
  }
  return { source: Math.max(1, fits), target };
}

export const blocksOf = (sizes: Sizes, positions: number) => Math.ceil(positions / sizes.block_positions);

/// Bytes of the encoder cache, as statistics() of the library counts them.
export function encoderCacheBytes(sizes: Sizes, work: Workload): number {
  const positions = positionsOf(sizes, work);
  return work.sources * (
    blocksOf(sizes, positions) * sizes.source_bytes_per_block + positions * sizes.source_bytes_per_position +
    (takesFeatures(sizes) ? work.sourceTokens * sizes.source_bytes_per_feature_row : 0) + sizes.source_bytes
  );
}

/// Bytes of the self cache at most: beams share the full blocks of what they have in common.
export function selfCacheBytes(sizes: Sizes, work: Workload): number {
  return work.sources * work.beams * blocksOf(sizes, work.step) * sizes.self_bytes_per_block;
}

// SPDX-License-Identifier: Apache-2.0
//
// What a launch needs for a workload, and which limit of the machine binds it. The formulas are
// those of workbench/measure/ProgramCosts.cpp.

import type { Launch, Limits, Program, Run, Story } from "./story";

export interface Workload {
  sources: number;
  sourceTokens: number;
  beams: number;
  step: number; // target tokens that are there already
}

export interface Cost {
  bytes: number;
  operations: number;
  cachedBytes: number; // of `bytes`: rows, which the launch before has left in the nearer caches
  least?: number; // seconds, by the limit that binds
  measured?: number; // seconds
  waiting?: number;
  bound: "memory" | "arithmetic" | "";
}

/// Operations a byte from which arithmetic binds, where no limits were measured.
export const assumedBalance = 10;

export function rowsOf(program: Program, work: Workload): number {
  return program.name === "decode" ? work.sources * work.beams : work.sources * work.sourceTokens;
}

/// Keys that are read once, and pairs of a row and a key that it looks at.
function keysOf(program: Program, launch: Launch, work: Workload): { keys: number; pairs: number } {
  const rows = rowsOf(program, work);
  if (launch.keys === "none" || !launch.keys) return { keys: 0, pairs: 0 };
  if (launch.keys === "source")
    return { keys: work.sources * work.sourceTokens, pairs: rows * work.sourceTokens };
  if (program.name === "decode") return { keys: rows * (work.step + 1), pairs: rows * (work.step + 1) };
  return { keys: rows, pairs: rows * work.sourceTokens };
}

export function costOf(program: Program, launch: Launch, work: Workload, limits?: Limits): Cost {
  const rows = rowsOf(program, work);
  const { keys, pairs } = keysOf(program, launch, work);
  const cachedBytes = rows * launch.bytes_per_row;
  const streamed = launch.weight_bytes + keys * launch.bytes_per_key;
  const bytes = streamed + cachedBytes;
  const operations = rows * launch.operations_per_row + pairs * launch.operations_per_row_and_key;
  const rate = limits?.operations_per_second[launch.arithmetic];
  if (!bytes && !operations) return { bytes, operations, cachedBytes, bound: "" };
  if (!limits || !rate)
    return { bytes, operations, cachedBytes, bound: operations / bytes > assumedBalance ? "arithmetic" : "memory" };
  const memory =
    streamed / limits.read_bytes_per_second +
    cachedBytes / (limits.cached_bytes_per_second || limits.read_bytes_per_second);
  const arithmetic = operations / rate;
  return { bytes, operations, cachedBytes, least: Math.max(memory, arithmetic), bound: memory > arithmetic ? "memory" : "arithmetic" };
}

/// The measured run that is nearest to a workload, if the program was measured at all.
export function nearestRun(story: Story, program: Program, work: Workload): Run | undefined {
  const distance = (run: Run) =>
    Math.abs(Math.log(run.sources / work.sources)) +
    Math.abs(Math.log(run.source_tokens / work.sourceTokens)) +
    Math.abs(Math.log(run.hypotheses / work.beams));
  return story.profile?.runs
    .filter((run) => run.program === program.name && run.level === program.level && run.launches.length === program.launches.length)
    .sort((a, b) => distance(a) - distance(b))[0];
}

/// Costs of all launches of a program; with the times of `run` where there is one.
export function costsOf(program: Program, work: Workload, limits?: Limits, run?: Run): Cost[] {
  return program.launches.map((launch, index) => {
    const cost = costOf(program, launch, work, limits);
    const measured = run?.launches[index];
    return measured ? { ...cost, measured: measured.seconds, waiting: measured.waiting_seconds } : cost;
  });
}

export type Metric = "operations" | "bytes" | "time";

/// What the heat map shows; time is measured where a run is there, else the least possible.
export function metricOf(cost: Cost, metric: Metric): number {
  if (metric === "time") return cost.measured ?? cost.least ?? 0;
  return cost[metric];
}

/// Bytes of the encoder cache.
export function encoderCacheBytes(story: Story, work: Workload): number {
  return (story.caches?.encoder?.bytes_per_token ?? 0) * work.sources * work.sourceTokens;
}

/// Bytes of the self cache at most: beams share the full pages of what they have in common.
export function selfCacheBytes(story: Story, work: Workload): number {
  const cache = story.caches?.self;
  if (!cache) return 0;
  const page = cache.page_tokens || 1;
  return cache.bytes_per_token * work.sources * work.beams * Math.ceil(work.step / page) * page;
}

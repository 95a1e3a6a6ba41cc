// SPDX-License-Identifier: Apache-2.0
//
// What a launch needs for a workload, and which limit of the machine binds it. The formulas are
// those of workbench/measure/ProgramCosts.cpp.

import { positionsOf, rowsAfter, sizesOf, takesFeatures, type Workload } from "./extent";
import type { Launch, Limits, MeasuredLaunch, Program, Reading, Run, Story } from "./story";

export interface Cost {
  bytes: number;
  operations: number;
  /// Seconds that each limit allows at least. A launch reads while it computes: the larger binds.
  memory?: number;
  arithmetic?: number;
  memoryInTurn?: number; // what its bytes add to a run of the program, which reads those of all launches
  least?: number;
  measured?: number; // seconds, mean of the workers; then `least` is of the same run
  longest?: number; // from the first worker's start to the last one's end
  waiting?: number;
  bound: "memory" | "arithmetic" | "";
  from: string; // where most of the bytes come from, if that is known
}

/// Operations a byte from which arithmetic binds, where no limits were measured.
export const assumedBalance = 10;

/// Sources that one run of a program works on: those of features are encoded one by one, and those of
/// which some rows are seen by all.
const sourcesOf = (story: Story, program: Program, work: Workload) =>
  program.name !== "decode" && (takesFeatures(sizesOf(story)) || program.launches.some(hasRowsForAll))
    ? 1
    : work.sources;
const hasRowsForAll = (launch: Launch) => /^(blocks:|requested)/.test(launch.rows);

/// Rows of one run of a program, of the kind that a launch works on: before the last row step there
/// are more. Of an encoder one row of each source is requested.
export function rowsOf(story: Story, program: Program, work: Workload, launch?: { rows: string }): number {
  if (program.name === "decode") return work.sources * work.beams;
  if (launch?.rows === "requested") return sourcesOf(story, program, work);
  const size = launch?.rows.match(/^blocks:(\d+)$/)?.[1];
  if (size) return sourcesOf(story, program, work) * Math.floor(work.sourceTokens / +size);
  const number = launch?.rows.match(/^number:(\d+)$/)?.[1];
  if (number) return sourcesOf(story, program, work) * +number;
  const steps = launch?.rows.match(/^before:(\d+)$/)?.[1];
  const rows = rowsAfter(sizesOf(story), work.sourceTokens, steps === undefined ? undefined : +steps);
  return sourcesOf(story, program, work) * rows;
}

/// Sum of min(i, reach) over i below `count`.
function sumUpTo(count: number, reach: number): number {
  const rising = Math.min(count, reach + 1);
  return (rising * Math.max(0, rising - 1)) / 2 + (count > rising ? (count - rising) * reach : 0);
}

/// Keys that are read once, and pairs of a row and a key that it looks at.
function keysOf(story: Story, program: Program, launch: Launch, work: Workload): { keys: number; pairs: number } {
  const positions = positionsOf(sizesOf(story), work);
  if (launch.keys === "none" || !launch.keys) return { keys: 0, pairs: 0 };
  if (launch.keys === "source")
    return { keys: work.sources * positions, pairs: rowsOf(story, program, work) * positions };
  const kind = launch.keys.match(/^rows:(.*)$/)?.[1];
  if (kind) {
    const keys = rowsOf(story, program, work, { rows: kind });
    return { keys, pairs: keys * rowsOf(story, program, work, launch) };
  }
  const isDecode = program.name === "decode";
  const [past, rows] = isDecode ? [work.step, 1] : [0, positions];
  const sequences = isDecode ? work.sources * work.beams : sourcesOf(story, program, work);
  const reach = (keys = -1) => (keys < 0 ? Infinity : keys);
  const before = reach(launch.keys_before);
  const behind = launch.keys === "up_to_row" ? 0 : reach(launch.keys_behind);
  return {
    keys: sequences * (past + rows - (past - Math.min(past, before))),
    pairs: sequences * (sumUpTo(past + rows, before) - sumUpTo(past, before) + rows + sumUpTo(rows, behind)),
  };
}

const readingOf = (program: Program, limits: Limits): Reading =>
  program.name === "decode" ? limits.decode_weights : limits.encode_weights;

export function costOf(story: Story, program: Program, launch: Launch, work: Workload): Cost {
  const limits = story.profile?.limits;
  const rows = rowsOf(story, program, work, launch);
  const { keys, pairs } = keysOf(story, program, launch, work);
  const rowBytes = rows * launch.bytes_per_row;
  const streamed = launch.weight_bytes + keys * launch.bytes_per_key;
  const bytes = streamed + rowBytes;
  const operations = rows * launch.operations_per_row + pairs * launch.operations_per_row_and_key;
  const rate = limits?.operations_per_second[launch.arithmetic];
  if (!bytes && !operations) return { bytes, operations, bound: "", from: "" };
  if (!limits || (operations && !rate))
    return { bytes, operations, bound: operations / bytes > assumedBalance ? "arithmetic" : "memory", from: "" };
  const reading = readingOf(program, limits);
  // By itself, a launch may find its bytes where there is room for them.
  const near = [limits.few, limits.rows].find(({ capacity }) => bytes <= capacity);
  const [own, rowsFrom] = [near ?? reading, near ?? limits.rows];
  const [ofWeights, ofRows] = [streamed / own.bytes_per_second, rowBytes / rowsFrom.bytes_per_second];
  const memory = ofWeights + ofRows;
  const arithmetic = operations ? operations / rate! : 0;
  return { bytes, operations, memory, arithmetic, memoryInTurn: streamed / reading.bytes_per_second + ofRows, least: Math.max(memory, arithmetic),
    bound: memory > arithmetic ? "memory" : "arithmetic", from: ofWeights >= ofRows ? own.from : rowsFrom.from };
}

/// What a measured launch took, with what it needed at least: both are of that run.
function withMeasured(cost: Cost, measured: MeasuredLaunch): Cost {
  return { ...cost, measured: measured.seconds, longest: measured.longest_seconds, waiting: measured.waiting_seconds,
    memory: measured.memory_seconds, memoryInTurn: measured.memory_seconds_in_turn, arithmetic: measured.arithmetic_seconds, least: measured.least_seconds };
}

/// Of a program that reads for one launch while it computes another.
export function leastOf(costs: Cost[]): number {
  const sum = (value: (cost: Cost) => number | undefined) => costs.reduce((all, cost) => all + (value(cost) ?? 0), 0);
  return Math.max(sum((cost) => cost.memoryInTurn), sum((cost) => cost.arithmetic));
}

/// "memory (L3 cache)": the limit that binds, and from where the bytes come.
export const boundWords = ({ bound, from }: Cost) => (bound === "memory" && from && from !== "memory" ? `memory (${from})` : bound);

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
export function costsOf(story: Story, program: Program, work: Workload, run?: Run): Cost[] {
  return program.launches.map((launch, index) => {
    const cost = costOf(story, program, launch, work);
    const measured = run?.launches[index];
    return measured ? withMeasured(cost, measured) : cost;
  });
}

export type Metric = "operations" | "bytes" | "time";

/// What the heat map shows; time is measured where a run is there, else the least possible.
export function metricOf(cost: Cost, metric: Metric): number {
  if (metric === "time") return cost.measured ?? cost.least ?? 0;
  return cost[metric];
}

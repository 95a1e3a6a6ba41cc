// SPDX-License-Identifier: Apache-2.0
//
// What each launch costs for a chosen workload, what that is of the whole, and which limit binds it.

import { Bound, Choice, HeatChoice, LevelChoice, metricText, Name, runWords, Share, Table, type Column } from "./controls";
import { assumedBalance, boundWords, leastOf, metricOf, type Cost } from "./cost";
import * as format from "./format";
import { launchHeat } from "./heat";
import type { Launch, Reading } from "./story";
import { costs, isHeatShown, level, metric, model, programName, runs, selection, selectLaunch, setWorkload } from "./state";

interface Row {
  index: number;
  launch: Launch;
  cost: Cost;
  share: number;
}

interface KernelRow {
  symbol: string;
  bytes: number;
  rows: Row[];
  share: number;
  bound: string;
}

/// What the shares are of: times if there are any, else the least of them, else bytes.
function basisOf(rows: Cost[]): { words: string; value: (cost: Cost) => number } {
  if (rows.some((cost) => cost.measured !== undefined)) return { words: "time", value: (cost) => cost.measured ?? 0 };
  if (rows.some((cost) => cost.least !== undefined)) return { words: "least time", value: (cost) => cost.least ?? 0 };
  return { words: "bytes moved", value: (cost) => cost.bytes };
}

function kernelsOf(rows: Row[]): KernelRow[] {
  const found = new Map<number, KernelRow>();
  for (const row of rows)
    for (const index of row.launch.kernels.slice(0, 1)) {
      const kernel = model.story.kernels?.[index];
      if (!kernel) continue;
      const entry = found.get(index) ?? { symbol: kernel.symbol, bytes: kernel.bytes, rows: [], share: 0, bound: "" };
      found.set(index, entry);
      entry.rows.push(row);
      entry.share += row.share;
    }
  for (const entry of found.values()) {
    const byMemory = entry.rows.reduce((sum, row) => sum + (row.cost.bound === "memory" ? row.share : 0), 0);
    const byArithmetic = entry.rows.reduce((sum, row) => sum + (row.cost.bound === "arithmetic" ? row.share : 0), 0);
    if (byMemory + byArithmetic > 0) entry.bound = byMemory >= byArithmetic ? "memory" : "arithmetic";
  }
  return [...found.values()].sort((a, b) => b.share - a.share);
}

const limitShare = (cost: Cost) => (cost.longest ? (cost.least ?? 0) / cost.longest : 0);
const intensityOf = (cost: Cost) => (cost.bytes ? cost.operations / cost.bytes : 0);

export function ProgramChoice() {
  const names = [...new Set(model.programs.filter((program) => program.launches.length).map((program) => program.name))];
  if (names.length < 2) return null;
  return <Choice label="program" values={names.map((value) => ({ value, text: value }))} chosen={programName.value} onChoose={(value) => (programName.value = value)} />;
}

/// The number of the chosen program among all.
export const chosenProgram = () => Math.max(0, model.programOf(programName.value, level.value));

function Limits({ program }: { program: number }) {
  const limits = model.story.profile?.limits;
  const run = runs.value[program];
  if (!limits)
    return (
      <p class="note">
        No limits of a machine are in this report. A launch of more than {assumedBalance} operations a byte is taken to be bound by
        arithmetic, any other by memory.
      </p>
    );
  const { name } = model.programs[program];
  const weights = name === "decode" ? limits.decode_weights : limits.encode_weights;
  const rateWords = ({ bytes_per_second, from }: Reading) => `${format.bytes(bytes_per_second)}/s${from && ` from ${from}`}`;
  const rates = Object.entries(limits.operations_per_second).filter(([, rate]) => rate > 0);
  return (
    <p class="note">
      Limits measured on the machine: {rateWords(weights)} for the {format.bytes(weights.buffer_bytes)} of weights of {name},{" "}
      {rateWords(limits.rows)} for rows that one launch hands to the next; products: {rates.map(([name, rate]) => `${name} ${format.operations(rate)}/s`).join(", ")}.{" "}
      {run && `Times, and what they are at least, are of ${runWords(run)}; bytes, operations and what binds follow the workload above.`}
    </p>
  );
}

function Runs({ program }: { program: number }) {
  const { name, level } = model.programs[program];
  const all = (model.story.profile?.runs ?? []).filter((run) => run.program === name && run.level === level);
  if (!all.length) return null;
  return (
    <Choice label="measured workloads" chosen={all.indexOf(runs.value[program]!)}
      values={all.map((run, value) => ({ value, text: runWords(run) }))}
      onChoose={(index) => {
        const run = all[index];
        setWorkload({ sources: run.sources, sourceTokens: run.source_tokens, beams: run.hypotheses });
      }} />
  );
}

export function Costs() {
  const program = chosenProgram();
  const { launches, name } = model.programs[program];
  const all = costs.value[program];
  const basis = basisOf(all);
  const total = all.reduce((sum, cost) => sum + basis.value(cost), 0) || 1;
  const rows: Row[] = launches.flatMap((launch, index) =>
    launch.kind === "barrier" ? [] : [{ index, launch, cost: all[index], share: basis.value(all[index]) / total }]);
  const kernels = kernelsOf(rows);
  const sum = (value: (cost: Cost) => number) => all.reduce((total, cost) => total + value(cost), 0);
  const hasTime = all.some((cost) => cost.measured !== undefined);
  const hasLeast = all.some((cost) => cost.least !== undefined);
  const first = kernels[0];
  const columns: Column<Row>[] = [
    { title: "launch", sort: (row) => row.index, isNumber: true, cell: (row) => row.index },
    { title: "operation", sort: (row) => row.launch.name, cell: (row) => <Name text={row.launch.name} /> },
    { title: "kind", sort: (row) => row.launch.kind, cell: (row) => row.launch.kind },
    { title: "operations", isNumber: true, sort: (row) => row.cost.operations, cell: (row) => format.operations(row.cost.operations) },
    { title: "bytes", isNumber: true, sort: (row) => row.cost.bytes, cell: (row) => format.bytes(row.cost.bytes) },
    { title: "op/byte", isNumber: true, sort: (row) => intensityOf(row.cost), cell: (row) => format.intensity(intensityOf(row.cost)) },
    ...(hasLeast ? [{ title: "at least", isNumber: true, sort: (row: Row) => row.cost.least ?? 0, cell: (row: Row) => format.seconds(row.cost.least ?? 0) }] : []),
    // From the first worker's start to the last one's end: limits are about all of them together.
    ...(hasTime ? [
      { title: "time", isNumber: true, sort: (row: Row) => row.cost.longest ?? 0, cell: (row: Row) => format.seconds(row.cost.longest ?? 0) },
      { title: "of the limit", isNumber: true, sort: (row: Row) => limitShare(row.cost), cell: (row: Row) => format.percent(limitShare(row.cost)) },
    ] : []),
    { title: "share", isNumber: true, sort: (row) => row.share, cell: (row) => <Share value={row.share} /> },
    { title: "bound by", sort: (row) => boundWords(row.cost), cell: (row) => <Bound cost={row.cost} /> },
    { title: "heat", cell: (row) => <span class="swatch" style={{ "--heat": launchHeat({ program, index: row.index }) }}
        title={isHeatShown.value ? metricText(metric.value, metricOf(row.cost, metric.value)) : ""} /> },
  ];
  return (
    <div class="page costs">
      <div class="bar"><ProgramChoice /><LevelChoice /><Runs program={program} /><HeatChoice /></div>
      {first && (
        <p class="lead" data-lead>
          One {name === "decode" ? "decode step" : "run of encode"}: <code><Name text={first.symbol} /></code> takes {format.percent(first.share)} of the {basis.words}, in{" "}
          {first.rows.length === 1 ? "one launch" : `${first.rows.length} launches`}, bound by {first.bound}.
        </p>
      )}
      <dl class="figures">
        {hasTime && <div><dt>time in launches</dt><dd>{format.seconds(sum((cost) => cost.measured ?? 0))}</dd></div>}
        {hasTime && <div><dt>waiting at barriers</dt><dd>{format.seconds(sum((cost) => cost.waiting ?? 0))}</dd></div>}
        {hasLeast && <div><dt>at least</dt><dd>{format.seconds(leastOf(all))}</dd></div>}
        <div><dt>bytes</dt><dd>{format.bytes(sum((cost) => cost.bytes))}</dd></div>
        <div><dt>operations</dt><dd>{format.operations(sum((cost) => cost.operations))}</dd></div>
        <div><dt>operations a byte</dt><dd>{format.intensity(sum((cost) => cost.operations) / (sum((cost) => cost.bytes) || 1))}</dd></div>
        <div><dt>launches</dt><dd>{rows.length}</dd></div>
      </dl>
      <Limits program={program} />
      <h3>Kernels, by share of the {basis.words}</h3>
      <Table label="kernels" rows={kernels} keyOf={(row) => row.symbol} onChoose={(row) => selectLaunch({ program, index: row.rows[0].index })}
        columns={[
          { title: "kernel", sort: (row) => row.symbol, cell: (row) => <code><Name text={row.symbol} /></code> },
          { title: "share", isNumber: true, sort: (row) => row.share, cell: (row) => <Share value={row.share} /> },
          { title: "launches", isNumber: true, sort: (row) => row.rows.length, cell: (row) => row.rows.length },
          ...(kernels.some((row) => row.bytes > 0) ? [{ title: "code", isNumber: true, sort: (row: KernelRow) => row.bytes, cell: (row: KernelRow) => format.bytes(row.bytes) }] : []),
          { title: "bound by", sort: (row) => row.bound, cell: (row) => <span class={`bound ${row.bound}`}>{row.bound}</span> },
        ]} />
      <h3>Launches, in order</h3>
      <Table label="launches" rows={rows} keyOf={(row) => row.index} columns={columns}
        onChoose={(row) => selectLaunch({ program, index: row.index })}
        isChosen={(row) => selection.value?.launch?.program === program && selection.value.launch.index === row.index}
        isRelated={(row) => !!selection.value && row.launch.origins.some((origin) => selection.value!.origins.includes(origin))} />
    </div>
  );
}

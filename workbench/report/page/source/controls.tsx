// SPDX-License-Identifier: Apache-2.0
//
// Parts that several sections share: workload, choices, sortable and walkable tables.

import { Fragment, type ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { boundWords, type Cost, type Metric } from "./cost";
import { positionsOf, takesFeatures } from "./extent";
import * as format from "./format";
import { hottest } from "./heat";
import { isHeatShown, level, metric, model, most, setWorkload, sizes, workload } from "./state";
import type { Run } from "./story";

export function metricText(metric: Metric, value: number): string {
  if (metric === "time") return format.seconds(value);
  return metric === "bytes" ? format.bytes(value) : format.operations(value);
}

/// The workload of a measured run.
export function runWords(run: Run): string {
  const sources = `${run.sources} \u00d7 ${run.source_tokens} ${takesFeatures(sizes) ? "rows" : "tokens"}`;
  return run.program === "decode" ? `${sources}, ${format.plural(run.hypotheses, "beam")}` : sources;
}

/// A slider for the usual values and a field for any up to `most`.
export function Amount(props: { label: string; value: number; from: number; to: number; most?: number; onChange: (value: number) => void; id: string; note?: string }) {
  const change = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const value = Math.min(Math.round(+input.value), props.most ?? Infinity);
    if (value >= props.from) props.onChange(value);
    // What was typed may lie beyond what is now shown.
    input.value = String(Math.max(props.from, value || 0));
  };
  return (
    <label class="amount">
      <span>{props.label}</span>
      <input type="range" min={props.from} max={props.to} value={Math.min(props.value, props.to)} onInput={change}
        aria-label={props.label} data-amount={props.id} />
      <input type="number" min={props.from} max={props.most} value={props.value} onChange={change} aria-label={`${props.label}, number`} data-number={props.id} />
      {props.note && <span data-note={props.id}>{props.note}</span>}
    </label>
  );
}

export function WorkloadControls() {
  const work = workload.value;
  return (
    <div class="workload" role="group" aria-label="workload">
      {sizes.has_source && (
        <Amount id="source" label={takesFeatures(sizes) ? "rows of features" : "source tokens"} value={work.sourceTokens} from={1} to={most.source}
          most={sizes.maximum_source_positions < 0 && !sizes.usual_feature_rows ? undefined : most.source}
          note={takesFeatures(sizes) ? format.plural(positionsOf(sizes, work), "position") : undefined}
          onChange={(sourceTokens) => setWorkload({ sourceTokens })} />
      )}
      {sizes.has_target && (
        <>
          <Amount id="step" label="target tokens" value={work.step} from={0} to={most.target}
            most={sizes.maximum_target_positions < 0 ? undefined : most.target} onChange={(step) => setWorkload({ step })} />
          <Amount id="beams" label="beams" value={work.beams} from={1} to={16} onChange={(beams) => setWorkload({ beams })} />
        </>
      )}
      <Amount id="sources" label="sources" value={work.sources} from={1} to={64} onChange={(sources) => setWorkload({ sources })} />
    </div>
  );
}

/// One of several values, as buttons side by side.
export function Choice<Value extends string | number>(props: {
  label: string;
  values: { value: Value; text: string }[];
  chosen: Value;
  onChoose: (value: Value) => void;
}) {
  return (
    <div class="choice" role="radiogroup" aria-label={props.label}>
      {props.values.map(({ value, text }) => (
        <button key={value} role="radio" aria-checked={value === props.chosen} onClick={() => props.onChoose(value)}>{text}</button>
      ))}
    </div>
  );
}

export function HeatChoice() {
  const metrics: { value: Metric | "none"; text: string }[] = [
    { value: "none", text: "no heat" },
    { value: "operations", text: "operations" },
    { value: "bytes", text: "bytes" },
  ];
  if (model.story.profile) metrics.push({ value: "time", text: "time" });
  return (
    <>
    <Choice label="heat map" values={metrics} chosen={isHeatShown.value ? metric.value : "none"}
      onChoose={(value) => {
        isHeatShown.value = value !== "none";
        if (value !== "none") metric.value = value;
      }} />
    <HeatLegend />
    </>
  );
}

/// What the colours mean, in all programs and everywhere on the page.
function HeatLegend() {
  if (!isHeatShown.value || !hottest.value) return null;
  return (
    <span class="heat-legend" title="the dearest launch of all programs has the full colour" data-hottest={hottest.value}>
      0<span class="ramp" />{metricText(metric.value, hottest.value)} a launch
    </span>
  );
}

/// The limit that binds.
export function Bound({ cost }: { cost: Cost }) {
  return <span class={`bound ${cost.bound}`}>{boundWords(cost)}</span>;
}

export function LevelChoice() {
  if (model.levels.length < 2) return null;
  return <Choice label="processor" values={model.levels.map((value) => ({ value, text: value }))} chosen={level.value} onChoose={(value) => (level.value = value)} />;
}

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ComponentChildren;
  sort?: (row: Row) => number | string;
  isNumber?: boolean;
}

/// Arrow keys move between rows, Enter and Space choose one.
export function moveInRows(event: KeyboardEvent) {
  const row = (event.target as Element).closest("tr");
  const next = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling,
    Home: row?.parentElement?.firstElementChild, End: row?.parentElement?.lastElementChild }[event.key];
  if (next instanceof HTMLElement && event.target === row) {
    next.focus();
    event.preventDefault();
  } else if ((event.key === "Enter" || event.key === " ") && event.target === row) {
    (row as HTMLElement).click();
    event.preventDefault();
  }
}

export function Table<Row>(props: {
  label: string;
  rows: Row[];
  columns: Column<Row>[];
  keyOf: (row: Row) => string | number;
  onChoose?: (row: Row) => void;
  isChosen?: (row: Row) => boolean;
  isRelated?: (row: Row) => boolean;
}) {
  const [order, setOrder] = useState<{ column: number; sign: number } | null>(null);
  const { columns, onChoose } = props;
  let rows = props.rows;
  const key = order && columns[order.column].sort;
  if (key)
    rows = [...rows].sort((a, b) => {
      const [left, right] = [key(a), key(b)];
      return order.sign * (left < right ? -1 : left > right ? 1 : 0);
    });
  const sortBy = (column: number) =>
    setOrder(order?.column === column ? (order.sign === (columns[column].isNumber ? -1 : 1) ? { column, sign: -order.sign } : null)
      : { column, sign: columns[column].isNumber ? -1 : 1 });
  return (
    <table class="rows" aria-label={props.label}>
      <thead>
        <tr>
          {columns.map((column, index) => (
            <th key={column.title} class={column.isNumber ? "number" : ""} scope="col"
              aria-sort={order?.column === index ? (order.sign > 0 ? "ascending" : "descending") : undefined}>
              {column.sort ? <button onClick={() => sortBy(index)}>{column.title}</button> : column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={onChoose && moveInRows}>
        {rows.map((row, index) => (
          <tr key={props.keyOf(row)} tabIndex={onChoose ? (index === 0 ? 0 : -1) : undefined}
            class={`${props.isChosen?.(row) ? "chosen " : ""}${props.isRelated?.(row) ? "related" : ""}`}
            onClick={onChoose && (() => onChoose(row))}>
            {columns.map((column) => <td key={column.title} class={column.isNumber ? "number" : ""}>{column.cell(row)}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/// A long name, which may be broken behind its points and lines.
export function Name({ text }: { text: string }) {
  return <>{text.split(/(?<=[._])/).map((part, index) => <Fragment key={index}>{index > 0 && <wbr />}{part}</Fragment>)}</>;
}

/// A sentence of the compiler: what it puts between backquotes is code.
export function Prose({ text }: { text: string }) {
  return <>{text.split("`").map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part))}</>;
}

/// A fraction as a bar behind its figure.
export function Share({ value }: { value: number }) {
  return <span class="share"><span class="bar" style={{ width: `${Math.min(100, value * 100)}%` }} />{format.percent(value)}</span>;
}

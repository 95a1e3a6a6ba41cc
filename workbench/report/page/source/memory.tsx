// SPDX-License-Identifier: Apache-2.0
//
// The memory plan as a picture: launches to the right, bytes of the arena upward, a rectangle for
// each buffer from its first launch to its last.

import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { chosenProgram, ProgramChoice } from "./costs";
import { Choice, LevelChoice } from "./controls";
import { rowsOf } from "./cost";
import * as format from "./format";
import { level, model, related, select, selection, selectOrigins, workload } from "./state";
import type { Buffer, Program } from "./story";

const height = 420;
const left = 64;

/// A quiet colour for each part of a layer.
const kinds: [RegExp, string, string][] = [
  [/\bself_attention\b/, "self-attention", "var(--kind-1)"],
  [/\bcross_attention\b/, "cross-attention", "var(--kind-2)"],
  [/\bfeed_forward\b/, "feed-forward", "var(--kind-3)"],
  [/.*/, "other rows", "var(--kind-4)"],
];
/// As much of a buffer's name as a box of this size has room for, along its longer side if need be.
function BufferName({ name, box }: { name: string; box: { x: number; y: number; width: number; height: number } }) {
  const withoutLayer = name.replace(/^.*\.layers\.\d+\./, "");
  const labels = [name, withoutLayer, name.split(".").slice(-1)[0]];
  const fitting = (length: number, thickness: number) => (thickness < 13 ? undefined : labels.find((label) => 10 + 6.2 * label.length <= length));
  const across = fitting(box.width, box.height);
  const up = across?.includes(withoutLayer) ? undefined : fitting(box.height, box.width);
  const isUp = (up?.length ?? 0) > (across?.length ?? 0);
  if (!across && !isUp) return null;
  const [x, y] = isUp ? [box.x + 14, box.y + box.height - 5] : [box.x + 4, box.y + Math.min(14, box.height / 2 + 4)];
  return <text class="buffer-name" x={x} y={y} transform={isUp ? `rotate(-90 ${x} ${y})` : undefined} aria-hidden="true">{isUp ? up : across}</text>;
}

const kindOf = (buffer: Buffer) => kinds.find(([pattern]) => pattern.test(buffer.name))!;

function Grid({ program, scale, width }: { program: Program; scale: number; width: number }) {
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(program.arena_bytes_per_row * part));
  return (
    <g aria-hidden="true">
      {marks.map((bytes) => (
        <g key={bytes}>
          <line class="grid" x1={left} x2={width} y1={height - bytes * scale} y2={height - bytes * scale} />
          <text class="tick" x={left - 8} y={height - bytes * scale + 4} text-anchor="end">{format.bytes(bytes)}</text>
        </g>
      ))}
    </g>
  );
}

export function Memory() {
  const number = chosenProgram();
  const program = model.programs[number];
  const told = useSignal<number | null>(null);
  const stage = model.stages.findIndex(({ name, level: one }) => name === "plan" && one === level.value);
  const isWide = useSignal(false);
  const room = useSignal(1100);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => (room.value = entry.contentRect.width));
    watch.observe(frame.current!);
    return () => watch.disconnect();
  }, []);
  const fitting = (room.value - left - 20) / Math.max(1, program.launches.length);
  const step = isWide.value ? Math.max(56, fitting) : Math.max(1.5, fitting);
  const width = left + step * program.launches.length + 20;
  const scale = (height - 16) / Math.max(1, program.arena_bytes_per_row);
  const rows = rowsOf(model.story, program, workload.value);
  const operationOf = (buffer: Buffer) =>
    model.stages[stage]?.operations.findIndex((operation) => operation.name === buffer.name && operation.function === program.name) ?? -1;
  const choose = (buffer: Buffer) => {
    const index = operationOf(buffer);
    if (index >= 0) select({ stage, index });
    else selectOrigins(buffer.name, [buffer.name.replace(/_\d+$/, "")]);
  };
  const order = program.buffers.map((_, index) => index).sort((a, b) => program.buffers[a].first - program.buffers[b].first);
  const walk = (event: KeyboardEvent) => {
    const at = order.indexOf(+((event.target as Element).getAttribute("data-buffer") ?? -1));
    const next = order[at + ({ ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0)];
    if (at < 0 || next === undefined) return;
    if (event.key === "Enter" || event.key === " ") choose(program.buffers[next]);
    else if (event.key.startsWith("Arrow")) (event.currentTarget as Element).querySelector<SVGElement>(`[data-buffer="${next}"]`)?.focus();
    else return;
    event.preventDefault();
  };
  const shown = told.value !== null ? program.buffers[told.value] : undefined;
  return (
    <div class="page memory">
      <div class="bar"><ProgramChoice /><LevelChoice />
        <Choice label="width" values={[{ value: 0, text: "whole" }, { value: 1, text: "wide" }]} chosen={Number(isWide.value)} onChoose={(value) => (isWide.value = value === 1)} />
        <ul class="legend" aria-label="colours">{kinds.map(([, words, colour]) => <li key={words}><span style={{ background: colour }} />{words}</li>)}</ul>
      </div>
      <p class="lead">
        The arena of <code>{program.name}</code> takes {format.bytes(program.arena_bytes_per_row)} a row: {format.bytes(program.arena_bytes_per_row * (rows + (program.spare_rows ?? 0)))} for the{" "}
        {format.plural(rows, "row")} of this workload. {format.plural(program.buffers.length, "buffer")} share it.
      </p>
      <p class="note" aria-live="polite">
        {shown ? `${shown.name}: ${shown.width} numbers, ${format.bytes(shown.bytes)} a row at ${shown.offset}, launches ${shown.first} to ${shown.last}, ${shown.space}`
          : "Point at a buffer, or step through them with the arrow keys. A dotted line is a barrier."}
      </p>
      <div class="scroll" ref={frame}>
        <svg width={width} height={height + 34} role="group" aria-label="buffers over launches" onKeyDown={walk}>
          <Grid program={program} scale={scale} width={width} />
          {program.launches.map((launch, index) => launch.kind === "barrier" && step > 5 && (
            <line key={index} class="barrier" x1={left + (index + 0.5) * step} x2={left + (index + 0.5) * step} y1="8" y2={height} />
          ))}
          {program.buffers.map((buffer, index) => {
            const operation = operationOf(buffer);
            const isRelated = related.value[stage]?.has(operation);
            const isChosen = selection.value?.place?.stage === stage && selection.value.place.index === operation;
            const box = {
              x: left + buffer.first * step, width: (buffer.last - buffer.first + 1) * step - Math.min(1, step / 4),
              y: height - (buffer.offset + buffer.bytes) * scale, height: Math.max(2, buffer.bytes * scale - 1),
            };
            return (
              <Fragment key={index}>
              <rect class={`buffer${isRelated ? " related" : ""}${isChosen ? " chosen" : ""}`} data-buffer={index} {...box}
                style={{ fill: kindOf(buffer)[2] }} role="button" tabindex={index === order[0] ? 0 : -1} rx="2"
                aria-label={`${buffer.name}, ${format.bytes(buffer.bytes)} a row`}
                onPointerEnter={() => (told.value = index)} onPointerLeave={() => (told.value = null)}
                onFocus={() => (told.value = index)} onClick={() => choose(buffer)} />
              <BufferName name={buffer.name} box={box} />
              </Fragment>
            );
          })}
          <text class="tick" x={left} y={height + 24}>launch 0</text>
          <text class="tick" x={width - 20} y={height + 24} text-anchor="end">launch {program.launches.length - 1}</text>
        </svg>
      </div>
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
//
// A measured run as a flame graph: the program, its layers, their operations, in order.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Choice, runWords } from "./controls";
import * as format from "./format";
import { model, selection, selectLaunch } from "./state";
import type { Run } from "./story";

interface Frame {
  name: string;
  seconds: number;
  start: number;
  depth: number;
  launch?: number;
  kind: string; // program, group, launch or waiting
}

const groupOf = (name: string) => name.match(/^(.*\.layers\.\d+)\./)?.[1] ?? name.split(".").slice(0, 2).join(".");

/// Neighbours of one layer become one frame above its launches.
function framesOf(run: Run, program: number): Frame[] {
  const { launches } = model.programs[program];
  const frames: Frame[] = [{ name: run.program, seconds: run.seconds, start: 0, depth: 0, kind: "program" }];
  let at = 0;
  let group: Frame | undefined;
  launches.forEach((launch, index) => {
    const { seconds, waiting_seconds: waiting } = run.launches[index];
    const total = seconds + waiting;
    if (launch.kind !== "barrier") {
      const name = groupOf(launch.name);
      if (group?.name !== name) frames.push((group = { name, seconds: 0, start: at, depth: 1, kind: "group" }));
      frames.push({ name: launch.name, seconds, start: at, depth: 2, launch: index, kind: "launch" });
      if (waiting) frames.push({ name: "waiting at the barrier", seconds: waiting, start: at + seconds, depth: 2, kind: "waiting" });
    } else if (total) {
      frames.push({ name: "waiting at the barrier", seconds: total, start: at, depth: 2, kind: "waiting" });
    }
    if (group) group.seconds += total;
    at += total;
  });
  return frames;
}

const row = 30;

export function Profile() {
  const runs = model.story.profile?.runs ?? [];
  const chosen = useSignal(Math.max(0, runs.findIndex((run) => run.program === "decode")));
  const zoomed = useSignal<{ start: number; end: number } | null>(null);
  const told = useSignal<Frame | null>(null);
  const run = runs[chosen.value];
  const program = model.programOf(run.program, run.level);
  if (program < 0) return <p class="note">The measured program {run.program} is not in this report.</p>;
  const frames = framesOf(run, program);
  const start = zoomed.value?.start ?? 0;
  const span = (zoomed.value?.end ?? run.seconds) - start;
  const frame = useRef<SVGSVGElement>(null);
  const measured = useSignal(1000);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => (measured.value = entry.contentRect.width));
    watch.observe(frame.current!.parentElement!);
    return () => watch.disconnect();
  }, []);
  const width = Math.max(320, measured.value);
  const visible = frames.filter((frame) => frame.start + frame.seconds > start + span * 1e-6 && frame.start < start + span * (1 - 1e-6) && frame.seconds / span > 0.0004);
  const origins = new Set(selection.value?.origins);
  const isRelated = (frame: Frame) =>
    frame.launch !== undefined && model.programs[program].launches[frame.launch].origins.some((origin) => origins.has(origin));
  const choose = (frame: Frame) => {
    if (frame.launch !== undefined) selectLaunch({ program, index: frame.launch });
    else if (frame.kind === "group") zoomed.value = { start: frame.start, end: frame.start + frame.seconds };
    else if (frame.kind === "program") zoomed.value = null;
  };
  const onKey = (frame: Frame) => (event: KeyboardEvent) => {
    const all = [...(event.currentTarget as Element).parentElement!.children] as unknown as SVGElement[];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) all[all.indexOf(event.currentTarget as SVGElement) + step]?.focus();
    else if (event.key === "Enter" || event.key === " ") choose(frame);
    else return;
    event.preventDefault();
  };
  const waiting = run.launches.reduce((sum, launch) => sum + launch.waiting_seconds, 0);
  const inLaunches = run.launches.reduce((sum, launch) => sum + launch.seconds, 0);
  return (
    <div class="page profile">
      <div class="bar">
        <Choice label="measured run" chosen={chosen.value} onChoose={(index) => { chosen.value = index; zoomed.value = null; }}
          values={runs.map((one, value) => ({ value, text: `${one.program}, ${runWords(one)}` }))} />
        {zoomed.value && <button onClick={() => (zoomed.value = null)}>whole program</button>}
      </div>
      <p class="lead">
        One run of <code>{run.program}</code> takes {format.seconds(run.seconds)}: {format.percent(inLaunches / run.seconds)} in launches,{" "}
        {format.percent(waiting / run.seconds)} waiting at barriers. Mean of {format.plural(run.invocations, "run")}.
      </p>
      <p class="note" aria-live="polite">
        {told.value ? `${told.value.name}: ${format.seconds(told.value.seconds)}, ${format.percent(told.value.seconds / run.seconds)}` : "Select a layer to look closer, an operation to see what it is."}
      </p>
      <svg class="flame" ref={frame} width={width} height={row * 3} role="group" aria-label="flame graph">
        {visible.map((frame) => {
          const x = (Math.max(0, frame.start - start) / span) * width;
          const end = (Math.min(span, frame.start + frame.seconds - start) / span) * width;
          const labels = [frame.name, frame.name.replace(`${groupOf(frame.name)}.`, ""), frame.name.split(".").slice(-1)[0]];
          const label = (frame.launch !== undefined ? labels.slice(1) : labels).find((label) => end - x > 8 + 6.3 * label.length);
          return (
            <g key={`${frame.depth}-${frame.start}-${frame.name}`} class={`frame ${frame.kind}${isRelated(frame) ? " related" : ""}`}
              role="button" tabindex={frame.kind === "program" ? 0 : -1} aria-label={`${frame.name}, ${format.seconds(frame.seconds)}`}
              style={{ "--heat": Math.min(1, (frame.seconds / run.seconds) * (frame.depth === 2 ? 8 : 2)) ** 0.5 }}
              onClick={() => choose(frame)} onKeyDown={onKey(frame)} onFocus={() => (told.value = frame)}
              onPointerEnter={() => (told.value = frame)} onPointerLeave={() => (told.value = null)}>
              <rect x={x} y={frame.depth * row} width={Math.max(0.4, end - x - 0.6)} height={row - 2} />
              {label && <text x={x + 6} y={frame.depth * row + 18}>{label}</text>}
            </g>
          );
        })}
      </svg>
      <h3>Layers</h3>
      <table class="rows" aria-label="layers">
        <thead><tr><th scope="col">layer</th><th class="number" scope="col">time</th><th class="number" scope="col">share</th></tr></thead>
        <tbody>
          {[...frames.filter((frame) => frame.kind === "group").reduce((sums, frame) => sums.set(frame.name, (sums.get(frame.name) ?? 0) + frame.seconds), new Map<string, number>())]
            .map(([name, seconds]) => <tr key={name}><td>{name}</td><td class="number">{format.seconds(seconds)}</td><td class="number">{format.percent(seconds / run.seconds)}</td></tr>)}
        </tbody>
      </table>
    </div>
  );
}

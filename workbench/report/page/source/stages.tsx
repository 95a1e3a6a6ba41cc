// SPDX-License-Identifier: Apache-2.0
//
// Stages side by side: what was selected anywhere is marked in each text and brought into sight.

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { HeatChoice, LevelChoice, Prose } from "./controls";
import { operationHeat } from "./heat";
import { costs, isHeatShown, level, metric, model, related, select, selection } from "./state";
import { isWeight } from "./model";
import type { Stage } from "./story";
import { StageText, type Hidden } from "./text";

const firstShown = ["graph", "fused"];
const shown = signal<ReadonlySet<string>>(new Set(firstShown));
const words = signal("");
const isWrapped = signal(false);
const areWeightsShown = signal(false);
/// The texts that are on the page.
const texts = new Set<StageText>();

export function toggleStage(name: string) {
  const next = new Set(shown.value);
  if (!next.delete(name)) next.add(name);
  if (next.size) shown.value = next;
}

/// Brings a stage's text onto the page.
export function showStage(name: string) {
  if (!shown.value.has(name)) toggleStage(name);
}

/// The lines of parameters and of what is computed from them before anything runs.
function weightLines({ operations, text }: Stage): Hidden[] {
  const weights = new Set(operations.filter(({ kind }) => isWeight(kind)).map(({ line }) => line));
  const found: Hidden[] = [];
  let isInside = false; // of a weight's own region
  text.split("\n").forEach((content, index) => {
    const line = index + 1;
    const isPart = isInside && /^\s*(plan\.yield\b|\})/.test(content);
    if (weights.has(line) || isPart) {
      const last = found[found.length - 1];
      if (last?.[1] === index) last[1] = line;
      else found.push([line, line]);
    }
    if (weights.has(line) && /\{\s*$/.test(content)) isInside = true;
    else if (isPart && content.includes("}")) isInside = false;
  });
  return found;
}

function Column({ stage }: { stage: number }) {
  const { name, sentence, text, operations } = model.stages[stage];
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<StageText | undefined>(undefined);
  const [matches, setMatches] = useState(0);
  const [at, setAt] = useState(0);
  const lines = [...related.value[stage]].map((index) => operations[index].line).sort((a, b) => a - b);
  const foremost = model.foremost(stage, related.value[stage], selection.value?.title);

  useEffect(() => {
    const made = new StageText(place.current!, name, text, (line) => {
      const index = model.atLine(stage, line);
      if (index !== undefined) select({ stage, index }, stage);
    });
    editor.current = made;
    texts.add(made);
    return () => {
      texts.delete(made);
      made.destroy();
    };
  }, [stage]);

  // Before what is chosen is brought into sight, which may be one of them.
  useEffect(() => editor.current!.hide(areWeightsShown.value ? [] : weightLines(model.stages[stage])), [stage, areWeightsShown.value]);

  const chosenPlace = selection.value?.place;
  const chosen = chosenPlace?.stage === stage ? operations[chosenPlace.index].line : undefined;
  useEffect(() => {
    const heat = new Map<number, number>();
    if (isHeatShown.value)
      for (const operation of operations) {
        const value = operationHeat(operation);
        if (value > 0.02) heat.set(operation.line, value);
      }
    editor.current!.mark({ related: lines, chosen: lines[at], heat });
  }, [at, stage, selection.value, isHeatShown.value, metric.value, costs.value, level.value]);
  useEffect(() => {
    const line = chosen ?? (foremost === undefined ? undefined : operations[foremost].line);
    setAt(line ? lines.indexOf(line) : 0);
    if (line && selection.value?.from !== stage) editor.current!.show(line);
  }, [stage, selection.value]);
  useEffect(() => editor.current!.wrap(isWrapped.value), [stage, isWrapped.value]);
  useEffect(() => setMatches(editor.current!.find(words.value)), [stage, words.value]);

  const step = (by: number) => {
    const next = (at + by + lines.length) % lines.length;
    setAt(next);
    editor.current!.show(lines[next]);
  };
  return (
    <section class="column" aria-label={`stage ${name}`} data-stage={name}>
      <header>
        <h3>{name}</h3>
        <p title={sentence.replaceAll("`", "")}><Prose text={sentence} /></p>
        {lines.length > 0 && (
          <span class="stepper" data-related={lines.length}>
            <button onClick={() => step(-1)} aria-label={`related operation before, in ${name}`}>{"\u2191"}</button>
            <button onClick={() => step(1)} aria-label={`next related operation, in ${name}`}>{"\u2193"}</button>
            {at + 1} of {lines.length} related
          </span>
        )}
        {selection.value && lines.length === 0 && <span class="stepper none">nothing related</span>}
        {words.value && <span class="stepper" data-matches={matches}>{matches} lines found</span>}
      </header>
      <div class="text" ref={place} />
    </section>
  );
}

export function Stages() {
  const numbers = model.stagesOf(level.value);
  const visible = numbers.filter((number) => shown.value.has(model.stages[number].name));
  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    for (const text of texts) text.next(words.value, event.shiftKey);
  };
  return (
    <div class="stages">
      <div class="bar">
        <div class="choice" role="group" aria-label="stages to show">
          {numbers.map((number) => {
            const { name } = model.stages[number];
            return <button key={name} aria-pressed={shown.value.has(name)} onClick={() => toggleStage(name)}>{name}</button>;
          })}
        </div>
        <input type="search" data-search placeholder="find in the texts shown" aria-label="find in the texts shown"
          value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} onKeyDown={onSearchKey} />
        <button aria-pressed={isWrapped.value} onClick={() => (isWrapped.value = !isWrapped.value)}>wrap lines</button>
        <button aria-pressed={areWeightsShown.value} onClick={() => (areWeightsShown.value = !areWeightsShown.value)}>parameters</button>
        <HeatChoice />
        <LevelChoice />
        {!selection.value && <p class="hint">Select a line: everything that it came from and became lights up in each stage.</p>}
      </div>
      <div class="columns">{visible.map((number) => <Column key={number} stage={number} />)}</div>
    </div>
  );
}

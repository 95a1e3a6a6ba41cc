// SPDX-License-Identifier: Apache-2.0
//
// Everything that is known about the selected operation, from checkpoint to kernel.

import type { ComponentChildren } from "preact";
import { Bound, Name, Prose, runWords } from "./controls";
import * as format from "./format";
import type { LaunchPlace, Place } from "./model";
import { isWeight, shortKind, tensorsOf } from "./model";
import { costs, level, model, related, runs, section, select, selection, selectLaunch, type Selection } from "./state";
import type { Kernel, Launch } from "./story";
import { showStage } from "./stages";
import { showTensor } from "./lists";

function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {rows.filter(([, value]) => value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && !value.length)).map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

function OperationLink({ place, showsFunction }: { place: Place; showsFunction?: boolean }) {
  const operation = model.operation(place);
  return (
    <button class="link" onClick={() => select(place)} title={operation.kind}>
      <Name text={operation.name} /> <span class="quiet">{shortKind(operation.kind)}{showsFunction && /^\w+$/.test(operation.function) ? ` in ${operation.function}` : ""}</span>
    </button>
  );
}

/// At most `most` of a long list, and how many more there are.
function Some<Item>({ items, most, children }: { items: Item[]; most: number; children: (item: Item) => ComponentChildren }) {
  return (
    <ul class="plain">
      {items.slice(0, most).map((item, index) => <li key={index}>{children(item)}</li>)}
      {items.length > most && (
        <li><details><summary>{items.length - most} more</summary>
          <ul class="plain">{items.slice(most).map((item, index) => <li key={index}>{children(item)}</li>)}</ul></details></li>
      )}
    </ul>
  );
}

function KernelName({ kernel }: { kernel: Kernel }) {
  const called = (kernel.calls ?? []).map((index) => model.story.kernels![index]);
  return (
    <div>
      <code><Name text={kernel.symbol} /></code>{kernel.bytes > 0 && <span class="quiet"> {format.bytes(kernel.bytes)} of code</span>}
      {called.length > 0 && (
        <details><summary>calls {called.length} others</summary>
          <ul class="plain">{called.map(({ symbol }) => <li key={symbol}><code><Name text={symbol} /></code></li>)}</ul></details>
      )}
    </div>
  );
}

/// Which keys a launch looks at.
function keyWords({ keys, keys_before = -1, keys_behind = -1 }: Launch): string {
  if (keys === "none") return "";
  const reach = [keys_before >= 0 && `${keys_before} before`, keys_behind >= 0 && keys !== "up_to_row" && `${keys_behind} behind`].filter(Boolean);
  return `, keys: ${keys.replaceAll("_", " ")}${reach.length ? `, at most ${reach.join(" and ")}` : ""}`;
}

function LaunchFacts({ place }: { place: LaunchPlace }) {
  const program = model.programs[place.program];
  const launch = program.launches[place.index];
  const cost = costs.value[place.program][place.index];
  const kernels = launch.kernels.map((index) => model.story.kernels?.[index]).filter((kernel) => !!kernel);
  const bufferNames = (indices: number[] = []) => indices.map((index) => <div key={index}><Name text={program.buffers[index]?.name ?? ""} /></div>);
  const run = runs.value[place.program];
  return (
    <article class="launch">
      <h4><button class="link" onClick={() => selectLaunch(place)}>{program.name}, launch {place.index}: {launch.kind}</button></h4>
      <Facts rows={[
        ["kernel", kernels.map((kernel) => <KernelName key={kernel.symbol} kernel={kernel} />)],
        ["symbol", <code><Name text={launch.symbol} /></code>],
        ["code", launch.code_bytes > 0 && format.bytes(launch.code_bytes)],
        ["strategy", launch.strategy],
        ["arithmetic", launch.arithmetic],
        ["works on", `${launch.rows} rows${keyWords(launch)}`],
        ["operations", format.operations(cost.operations)],
        ["bytes", `${format.bytes(cost.bytes)}, ${format.bytes(launch.weight_bytes)} of them weights`],
        ["time", cost.longest !== undefined && `${format.seconds(cost.longest)} measured (${runWords(run!)})`],
        ["at least", cost.least !== undefined && format.seconds(cost.least)],
        ["bound by", cost.bound && <Bound cost={cost} />],
        ["weights", (launch.weights ?? []).map((weight) => <div key={weight.name}><Name text={weight.name} /> <span class="quiet">{weight.layout}, {format.bytes(weight.bytes)}</span></div>)],
        ["reads", bufferNames(launch.reads)],
        ["writes", bufferNames(launch.writes)],
      ]} />
    </article>
  );
}

function launchesOf(chosen: Selection): LaunchPlace[] {
  if (chosen.launch) return [chosen.launch];
  const operation = chosen.place ? model.operation(chosen.place) : { origins: chosen.origins };
  return model.launchesOf(operation, level.value);
}

function RelatedOperations() {
  return (
    <>
      {model.stagesOf(level.value).map((stage) => {
        const weight = (index: number) => Number(isWeight(model.stages[stage].operations[index].kind));
        const indices = [...related.value[stage]].sort((a, b) => weight(a) - weight(b) || a - b);
        const { name } = model.stages[stage];
        return (
          <details key={stage} open={indices.length <= 6}>
            <summary>{name} <span class="quiet">{format.plural(indices.length, "operation")}</span></summary>
            <Some items={indices} most={12}>{(index) => <OperationLink place={{ stage, index }} showsFunction />}</Some>
          </details>
        );
      })}
    </>
  );
}

function passesOf(chosen: Selection): string[] {
  const found = new Set(chosen.place ? model.operation(chosen.place).passes : []);
  for (const stage of model.stagesOf(level.value))
    for (const index of related.value[stage]) for (const pass of model.stages[stage].operations[index].passes ?? []) found.add(pass);
  const order = (model.story.passes ?? []).map((pass) => pass.argument);
  return [...found].sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

export function Panel() {
  const chosen = selection.value;
  if (!chosen) return null;
  const operation = chosen.place && model.operation(chosen.place);
  const stage = chosen.place?.stage;
  const remarks = model.remarksOf(chosen.origins);
  const launches = launchesOf(chosen);
  const tensors = [...new Set([...(operation?.tensors ?? []), ...launches.flatMap((place) => tensorsOf(model.launch(place)))])];
  const passes = passesOf(chosen);
  const own = new Set(operation?.passes ?? []);
  return (
    <aside class="panel" aria-label="selected operation" tabIndex={-1}>
      <header>
        <h2><Name text={chosen.title} /></h2>
        <button class="close" onClick={() => (selection.value = null)} aria-label="close the panel">{"\u00d7"}</button>
      </header>
      {operation && (
        <Facts rows={[
          ["kind", <code>{operation.kind}</code>],
          ["stage", <>{model.stages[stage!].name}{operation.function ? <span class="quiet">, in {operation.function}</span> : ""}</>],
          ["type", operation.type && <code>{operation.type}</code>],
          ["operands", operation.operands.length > 0 && <Some items={operation.operands} most={8}>{(index) => <OperationLink place={{ stage: stage!, index }} />}</Some>],
        ]} />
      )}
      <p><button class="link" onClick={() => {
        section.value = "stages";
        if (stage !== undefined) showStage(model.stages[stage].name);
      }}>show in the stages' texts</button></p>
      {passes.length > 0 && (
        <section>
          <h3>Passes</h3>
          <ul class="plain passes">
            {passes.map((pass) => <li key={pass}><code>{pass}</code>{own.has(pass) && <span class="tag">made this</span>}<div class="quiet"><Prose text={model.passSummary(pass)} /></div></li>)}
          </ul>
        </section>
      )}
      {remarks.length > 0 && (
        <section>
          <h3>Remarks</h3>
          <Some items={remarks} most={8}>{(remark) => <><span class={`kind ${remark.kind}`}>{remark.kind}</span> <code>{remark.pass}</code> {remark.name}: <Prose text={remark.text} /></>}</Some>
        </section>
      )}
      {launches.length > 0 && (
        <section>
          <h3>{launches.length === 1 ? "1 launch" : `${launches.length} launches`}</h3>
          <Some items={launches} most={3}>{(place) => <LaunchFacts place={place} />}</Some>
        </section>
      )}
      <section>
        <h3>In every stage</h3>
        <RelatedOperations />
      </section>
      {tensors.length > 0 && (
        <section>
          <h3>Checkpoint tensors</h3>
          <Some items={tensors} most={12}>{(tensor) => <button class="link" onClick={() => showTensor(tensor)}><Name text={tensor} /></button>}</Some>
        </section>
      )}
    </aside>
  );
}

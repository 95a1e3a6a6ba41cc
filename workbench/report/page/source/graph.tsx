// SPDX-License-Identifier: Apache-2.0
//
// The model as a drawing: encoder, decoder, and the encoder cache as the bridge between them.

import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { metricText } from "./controls";
import { blocksOf, encoderCacheBytes, positionsOf, takesFeatures } from "./extent";
import * as format from "./format";
import { groupCost, groupHeat, operationHeat } from "./heat";
import { draw, sizes, type Box, type Cell, type Drawing, type Placed } from "./layout";
import { shortKind } from "./model";
import { graphStage, metric, model, related, select, selection, selectOrigins, sizes as lengths, workload } from "./state";
import { shortName, structureOf, type Structure } from "./structure";
import { useZoom } from "./zoom";

/// Keys of the groups that are shown with their operations, by stage.
const expanded = signal<ReadonlySet<string>>(new Set());

export function toggleGroup(key: string) {
  const next = new Set(expanded.value);
  if (!next.delete(key)) next.add(key);
  expanded.value = next;
}

const structures = new Map<number, Structure>();

function structureOfStage(stage: number): Structure {
  const structure = structures.get(stage) ?? structureOf(model.stages[stage]);
  structures.set(stage, structure);
  return structure;
}

const activate = (action: (event: Event) => void) => (event: KeyboardEvent) => {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  action(event);
};

/// Arrow keys lead from one thing of the drawing to the next in reading order.
function walk(event: KeyboardEvent) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step || !(event.target as Element).matches("[data-walk]")) return;
  const all = [...(event.currentTarget as Element).querySelectorAll<SVGElement>("[data-walk]")];
  all[all.indexOf(event.target as SVGElement) + step]?.focus();
  event.preventDefault();
}

function Inside({ placed, stage }: { placed: Placed; stage: number }) {
  const { inside, group, box } = placed;
  const { operations } = model.stages[stage];
  const chosen = selection.value?.place;
  const near = related.value[stage];
  const dx = box.x + (box.width - inside!.width) / 2;
  return (
    <g transform={`translate(${dx},${box.y + sizes.title})`}>
      {inside!.edges.map((edge) => (
        <path key={`${edge.from}-${edge.to}`} class="edge" marker-end="url(#arrow)"
          d={`M${edge.points.map(({ x, y }) => `${x},${y}`).join("L")}`} />
      ))}
      {inside!.nodes.map((node) => {
        const operation = operations[node.index];
        const isChosen = chosen?.stage === stage && chosen.index === node.index;
        return (
          <g key={node.index} class={`node${near.has(node.index) ? " related" : ""}${isChosen ? " chosen" : ""}`}
            transform={`translate(${node.x},${node.y})`} style={{ "--heat": operationHeat(operation) }}
            role="button" tabindex={-1} data-walk data-operation={operation.name}
            aria-label={`${operation.name}, ${shortKind(operation.kind)}`}
            onClick={() => select({ stage, index: node.index })} onKeyDown={activate(() => select({ stage, index: node.index }))}>
            <title>{`${operation.name}\n${operation.kind}  ${operation.type}`}</title>
            <rect width={node.width} height={node.height} rx="4" />
            <text x={node.width / 2} y={node.height / 2}>{shortName(operation.name, group)}</text>
          </g>
        );
      })}
    </g>
  );
}

function GroupBox({ placed, stage }: { placed: Placed; stage: number }) {
  const { group, box, inside } = placed;
  const { operations } = model.stages[stage];
  const members = group.members.map((index) => operations[index]);
  const value = groupCost(members);
  const isSingle = members.length === 1;
  const touched = group.members.filter((index) => related.value[stage].has(index)).length;
  const open = () =>
    isSingle ? select({ stage, index: group.members[0] }) : toggleGroup(group.key);
  const cost = value > 0 ? metricText(metric.value, value) : isSingle ? shortKind(members[0].kind) : `${members.length} operations`;
  return (
    <g class={`group${touched ? " related" : ""}${inside ? " open" : ""}${group.isBridge ? " bridge" : ""}`}
      style={{ "--heat": inside ? 0 : groupHeat(members) }}>
      <g transform={`translate(${box.x},${box.y})`} role="button" tabindex={0} data-walk data-group={group.title}
        aria-expanded={isSingle ? undefined : !!inside} aria-label={`${group.title}, ${format.plural(members.length, "operation")}`}
        onClick={open} onKeyDown={activate(open)}>
        <title>{isSingle ? members[0].kind : `${members.length} operations; click to ${inside ? "close" : "open"}`}</title>
        <rect class="box" width={box.width} height={box.height} rx="6" />
        <rect class="head" width={box.width} height={inside ? sizes.title : box.height} rx="6" />
        {!isSingle && <path class="twist" d={inside ? "M11,14l8,0l-4,6z" : "M12,16l6,4l-6,4z"} />}
        <text class="title" x={isSingle ? 12 : 26} y={inside ? 21 : 17}>{group.title}</text>
        {!inside && <text class="detail" x={isSingle ? 12 : 26} y={31}>{cost}{touched ? `, ${touched} related` : ""}</text>}
        {inside && <text class="detail" x={box.width - 12} y={21} text-anchor="end">{cost}</text>}
      </g>
      {inside && <Inside placed={placed} stage={stage} />}
    </g>
  );
}

const rightOf = (box: Box) => box.x + box.width;
const centre = (box: Box) => box.x + box.width / 2;
const middle = (box: Box) => box.y + Math.min(box.height, 200) / 2;

/// From one group to the next below straight down; to the other column through the gap between.
function edgePath(from: Placed, to: Placed): string {
  const [a, b] = [from.box, to.box];
  if (from.group.side === to.group.side) {
    if (b.y - (a.y + a.height) <= sizes.gap + 1) return `M${centre(a)},${a.y + a.height}V${b.y}`;
    const x = Math.min(a.x, b.x) - 14;
    return `M${a.x},${middle(a)}C${x - 14},${middle(a)} ${x - 14},${middle(b)} ${b.x},${middle(b)}`;
  }
  const x = (rightOf(a) + b.x) / 2;
  return `M${rightOf(a)},${middle(a)}H${x}V${middle(b)}H${b.x}`;
}

function Edges({ drawing }: { drawing: Drawing }) {
  return (
    <>
      {drawing.groups.flatMap((placed) =>
        [...placed.group.before].map((key) => (
          <path key={`${key}-${placed.group.key}`} class="edge between" marker-end="url(#arrow)" d={edgePath(drawing.byKey.get(key)!, placed)} />
        )),
      )}
    </>
  );
}

const position = takesFeatures(lengths) ? "position" : "token";

function CacheCell({ cell, stage, reader }: { cell: Cell; stage: number; reader: Box }) {
  const { slots, box } = cell;
  const { operations } = model.stages[stage];
  const origins = [...new Set([...slots.stores, ...slots.reads].flatMap((index) => operations[index].origins))];
  const bytes = (model.story.caches?.encoder?.slots ?? [])
    .filter((slot) => slot.name.startsWith(`${slots.layer}.`))
    .reduce((sum, slot) => sum + slot.bytes_per_token, 0);
  const isRelated = [...slots.stores, ...slots.reads].some((index) => related.value[stage].has(index));
  const choose = () => selectOrigins(`${slots.layer}, cached keys and values`, origins);
  const blocks = workload.value.sources * blocksOf(lengths, positionsOf(lengths, workload.value));
  const size = bytes * blocks * lengths.block_positions;
  return (
    <g class={`cell${isRelated ? " related" : ""}`} role="button" tabindex={0} data-walk data-cell={slots.layer}
      aria-label={`encoder cache of ${slots.layer}`} onClick={choose} onKeyDown={activate(choose)}>
      <title>{`${slots.layer}: keys and values of every source ${position}, in blocks of ${lengths.block_positions}`}</title>
      <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="4" />
      <text class="title" x={box.x + 12} y={box.y + 17}>keys and values</text>
      <text class="detail" x={box.x + 12} y={box.y + 31}>{bytes ? `${format.bytes(bytes)} a ${position}, ${format.bytes(size)}` : slots.layer}</text>
      <path class="edge cache" marker-end="url(#arrow)" d={`M${rightOf(box)},${middle(box)}H${reader.x}`} />
    </g>
  );
}

function SelfCaches({ drawing, structure, stage }: { drawing: Drawing; structure: Structure; stage: number }) {
  const { operations } = model.stages[stage];
  return (
    <>
      {structure.selfCache.map((slots) => {
        const { box } = drawing.byKey.get(slots.group)!;
        const [x, y] = [rightOf(box), middle(box)];
        const choose = () => selectOrigins(`${slots.layer}, self cache`, [...new Set(slots.stores.flatMap((index) => operations[index].origins))]);
        const isRelated = slots.stores.some((index) => related.value[stage].has(index));
        return (
          <g key={slots.layer} class={`cell self${isRelated ? " related" : ""}`} role="button" tabindex={0} data-walk
            aria-label={`self cache of ${slots.layer}`} onClick={choose} onKeyDown={activate(choose)}>
            <title>{`${slots.layer}: keys and values of the target tokens so far`}</title>
            <path class="edge cache" marker-end="url(#arrow)" marker-start="url(#arrow)" d={`M${x + 2},${y}h22`} />
            <rect x={x + 26} y={y - 11} width="76" height="22" rx="4" />
            <text class="detail" x={x + 64} y={y + 4} text-anchor="middle">self cache</text>
          </g>
        );
      })}
    </>
  );
}

function CacheBridge({ drawing, stage }: { drawing: Drawing; stage: number }) {
  const { cache, cells, byKey } = drawing;
  if (!cache) return null;
  const perToken = model.story.caches?.encoder?.bytes_per_token ?? 0;
  const bridge = byKey.get("encode:bridge")?.box;
  const end = cache.y + cache.height;
  return (
    <g>
      {bridge && <path class="edge cache" marker-end="url(#arrow)"
        d={`M${rightOf(bridge)},${middle(bridge)}H${(rightOf(bridge) + cache.x) / 2}V${Math.min(middle(bridge), end - 20)}H${cache.x}`} />}
      <rect class="cache" x={cache.x} y={cache.y} width={cache.width} height={cache.height} rx="8" />
      <text class="title" x={cache.x + 14} y={cache.y + 22}>Encoder KV cache</text>
      <text class="detail" x={cache.x + 14} y={cache.y + 39}>{perToken ? `${format.bytes(perToken)} a source ${position}` : ""}</text>
      <text class="detail" x={cache.x + 14} y={cache.y + 55} data-cache-size>
        {perToken ? `${format.plural(workload.value.sources * positionsOf(lengths, workload.value), position)}: ${format.bytes(encoderCacheBytes(lengths, workload.value))}` : ""}
      </text>
      {cells.map((cell) => <CacheCell key={cell.slots.layer} cell={cell} stage={stage} reader={byKey.get(cell.slots.group)!.box} />)}
    </g>
  );
}

export function Graph() {
  const stage = graphStage.value;
  const structure = structureOfStage(stage);
  const open = expanded.value;
  const drawing = useMemo(() => draw(model.stages[stage], structure, (key) => open.has(key)), [stage, open]);
  const { frame, transform, zoomAt, move, fit, show, forget } = useZoom(drawing);
  useEffect(() => fit(false), [stage]);
  useEffect(() => {
    if (!selection.value) forget();
    const chosen = selection.value?.place;
    const drawn = [...related.value[stage]].filter((index) => structure.groupOf.has(index));
    const index = chosen?.stage === stage ? chosen.index : model.foremost(stage, drawn, selection.value?.title);
    const key = index === undefined ? undefined : structure.groupOf.get(index);
    const placed = key ? drawing.byKey.get(key) : undefined;
    const node = placed?.inside?.nodes.find((one) => one.index === index);
    if (!placed) return;
    const inner = node && { ...node, x: placed.box.x + (placed.box.width - placed.inside!.width) / 2 + node.x, y: placed.box.y + sizes.title + node.y };
    show(inner ?? placed.box);
  }, [selection.value]);
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    if (event.key === "+" || event.key === "=") zoomAt(1.25);
    else if (event.key === "-") zoomAt(0.8);
    else if (event.key === "0") fit(true);
    else if (event.shiftKey && event.key.startsWith("Arrow"))
      move({ ArrowLeft: 60, ArrowRight: -60 }[event.key] ?? 0, { ArrowUp: 60, ArrowDown: -60 }[event.key] ?? 0);
    else return walk(event);
    event.preventDefault();
  };
  return (
    <div class="graph">
      <div class="graph-buttons" role="group" aria-label="zoom">
        <button onClick={() => zoomAt(1.25)} aria-label="zoom in">+</button>
        <button onClick={() => zoomAt(0.8)} aria-label="zoom out">{"\u2212"}</button>
        <button onClick={() => fit(true)}>whole</button>
        <button onClick={() => fit(false)}>width</button>
        {open.size > 0 && <button onClick={() => (expanded.value = new Set())}>close all</button>}
      </div>
      <svg ref={frame} role="group" aria-label={`the model in stage ${model.stages[stage].name}`} onKeyDown={onKey}>
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path class="arrow" d="M0,0.8L7.5,4L0,7.2z" />
          </marker>
        </defs>
        <g transform={transform}>
          {drawing.headings.map(({ words, x, y }) => <text key={words} class="heading" x={x} y={y} text-anchor="middle">{words}</text>)}
          <Edges drawing={drawing} />
          <CacheBridge drawing={drawing} stage={stage} />
          <SelfCaches drawing={drawing} structure={structure} stage={stage} />
          {drawing.groups.map((placed) => <GroupBox key={placed.group.key} placed={placed} stage={stage} />)}
        </g>
      </svg>
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
//
// Where the drawing puts things. A layer's inside is laid out once and used for every layer of the
// same structure, so that a model of many layers costs no more than one of few.

import { Graph, layout } from "@dagrejs/dagre";
import { shortName, type Group, type Slots, type Structure } from "./structure";
import type { Stage } from "./story";

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number; // x and y are those of the upper left corner
}

export interface Inside {
  width: number;
  height: number;
  nodes: (Box & { index: number })[];
  edges: { from: number; to: number; points: Point[] }[];
}

export interface Placed {
  group: Group;
  box: Box;
  inside?: Inside;
}

export interface Cell {
  slots: Slots;
  box: Box;
}

export interface Drawing {
  groups: Placed[];
  byKey: Map<string, Placed>;
  cells: Cell[];
  cache?: Box;
  headings: (Point & { words: string })[];
  width: number;
  height: number;
}

export const sizes = { group: 264, row: 40, title: 34, gap: 18, node: 28, cell: 200, channel: 84, heading: 34 };

const known = new Map<string, Inside>();

const nodeWidth = (label: string) => Math.min(260, 26 + 6.7 * label.length);

function insideOf(stage: Stage, group: Group, structure: Structure): Inside {
  const position = new Map(group.members.map((index, number) => [index, number]));
  const edges = structure.edges.filter(([from, to]) => position.has(from) && position.has(to));
  const labels = group.members.map((index) => shortName(stage.operations[index].name, group));
  const signature = `${labels.join()}|${edges.map(([from, to]) => `${position.get(from)}-${position.get(to)}`).join()}`;
  let inside = known.get(signature);
  if (!inside) {
    inside = group.isBridge ? gridOf(labels) : layered(labels, edges.map(([from, to]) => [position.get(from)!, position.get(to)!]));
    known.set(signature, inside);
  }
  const real = (number: number) => group.members[number];
  return {
    ...inside,
    nodes: inside.nodes.map((node) => ({ ...node, index: real(node.index) })),
    edges: inside.edges.map((edge) => ({ ...edge, from: real(edge.from), to: real(edge.to) })),
  };
}

function layered(labels: string[], edges: [number, number][]): Inside {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 16, ranksep: 26, marginx: 12, marginy: 10 });
  graph.setDefaultEdgeLabel(() => ({}));
  labels.forEach((label, number) => graph.setNode(String(number), { width: nodeWidth(label), height: sizes.node }));
  for (const [from, to] of edges) graph.setEdge(String(from), String(to));
  layout(graph);
  const nodes = labels.map((_, index) => {
    const { x, y, width, height } = graph.node(String(index)) as Box;
    return { index, x: x - width / 2, y: y - height / 2, width, height };
  });
  return {
    width: (graph.graph() as Box).width,
    height: (graph.graph() as Box).height,
    nodes,
    edges: edges.map(([from, to]) => ({ from, to, points: (graph.edge(String(from), String(to)) as { points: Point[] }).points })),
  };
}

/// What fills the cache has no structure but its layers: one row for each.
function gridOf(labels: string[]): Inside {
  const rows = new Map<string, number[]>();
  labels.forEach((label, index) => {
    const row = label.match(/^\d+/)?.[0] ?? "";
    rows.set(row, [...(rows.get(row) ?? []), index]);
  });
  const width = Math.max(...labels.map(nodeWidth));
  const nodes: Inside["nodes"] = [];
  let longest = 0;
  [...rows.values()].forEach((row, line) =>
    row.forEach((index, column) => {
      longest = Math.max(longest, column + 1);
      nodes.push({ index, x: 12 + column * (width + 12), y: 10 + line * (sizes.node + 10), width, height: sizes.node });
    }),
  );
  return { nodes, edges: [], width: longest * (width + 12) + 12, height: rows.size * (sizes.node + 10) + 10 };
}

export function draw(stage: Stage, structure: Structure, isExpanded: (key: string) => boolean): Drawing {
  const sides = ["encoder", "decoder"] as const;
  const columns = sides.map((side) =>
    structure.groups.filter((group) => group.side === side).map((group) => {
      const inside = isExpanded(group.key) ? insideOf(stage, group, structure) : undefined;
      const width = Math.max(sizes.group, inside?.width ?? 0);
      return { group, inside, width, height: inside ? inside.height + sizes.title : sizes.row };
    }),
  );
  const widths = columns.map((column) => Math.max(0, ...column.map(({ width }) => width)));
  const hasCache = structure.encoderCache.length > 0;
  const middle = hasCache ? sizes.cell + 2 * sizes.channel : sizes.channel;
  const centres = [widths[0] / 2, widths[0] + (widths[0] ? middle : 0) + widths[1] / 2];
  const groups: Placed[] = [];
  columns.forEach((column, side) => {
    let y = sizes.heading;
    for (const { group, inside, width, height } of column) {
      groups.push({ group, inside, box: { x: centres[side] - width / 2, y, width, height } });
      y += height + sizes.gap;
    }
  });
  const byKey = new Map(groups.map((placed) => [placed.group.key, placed]));
  const x = widths[0] + sizes.channel;
  const cells = structure.encoderCache.map((slots) => {
    const reader = byKey.get(slots.group)!.box;
    return { slots, box: { x, y: reader.y + Math.min(reader.height, 200) / 2 - sizes.row / 2, width: sizes.cell, height: sizes.row } };
  });
  const bottom = (boxes: { box: Box }[]) => Math.max(0, ...boxes.map(({ box }) => box.y + box.height));
  const cache = cells.length
    ? { x: x - 10, y: cells[0].box.y - 72, width: sizes.cell + 20, height: bottom(cells) - cells[0].box.y + 84 }
    : undefined;
  const words = structure.hasEncode ? ["encode: once for each source", "decode: at every step"] : ["encoder", "decoder"];
  const headings = words.map((words, side) => ({ words, x: centres[side], y: 16 })).filter((_, side) => columns[side].length > 0);
  return { groups, byKey, cells, cache, headings, width: centres[1] + widths[1] / 2 + 120, height: Math.max(bottom(groups), cache ? cache.y + cache.height : 0) };
}

// SPDX-License-Identifier: Apache-2.0
//
// What the drawing of a stage shows: its operations in groups, one for each layer, in the columns
// of encoder and decoder, and the caches between them. Weights and masks are not drawn.

import type { Operation, Stage } from "./story";

export interface Group {
  key: string;
  title: string;
  side: "encoder" | "decoder";
  layer?: number;
  isBridge: boolean; // decoder operations that `encode` computes: they fill the encoder cache
  members: number[]; // indices of drawn operations
  before: Set<string>; // keys of groups that it reads
}

export interface Slots {
  layer: string; // the attention that reads them
  group: string; // key of the decoder's group
  stores: number[];
  reads: number[];
}

export interface Structure {
  groups: Group[];
  groupOf: Map<number, string>;
  edges: [from: number, to: number][]; // between drawn operations, what is not drawn skipped
  encoderCache: Slots[];
  selfCache: Slots[];
  hasEncode: boolean;
}

const silent =
  /\.(parameter|weight\w*|sinusoid|\w*masks?|relative_position_bias|slice_columns|buffer|columns|barrier|yield|constant)$/;
const passThrough = /\.(slice_columns|columns)$/;

export const isDrawn = (operation: Operation) => !silent.test(operation.kind) && !operation.type.startsWith("tensor<");

const layerOf = (name: string) => name.match(/^(.*\.layers\.(\d+))(?:\.|$)/);

/// The group of an operation: its layer, or the first parts of its name.
function place(operation: Operation, hasEncode: boolean): Omit<Group, "members" | "before"> {
  const { name } = operation;
  const isEncoder = hasEncode ? operation.function === "encode" : /^(encoder|source)/.test(name);
  const side = isEncoder ? "encoder" : "decoder";
  if (hasEncode && isEncoder && name.startsWith("decoder."))
    return { key: "encode:bridge", title: "cross-attention keys and values", side, isBridge: true };
  const layer = layerOf(name);
  if (layer) return { key: `${side}:${layer[1]}`, title: layer[1], side, layer: +layer[2], isBridge: false };
  const stem = name.replace(/_\d+$/, "").split(".").slice(0, 2).join(".");
  return { key: `${side}:${stem}`, title: stem, side, isBridge: false };
}

/// Drawn operations that an operation reads, through those that are not drawn.
function drawnOperands(operations: Operation[], index: number, drawn: Set<number>): number[] {
  return operations[index].operands.flatMap((operand) => {
    if (drawn.has(operand)) return [operand];
    return passThrough.test(operations[operand].kind) ? drawnOperands(operations, operand, drawn) : [];
  });
}

function slotsOf(operations: Operation[], groupOf: Map<number, string>, pattern: RegExp, stores: RegExp): Slots[] {
  const found = new Map<string, Slots>();
  for (const [index, group] of groupOf) {
    const { kind, name } = operations[index];
    if (!pattern.test(kind)) continue;
    const layer = name.replace(/_\d+$/, "").replace(/\.(keys?|values?)(\.\w+)?$/, "");
    const slots = found.get(layer) ?? { layer, group: "", stores: [], reads: [] };
    found.set(layer, slots);
    if (stores.test(kind)) slots.stores.push(index);
    if (!stores.test(kind) || pattern === stores) {
      slots.reads.push(index);
      slots.group = group;
    }
  }
  return [...found.values()];
}

export function structureOf(stage: Stage): Structure {
  const { operations } = stage;
  const hasEncode = operations.some((operation) => operation.function === "encode");
  const groups = new Map<string, Group>();
  const groupOf = new Map<number, string>();
  operations.forEach((operation, index) => {
    if (!isDrawn(operation) || operation.function.startsWith("@")) return;
    const where = place(operation, hasEncode);
    const group = groups.get(where.key) ?? { ...where, members: [], before: new Set() };
    groups.set(where.key, group);
    group.members.push(index);
    groupOf.set(index, where.key);
  });
  const drawn = new Set(groupOf.keys());
  const edges: [number, number][] = [];
  for (const index of drawn)
    for (const operand of new Set(drawnOperands(operations, index, drawn))) {
      edges.push([operand, index]);
      const [from, to] = [groupOf.get(operand)!, groupOf.get(index)!];
      if (from !== to) groups.get(to)!.before.add(from);
    }
  const append = /\.cache_append$/;
  return {
    groups: [...groups.values()],
    groupOf,
    edges,
    encoderCache: slotsOf(operations, groupOf, /\.cache_(store|read)$/, /\.cache_store$/).filter((slots) => slots.group),
    selfCache: slotsOf(operations, groupOf, append, append),
    hasEncode,
  };
}

/// What a name adds to the title of its group.
export function shortName(name: string, group: Group): string {
  if (group.isBridge) return name.replace(/^decoder\.(layers\.)?/, "");
  return name.startsWith(`${group.title}.`) ? name.slice(group.title.length + 1) : name;
}

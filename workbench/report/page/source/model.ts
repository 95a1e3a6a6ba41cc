// SPDX-License-Identifier: Apache-2.0
//
// Answers what belongs to what: operations of all stages by origin, launches by operation, tensors
// by the operations that use them. Two operations are related if they share an origin.

import type { Launch, Operation, Program, Remark, Stage, Story } from "./story";

export interface Place {
  stage: number;
  index: number;
}

export interface LaunchPlace {
  program: number;
  index: number;
}

function pushTo<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value) {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

export class Model {
  readonly stages: Stage[];
  readonly programs: Program[];
  readonly levels: string[];
  private readonly byOrigin = new Map<string, Place[]>();
  private readonly byTensor = new Map<string, Place[]>();
  private readonly launchesByOrigin = new Map<string, LaunchPlace[]>();
  private readonly launchesByTensor = new Map<string, LaunchPlace[]>();
  private readonly planOperations = new Map<string, Place>(); // by "program,launch"
  private readonly byLine: Map<number, number>[];
  private readonly mains = new Map<Launch, Set<string>>();

  constructor(readonly story: Story) {
    this.stages = story.stages;
    this.programs = story.programs ?? [];
    this.levels = [...new Set(this.programs.map((program) => program.level))];
    this.stages.forEach((stage, number) =>
      stage.operations.forEach((operation, index) => this.addOperation(operation, { stage: number, index })),
    );
    this.programs.forEach((program, number) =>
      program.launches.forEach((launch, index) => {
        const place = { program: number, index };
        for (const origin of launch.origins) pushTo(this.launchesByOrigin, origin, place);
        for (const tensor of tensorsOf(launch)) pushTo(this.launchesByTensor, tensor, place);
      }),
    );
    this.byLine = this.stages.map(
      (stage) => new Map(stage.operations.map((operation, index) => [operation.line, index])),
    );
  }

  private addOperation(operation: Operation, place: Place) {
    for (const origin of operation.origins) pushTo(this.byOrigin, origin, place);
    for (const tensor of operation.tensors ?? []) pushTo(this.byTensor, tensor, place);
    if (operation.launch) this.planOperations.set(operation.launch.join(), place);
  }

  operation(place: Place): Operation {
    return this.stages[place.stage].operations[place.index];
  }

  launch(place: LaunchPlace): Launch {
    return this.programs[place.program].launches[place.index];
  }

  /// The operation that a line of a stage's text prints.
  atLine(stage: number, line: number): number | undefined {
    return this.byLine[stage].get(line);
  }

  /// Indices of the operations of each stage that share an origin, in order.
  related(origins: Iterable<string>): Set<number>[] {
    const found = this.stages.map(() => new Set<number>());
    for (const origin of origins)
      for (const place of this.byOrigin.get(origin) ?? []) found[place.stage].add(place.index);
    return found;
  }

  /// The launches, at one level, that an operation of any stage became part of: its own, those of
  /// the same origins, or, for weights, those that read the same tensors. What one function computes
  /// and the other reads from a cache costs where it is computed.
  launchesOf(operation: Pick<Operation, "origins" | "tensors" | "launch"> & { function?: string }, level: string): LaunchPlace[] {
    if (operation.launch) return [{ program: operation.launch[0], index: operation.launch[1] }];
    const found = new Map<string, LaunchPlace>();
    const mine = this.programs.filter((program) => program.name === operation.function);
    const add = (places: LaunchPlace[] = []) => {
      for (const place of places) {
        const program = this.programs[place.program];
        if (program.level === level && (!mine.length || mine.includes(program))) found.set(`${place.program},${place.index}`, place);
      }
    };
    for (const origin of operation.origins) add(this.launchesByOrigin.get(origin));
    if (!found.size) for (const tensor of operation.tensors ?? []) add(this.launchesByTensor.get(tensor));
    return [...found.values()].sort((a, b) => a.program - b.program || a.index - b.index);
  }

  /// The origins that a launch is there for: those nearest to its name. A norm before a linear of
  /// another layer is part of that launch, but not what it costs.
  mainOrigins(launch: Launch): Set<string> {
    const known = this.mains.get(launch);
    if (known) return known;
    const parts = launch.name.split(".");
    const depth = (origin: string) => {
      const other = origin.split(".");
      const end = parts.findIndex((part, index) => part !== other[index]);
      return end < 0 ? parts.length : end;
    };
    const deepest = Math.max(0, ...launch.origins.map(depth));
    const main = new Set(launch.origins.filter((origin) => depth(origin) === deepest));
    this.mains.set(launch, main);
    return main;
  }

  /// Of several related operations of a stage the one to look at first: not a weight of another,
  /// and, if there is one, of the same name.
  foremost(stage: number, indices: Iterable<number>, name?: string): number | undefined {
    const { operations } = this.stages[stage];
    const rank = (index: number) =>
      (operations[index].name === name ? 0 : 2) + (isWeight(operations[index].kind) ? 4 : 0) + (/\.(buffer|columns|barrier)$/.test(operations[index].kind) ? 3 : 0);
    return [...indices].sort((a, b) => rank(a) - rank(b) || a - b)[0];
  }

  /// The operation of the plan that is this launch.
  planOperation(place: LaunchPlace): Place | undefined {
    return this.planOperations.get(`${place.program},${place.index}`);
  }

  usersOf(tensor: string): Place[] {
    return this.byTensor.get(tensor) ?? [];
  }

  remarksOf(origins: Iterable<string>): Remark[] {
    const wanted = new Set(origins);
    return (this.story.remarks ?? []).filter((remark) => remark.origins.some((origin) => wanted.has(origin)));
  }

  /// Numbers of the stages shown for a level: all but the plans of other levels.
  stagesOf(level: string): number[] {
    return this.stages.map((_, number) => number).filter((number) => {
      const stage = this.stages[number];
      return !stage.level || stage.level === level || this.levels.length === 0;
    });
  }

  programOf(name: string, level: string): number {
    return this.programs.findIndex((program) => program.name === name && program.level === level);
  }

  passSummary(argument: string): string {
    return this.story.passes?.find((pass) => pass.argument === argument)?.summary ?? "";
  }
}

export function tensorsOf(launch: Launch): string[] {
  return [...new Set((launch.weights ?? []).flatMap((weight) => weight.tensors))];
}

/// Whether an operation of this kind belongs to the weights, which are computed before anything runs.
export function isWeight(kind: string): boolean {
  return /\.(parameter|weight\w*|sinusoid|constant)$/.test(kind);
}

/// `linear` of `transept.linear`.
export function shortKind(kind: string): string {
  return kind.slice(kind.indexOf(".") + 1);
}

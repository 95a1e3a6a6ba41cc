// SPDX-License-Identifier: Apache-2.0
//
// How warm an operation is: what the launches that it became part of cost, as a fraction of the
// most expensive launch.

import { computed } from "@preact/signals";
import { metricOf } from "./cost";
import { isWeight, type LaunchPlace } from "./model";
import type { Operation } from "./story";
import { costs, isHeatShown, level, metric, model } from "./state";

const values = computed(() => costs.value.map((program) => program.map((cost) => metricOf(cost, metric.value))));

const greatest = computed(() =>
  model.programs.map((_, index) => values.value[index].reduce((most, value) => Math.max(most, value), 0)),
);

/// Differences between cheap launches stay visible beside one that is far dearer.
const soften = (fraction: number) => Math.min(1, fraction) ** 0.6;

export function launchHeat({ program, index }: LaunchPlace): number {
  const most = greatest.value[program];
  return isHeatShown.value && most > 0 ? soften(values.value[program][index] / most) : 0;
}

export function operationHeat(operation: Operation): number {
  if (!isHeatShown.value || isWeight(operation.kind)) return 0;
  const isMain = (place: LaunchPlace) => {
    const main = model.mainOrigins(model.launch(place));
    return !!operation.launch || operation.origins.some((origin) => main.has(origin));
  };
  return model.launchesOf(operation, level.value).reduce((most, place) => (isMain(place) ? Math.max(most, launchHeat(place)) : most), 0);
}

/// What several operations cost together: of a launch that is there for others as well, their part.
export function groupCost(operations: Operation[]): { value: number; fraction: number } {
  const origins = new Set(operations.flatMap((operation) => operation.origins));
  const launches = new Map<string, LaunchPlace>();
  for (const operation of operations)
    for (const place of model.launchesOf({ ...operation, tensors: undefined }, level.value))
      launches.set(`${place.program},${place.index}`, place);
  let value = 0;
  let whole = 0;
  for (const place of launches.values()) {
    const main = [...model.mainOrigins(model.launch(place))];
    if (!main.length) continue;
    value += (values.value[place.program][place.index] * main.filter((origin) => origins.has(origin)).length) / main.length;
    whole = Math.max(whole, totals.value[place.program]);
  }
  return { value, fraction: whole > 0 ? value / whole : 0 };
}

const totals = computed(() => values.value.map((program) => program.reduce((sum, value) => sum + value, 0)));

// SPDX-License-Identifier: Apache-2.0
//
// How warm an operation is: what the launches that it became part of cost, as a fraction of the
// most expensive launch of all programs, so that a colour means one amount wherever it is seen.

import { computed } from "@preact/signals";
import { metricOf } from "./cost";
import { isWeight, type LaunchPlace } from "./model";
import type { Operation } from "./story";
import { costs, isHeatShown, level, metric, model } from "./state";

const values = computed(() => costs.value.map((program) => program.map((cost) => metricOf(cost, metric.value))));

/// What the dearest launch of the chosen processor's programs costs.
export const hottest = computed(() =>
  model.programs.reduce((most, program, index) => (program.level === level.value ? Math.max(most, ...values.value[index]) : most), 0),
);

/// Differences between cheap launches stay visible beside one that is far dearer.
const soften = (fraction: number) => Math.min(1, fraction) ** 0.6;

export function launchHeat({ program, index }: LaunchPlace): number {
  return isHeatShown.value && hottest.value > 0 ? soften(values.value[program][index] / hottest.value) : 0;
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
export function groupCost(operations: Operation[]): number {
  const origins = new Set(operations.flatMap((operation) => operation.origins));
  const launches = new Map<string, LaunchPlace>();
  for (const operation of operations)
    for (const place of model.launchesOf({ ...operation, tensors: undefined }, level.value))
      launches.set(`${place.program},${place.index}`, place);
  let value = 0;
  for (const place of launches.values()) {
    const main = [...model.mainOrigins(model.launch(place))];
    if (!main.length) continue;
    value += (values.value[place.program][place.index] * main.filter((origin) => origins.has(origin)).length) / main.length;
  }
  return value;
}

/// A closed layer has the colour of what is dearest in it.
export const groupHeat = (operations: Operation[]) => operations.reduce((most, operation) => Math.max(most, operationHeat(operation)), 0);

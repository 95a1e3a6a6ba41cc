// SPDX-License-Identifier: Apache-2.0
//
// What the reader has chosen. Everything on the page that depends on a choice reads these signals,
// so that a selection made anywhere shows everywhere.

import { computed, effect, signal } from "@preact/signals";
import { costsOf, nearestRun, type Cost, type Metric } from "./cost";
import { longest, sizesOf, type Workload } from "./extent";
import { Model, type LaunchPlace, type Place } from "./model";
import type { Run, Story } from "./story";

export const sections = ["overview", "stages", "costs", "memory", "caches", "profile", "remarks", "tensors"] as const;
export type Section = (typeof sections)[number];

export interface Selection {
  title: string;
  origins: string[];
  place?: Place;
  launch?: LaunchPlace;
  from?: number; // the stage whose text it was clicked in, which therefore need not scroll
}

export const model = new Model(JSON.parse(document.getElementById("story")!.textContent!) as Story);
const { story } = model;

export const section = signal<Section>("overview");
export const selection = signal<Selection | null>(null);
export const level = signal(model.levels[0] ?? "");
export const programName = signal(model.programs.some((program) => program.name === "decode" && program.launches.length) ? "decode" : "encode");
export const metric = signal<Metric>(story.profile ? "time" : "bytes");
export const isHeatShown = signal(true);
export const isHelpShown = signal(false);
export const graphStage = signal(Math.max(0, model.stages.findIndex((stage) => stage.name === "staged")));

export const sizes = sizesOf(story);
/// What the model takes at most of each side.
export const most = longest(sizes);

const firstRun = story.profile?.runs.find((run) => run.program === "decode");
export const workload = signal<Workload>({
  sources: firstRun?.sources ?? 1,
  sourceTokens: Math.min(most.source, firstRun?.source_tokens ?? (sizes.usual_feature_rows || 64)),
  beams: firstRun?.hypotheses ?? 1,
  step: Math.min(most.target, firstRun?.steps ? firstRun.steps >> 1 : 32),
});

export const availableSections = sections.filter(
  (name) =>
    (name !== "profile" || story.profile?.runs.length) &&
    (name !== "caches" || story.caches?.encoder?.bytes_per_token || story.caches?.self?.bytes_per_token) &&
    (!["costs", "memory"].includes(name) || model.programs.length) &&
    (name !== "remarks" || story.remarks?.length) &&
    (name !== "tensors" || story.tensors?.length),
);

/// Per program: the measured run that its times are from.
export const runs = computed<(Run | undefined)[]>(() =>
  model.programs.map((program) => nearestRun(story, program, workload.value)),
);

/// Costs of every launch of every program for the chosen workload.
export const costs = computed<Cost[][]>(() =>
  model.programs.map((program, index) => costsOf(story, program, workload.value, runs.value[index])),
);

/// Operations of every stage that are related to the selection.
export const related = computed(() => model.related(selection.value?.origins ?? []));

export function select(place: Place, from?: number) {
  const operation = model.operation(place);
  const launch = operation.launch && { program: operation.launch[0], index: operation.launch[1] };
  selection.value = { title: operation.name, origins: operation.origins, place, launch, from };
}

export function selectLaunch(launch: LaunchPlace) {
  const place = model.planOperation(launch);
  if (place) return select(place);
  const { name, origins } = model.launch(launch);
  selection.value = { title: name, origins, launch };
}

/// Selects the operation of this name, in the stage if it is there, else in the first that has it.
export function selectNamed(name: string, stage?: number) {
  const places = model.stages.flatMap((one, number) => {
    const index = one.operations.findIndex((operation) => operation.name === name);
    return index < 0 ? [] : [{ stage: number, index }];
  });
  const place = places.find((one) => one.stage === stage) ?? places[0];
  if (place) select(place);
}

export function selectOrigins(title: string, origins: string[]) {
  selection.value = { title, origins };
}

export function setWorkload(change: Partial<Workload>) {
  workload.value = { ...workload.value, ...change };
}

/// The theme is the system's until the reader chooses one.
export const theme = signal<"" | "light" | "dark">("");
export function toggleTheme() {
  const isDark = theme.value ? theme.value === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  theme.value = isDark ? "light" : "dark";
}
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

/// The section is in the address, so that a link or a reload leads back to it.
const asked = location.hash.slice(1) as Section;
if (availableSections.includes(asked)) section.value = asked;
effect(() => history.replaceState(null, "", `#${section.value}`));

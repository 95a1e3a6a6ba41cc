// SPDX-License-Identifier: Apache-2.0
//
// What the model is, in figures, and how it is built, as a drawing.

import { Choice, HeatChoice, LevelChoice, Prose, runWords } from "./controls";
import { takesFeatures } from "./extent";
import * as format from "./format";
import { Graph } from "./graph";
import { graphStage, isHeatShown, level, metric, model, runs, sizes } from "./state";

const { story } = model;

function optionText(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}

function figures(): [string, string][] {
  const tensors = story.tensors ?? [];
  const parameters = tensors.reduce((sum, tensor) => sum + tensor.shape.reduce((product, size) => product * size, 1), 0);
  const mine = model.programs.filter((program) => program.level === level.value);
  const weights = new Map(mine.flatMap((program) => program.launches.flatMap((launch) => (launch.weights ?? []).map((weight) => [weight.name, weight.bytes] as const))));
  const kernels = (story.kernels ?? []).filter((kernel) => kernel.level === level.value);
  const codeBytes = kernels.reduce((sum, kernel) => sum + kernel.bytes, 0);
  const { encoder, self } = story.caches ?? {};
  const perProgram = (value: (index: number) => string) => mine.map((program, index) => `${program.name} ${value(index)}`).join(", ");
  const launchCount = (index: number) => format.whole(mine[index].launches.filter((launch) => launch.kind !== "barrier").length);
  const all: [string, string | false | undefined][] = [
    ["parameters", parameters > 0 && format.count(parameters)],
    ["packed weights", weights.size > 0 && format.bytes([...weights.values()].reduce((sum, bytes) => sum + bytes, 0))],
    ["encoder cache", !!encoder?.bytes_per_token && `${format.bytes(encoder.bytes_per_token)} a ${takesFeatures(sizes) ? "position" : "token"}`],
    ["self cache", !!self?.bytes_per_token && `${format.bytes(self.bytes_per_token)} a token`],
    ["launches", mine.length > 0 && perProgram(launchCount)],
    ["arena a row", mine.length > 0 && perProgram((index) => format.bytes(mine[index].arena_bytes_per_row))],
    ["kernels", kernels.length > 0 && `${kernels.length}${codeBytes > 0 ? `, ${format.bytes(codeBytes)} of code` : ""}`],
    ...Object.entries(story.options ?? {}).map(([name, value]): [string, string] => [name === "cpu" ? "processor" : name, optionText(value)]),
  ];
  return all.filter((row): row is [string, string] => !!row[1]);
}

/// Times are those of measured runs, whatever the workload is.
function timesNote(): string {
  const measured = runs.value.filter((run) => run?.level === level.value);
  if (!isHeatShown.value || metric.value !== "time" || !measured.length) return "";
  return ` Times: ${measured.map((run) => `${run!.program} of ${runWords(run!)}`).join(", ")}.`;
}

export function Overview() {
  const drawable = model.stages.map((stage, value) => ({ value, text: stage.name, level: stage.level })).filter((stage) => !stage.level);
  const stage = model.stages[graphStage.value];
  return (
    <div class="overview">
      <dl class="figures">{figures().map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      <div class="bar">
        <Choice label="stage to draw" values={drawable} chosen={graphStage.value} onChoose={(value) => (graphStage.value = value)} />
        <HeatChoice />
        <LevelChoice />
        <p class="hint">{stage.name}: <Prose text={stage.sentence} />. Open a layer to see its operations.{timesNote()}</p>
      </div>
      <Graph />
    </div>
  );
}

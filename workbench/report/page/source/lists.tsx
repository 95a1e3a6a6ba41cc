// SPDX-License-Identifier: Apache-2.0
//
// The compiler's remarks and the checkpoint's tensors, as lists that can be filtered.

import { signal } from "@preact/signals";
import { Name, Prose, Table } from "./controls";
import * as format from "./format";
import { related, section, model, select, selection, selectOrigins } from "./state";
import type { Remark, Tensor } from "./story";

const { story } = model;
const remarkWords = signal("");
const tensorWords = signal("");
const pass = signal("");
const category = signal("");
const kind = signal("");

/// Goes to the list of tensors with this one in it.
export function showTensor(name: string) {
  tensorWords.value = name;
  section.value = "tensors";
}

/// Goes to the remarks of one pass.
export function showPass(argument: string) {
  remarkWords.value = "";
  pass.value = argument;
  section.value = "remarks";
}

const holds = (text: string, words: string) => words.toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word));

function Filter({ label, values, chosen }: { label: string; values: string[]; chosen: typeof pass }) {
  return (
    <label class="filter"><span>{label}</span>
      <select value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
        <option value="">all</option>
        {values.map((value) => <option key={value} value={value}>{value}</option>)}
      </select>
    </label>
  );
}

const valuesOf = (field: "pass" | "category" | "kind") => [...new Set((story.remarks ?? []).map((remark) => remark[field]))].sort();
const choices = { pass: valuesOf("pass"), category: valuesOf("category"), kind: valuesOf("kind") };

export function Remarks() {
  const wanted: [Remark, number][] = (story.remarks ?? []).map((remark, index): [Remark, number] => [remark, index]).filter(([remark]) =>
    (!pass.value || remark.pass === pass.value) && (!category.value || remark.category === category.value) &&
    (!kind.value || remark.kind === kind.value) && holds(`${remark.name} ${remark.text} ${remark.pass}`, remarkWords.value));
  const origins = new Set(selection.value?.origins);
  return (
    <div class="page">
      <div class="bar">
        <input type="search" data-search placeholder="filter remarks" aria-label="filter remarks" value={remarkWords.value}
          onInput={(event) => (remarkWords.value = event.currentTarget.value)} />
        <Filter label="pass" values={choices.pass} chosen={pass} />
        <Filter label="category" values={choices.category} chosen={category} />
        <Filter label="result" values={choices.kind} chosen={kind} />
        <span class="quiet" data-count={wanted.length}>{format.whole(wanted.length)} of {format.whole(story.remarks?.length ?? 0)}</span>
      </div>
      {pass.value && <p class="lead"><code>{pass.value}</code>: <Prose text={model.passSummary(pass.value)} /></p>}
      <Table label="remarks" rows={wanted} keyOf={([, index]) => index} onChoose={([remark]) => selectOrigins(remark.name, remark.origins)}
        isRelated={([remark]) => remark.origins.some((origin) => origins.has(origin))}
        columns={[
          { title: "result", sort: ([remark]) => remark.kind, cell: ([remark]) => <span class={`kind ${remark.kind}`}>{remark.kind}</span> },
          { title: "pass", sort: ([remark]) => remark.pass, cell: ([remark]) => <code>{remark.pass}</code> },
          { title: "operation", sort: ([remark]) => remark.name, cell: ([remark]) => <Name text={remark.name} /> },
          { title: "remark", cell: ([remark]) => <Prose text={remark.text} /> },
          { title: "category", sort: ([remark]) => remark.category, cell: ([remark]) => remark.category },
        ]} />
    </div>
  );
}

/// The operations that use a tensor for its own sake, in the first stage that has any.
function usersOf(tensor: string) {
  const places = model.usersOf(tensor);
  const stage = places[0]?.stage;
  const first = places.filter((place) => place.stage === stage);
  const computing = first.filter((place) => !model.operation(place).kind.endsWith(".parameter"));
  return computing.length ? computing : first;
}

export function Tensors() {
  const rows = (story.tensors ?? []).filter((tensor) => holds(tensor.name, tensorWords.value));
  const choose = (tensor: Tensor) => {
    const places = model.usersOf(tensor.name);
    if (places.length) selectOrigins(tensor.name, [...new Set(usersOf(tensor.name).flatMap((place) => model.operation(place).origins))]);
  };
  return (
    <div class="page">
      <div class="bar">
        <input type="search" data-search placeholder="filter tensors" aria-label="filter tensors" value={tensorWords.value}
          onInput={(event) => (tensorWords.value = event.currentTarget.value)} />
        <span class="quiet" data-count={rows.length}>{format.whole(rows.length)} of {format.whole(story.tensors?.length ?? 0)}</span>
      </div>
      <Table label="tensors" rows={rows} keyOf={(tensor) => tensor.name} onChoose={choose}
        isRelated={(tensor) => model.usersOf(tensor.name).some((place) => related.value[place.stage].has(place.index))}
        columns={[
          { title: "tensor", sort: (tensor) => tensor.name, cell: (tensor) => <code><Name text={tensor.name} /></code> },
          { title: "type", sort: (tensor) => tensor.type, cell: (tensor) => tensor.type },
          { title: "shape", isNumber: true, sort: (tensor) => tensor.shape.reduce((a, b) => a * b, 1), cell: (tensor) => tensor.shape.join(" \u00d7 ") },
          { title: "used by", cell: (tensor) => {
            const users = usersOf(tensor.name);
            return users.slice(0, 2).map((place, index) => (
              <span key={index}>{index > 0 && ", "}<button class="link" tabIndex={-1} onClick={(event) => { event.stopPropagation(); select(place); }}><Name text={model.operation(place).name} /></button></span>
            )).concat(users.length > 2 ? [<span key="more">{`, ${users.length - 2} more`}</span>] : []);
          } },
        ]} />
    </div>
  );
}

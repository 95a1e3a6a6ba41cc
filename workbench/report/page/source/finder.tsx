// SPDX-License-Identifier: Apache-2.0
//
// Finds operations, passes, kernels and tensors by a part of their name, from anywhere.

import { useSignal } from "@preact/signals";
import { showPass, showTensor } from "./lists";
import { shortKind } from "./model";
import { graphStage, level, model, select, selectLaunch } from "./state";

interface Found {
  name: string;
  what: string;
  choose: () => void;
}

const { story } = model;

function search(words: string): Found[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (name: string) => wanted.every((word) => name.toLowerCase().includes(word));
  const found: Found[] = [];
  const seen = new Set<string>();
  for (const pass of story.passes ?? [])
    if (matches(pass.argument)) found.push({ name: pass.argument, what: "pass", choose: () => showPass(pass.argument) });
  (story.kernels ?? []).forEach((kernel, index) => {
    const program = model.programs.findIndex((one) => one.launches.some((launch) => launch.kernels.includes(index)));
    if (program < 0 || !matches(kernel.symbol)) return;
    const launch = model.programs[program].launches.findIndex((one) => one.kernels.includes(index));
    found.push({ name: kernel.symbol, what: "kernel", choose: () => selectLaunch({ program, index: launch }) });
  });
  const stages = model.stagesOf(level.value);
  // Of operations of one name that of the stage that is drawn.
  for (const stage of [graphStage.value, ...stages.filter((one) => one !== graphStage.value)])
    model.stages[stage].operations.forEach((operation, index) => {
      if (/parameter|weight|barrier|buffer/.test(operation.kind) || seen.has(operation.name) || !matches(operation.name)) return;
      seen.add(operation.name);
      found.push({ name: operation.name, what: `${shortKind(operation.kind)}, ${model.stages[stage].name}`, choose: () => select({ stage, index }) });
    });
  for (const tensor of story.tensors ?? [])
    if (matches(tensor.name)) found.push({ name: tensor.name, what: "tensor", choose: () => showTensor(tensor.name) });
  return found.sort((a, b) => Number(b.name.toLowerCase().startsWith(wanted[0])) - Number(a.name.toLowerCase().startsWith(wanted[0])));
}

const most = 40;

export function Finder() {
  const words = useSignal("");
  const at = useSignal(0);
  const isOpen = useSignal(false);
  const found = words.value ? search(words.value) : [];
  const shown = found.slice(0, most);
  const choose = (one?: Found) => {
    if (!one) return;
    one.choose();
    isOpen.value = false;
    (document.activeElement as HTMLElement).blur();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      isOpen.value = true;
      at.value = Math.min(shown.length - 1, Math.max(0, at.value + step));
      document.getElementById(`found-${at.value}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") choose(shown[at.value]);
    else if (event.key === "Escape" && isOpen.value) {
      isOpen.value = false;
      event.stopPropagation();
    } else return;
    event.preventDefault();
  };
  const isListed = isOpen.value && words.value !== "";
  return (
    <div class="finder">
      <input type="search" data-finder role="combobox" list={undefined} placeholder="find an operation, pass, kernel or tensor" aria-label="find an operation, pass, kernel or tensor"
        aria-expanded={isListed} aria-controls="found" aria-activedescendant={isListed && shown.length ? `found-${at.value}` : undefined} autocomplete="off"
        value={words.value} onKeyDown={onKey} onFocus={() => (isOpen.value = true)} onBlur={() => (isOpen.value = false)}
        onInput={(event) => {
          words.value = event.currentTarget.value;
          at.value = 0;
          isOpen.value = true;
        }} />
      {isListed && (
        <ul id="found" role="listbox" aria-label="found">
          {shown.map((one, index) => (
            <li key={`${one.what} ${one.name}`} id={`found-${index}`} role="option" aria-selected={index === at.value}
              onMouseDown={(event) => { event.preventDefault(); choose(one); }}>
              <span>{one.name}</span><span class="quiet">{one.what}</span>
            </li>
          ))}
          {found.length === 0 && <li class="quiet" aria-disabled="true" role="option" aria-selected="false">nothing has this in its name</li>}
          {found.length > most && <li class="quiet" aria-disabled="true" role="option" aria-selected="false">{found.length - most} more</li>}
        </ul>
      )}
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
//
// The page: what it is about above, the sections in the middle, the selected operation beside them,
// and the keys.

import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Caches } from "./caches";
import { WorkloadControls } from "./controls";
import { Costs } from "./costs";
import { Finder } from "./finder";
import { Remarks, Tensors } from "./lists";
import { Memory } from "./memory";
import { Overview } from "./overview";
import { Panel } from "./panel";
import { Profile } from "./profile";
import { Stages } from "./stages";
import { availableSections, isHelpShown, model, section, selection, toggleTheme, type Section } from "./state";

const views: Record<Section, () => preact.JSX.Element> = {
  overview: Overview, stages: Stages, costs: Costs, memory: Memory, caches: Caches, profile: Profile, remarks: Remarks, tensors: Tensors,
};

/// Sections whose numbers follow the workload.
const usesWorkload = new Set<Section>(["overview", "costs", "memory", "caches"]);

const keys: [string, string][] = [
  ["1 \u2026 8", "go to a section"],
  ["/", "search in the section, or everywhere"],
  ["f", "find an operation, pass, kernel or tensor"],
  ["arrows", "move between tabs, rows, layers, buffers"],
  ["Enter", "select; open or close a layer"],
  ["+ \u2212 0", "zoom the drawing; see the whole"],
  ["Shift and arrows", "move the drawing"],
  ["Ctrl+F", "search within a text"],
  ["Enter, Shift+Enter", "next place found in the texts, the one before"],
  ["t", "light or dark"],
  ["Esc", "close the panel, or this"],
  ["?", "these keys"],
];

function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isHelpShown.value) dialog.current!.showModal();
    else dialog.current!.close();
  }, [isHelpShown.value]);
  return (
    <dialog ref={dialog} aria-label="keys" onClose={() => (isHelpShown.value = false)}>
      <h2>Keys</h2>
      <dl>{keys.map(([key, words]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{words}</dd></div>)}</dl>
      <button onClick={() => (isHelpShown.value = false)}>close</button>
    </dialog>
  );
}

function Tabs() {
  const onKey = (event: KeyboardEvent) => {
    const at = availableSections.indexOf(section.value);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: availableSections.length - 1 }[event.key];
    const name = next === undefined ? undefined : availableSections[next];
    if (!name) return;
    event.preventDefault();
    section.value = name;
    document.getElementById(`tab-${name}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="sections" onKeyDown={onKey}>
      {availableSections.map((name) => (
        <button key={name} id={`tab-${name}`} role="tab" aria-selected={section.value === name} aria-controls="section"
          tabIndex={section.value === name ? 0 : -1} onClick={() => (section.value = name)}>{name}</button>
      ))}
    </div>
  );
}

function focusSearch(everywhere: boolean) {
  const own = everywhere ? null : document.querySelector<HTMLInputElement>("main [data-search]");
  const field = own ?? document.querySelector<HTMLInputElement>("[data-finder]")!;
  field.focus();
  field.select();
}

function onKey(event: KeyboardEvent) {
  const target = event.target as HTMLElement;
  if (event.key === "Escape" && !isHelpShown.value) {
    if (target.closest("input, .cm-editor")) target.blur();
    else selection.value = null;
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isHelpShown.value) return;
  const isTyping = target.matches("input:not([type=range]), select, textarea") || !!target.closest(".cm-panel");
  // Texts cannot be changed, so letters typed in them mean what they mean elsewhere.
  if (isTyping) return;
  const number = +event.key;
  if (number >= 1 && number <= availableSections.length) section.value = availableSections[number - 1];
  else if (event.key === "/") focusSearch(false);
  else if (event.key === "f") focusSearch(true);
  else if (event.key === "?") isHelpShown.value = true;
  else if (event.key === "t") toggleTheme();
  else return;
  event.preventDefault();
}

function Page() {
  const View = views[section.value];
  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const { model: name, family } = model.story;
  return (
    <>
      <header class="top">
        <h1>{name}{family && <span class="quiet"> {family}</span>}</h1>
        <Finder />
        <div class="top-buttons">
          <button onClick={toggleTheme} aria-label="light or dark">light / dark</button>
          <button onClick={() => (isHelpShown.value = true)} aria-label="show keys">keys</button>
        </div>
      </header>
      <nav aria-label="sections"><Tabs /></nav>
      {usesWorkload.has(section.value) && <WorkloadControls />}
      <div class={`body${selection.value ? " with-panel" : ""}`}>
        <main><div class="section" id="section" role="tabpanel" aria-labelledby={`tab-${section.value}`}><View /></div></main>
        <Panel />
      </div>
      <Help />
    </>
  );
}

document.title = `${model.story.model}: how it was compiled`;
render(<Page />, document.getElementById("page")!);

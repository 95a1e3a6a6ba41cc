// SPDX-License-Identifier: Apache-2.0
//
// The text of one stage: colours, line numbers, search, and the lines that are related to what the
// reader has selected.

import { highlightSelectionMatches, search, SearchCursor, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, RangeSetBuilder, StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, keymap, lineNumbers, MatchDecorator, ViewPlugin, type DecorationSet } from "@codemirror/view";
import { mlir } from "./mlir";

/// Lines, from the first to the last, that are not shown.
export type Hidden = [first: number, last: number];

export interface Marks {
  related: number[]; // lines
  chosen?: number;
  heat: Map<number, number>;
}

const setMarks = StateEffect.define<Marks>();

function decorate(state: EditorState, marks: Marks): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const related = new Set(marks.related);
  const lines = [...new Set([...related, ...marks.heat.keys()])].sort((a, b) => a - b);
  for (const line of lines) {
    const heat = marks.heat.get(line) ?? 0;
    const classes = [related.has(line) && "ir-related", line === marks.chosen && "ir-chosen", heat > 0 && "ir-warm"].filter(Boolean).join(" ");
    const start = state.doc.line(line).from;
    builder.add(start, start, Decoration.line({ class: classes, attributes: heat > 0 ? { style: `--heat:${heat.toFixed(3)}` } : undefined }));
  }
  return builder.finish();
}

const marksField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    for (const effect of transaction.effects) if (effect.is(setMarks)) return decorate(transaction.state, effect.value);
    return decorations;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const setHidden = StateEffect.define<Hidden[]>();

/// What lies in hidden lines and is chosen, or found, is shown with what is hidden beside it.
const hiddenField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(hidden, transaction) {
    const { doc } = transaction.state;
    for (const effect of transaction.effects)
      if (effect.is(setHidden))
        hidden = Decoration.set(effect.value.map(([first, last]) => Decoration.replace({ block: true }).range(doc.line(first).from, doc.line(last).to)));
    if (!transaction.selection) return hidden;
    const { from, to } = transaction.selection.main;
    return hidden.update({ filter: (start, end) => to < start || from > end });
  },
  provide: (field) => EditorView.decorations.from(field),
});

/// Marks the words in what is in sight; the place that the reader has come to stands out.
function wordMarks(words: string): Extension {
  if (!words) return [];
  const decorator = new MatchDecorator({
    regexp: new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi"),
    decorate(add, from, to, _, view) {
      const { main } = view.state.selection;
      add(from, to, Decoration.mark({ class: main.from === from && main.to === to ? "ir-found here" : "ir-found" }));
    },
  });
  return ViewPlugin.define(
    (view) => ({
      marks: decorator.createDeco(view),
      update(update) {
        this.marks = update.selectionSet ? decorator.createDeco(update.view) : decorator.updateDeco(update, this.marks);
      },
    }),
    { decorations: (plugin) => plugin.marks },
  );
}

export class StageText {
  readonly view: EditorView;
  private readonly wordPlace = new Compartment();
  private readonly wrapPlace = new Compartment();
  private pressed?: MouseEvent;

  constructor(parent: HTMLElement, name: string, text: string, onLine: (line: number) => void) {
    const lineAt = (position: number) => this.view.state.doc.lineAt(position).number;
    this.view = new EditorView({
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(), drawSelection(), highlightSelectionMatches({ minSelectionLength: 3 }), mlir, marksField, hiddenField, this.wordPlace.of([]), this.wrapPlace.of([]), search({ top: true }),
          EditorState.readOnly.of(true),
          EditorView.contentAttributes.of({ "aria-label": `text of stage ${name}`, "aria-readonly": "true" }),
          keymap.of([
            { key: "Enter", run: (view) => (onLine(lineAt(view.state.selection.main.head)), true) },
            // Tab leads on, also out of a text that cannot be changed.
            ...searchKeymap,
            { key: "ArrowDown", run: (view) => this.step(view, 1), shift: () => false },
            { key: "ArrowUp", run: (view) => this.step(view, -1), shift: () => false },
            { key: "PageDown", run: (view) => this.step(view, 25) },
            { key: "PageUp", run: (view) => this.step(view, -25) },
          ]),
          EditorView.domEventHandlers({
            mousedown: (event) => void (this.pressed = event),
            // Not click: marks that change under the pointer would swallow it. Dragging selects text.
            mouseup: (event, view) => {
              const { clientX: x, clientY: y } = event;
              if (!this.pressed || event.button || Math.hypot(x - this.pressed.clientX, y - this.pressed.clientY) > 3) return;
              const position = view.posAtCoords({ x, y });
              if (position !== null) onLine(lineAt(position));
            },
          }),
        ],
      }),
    });
  }

  private step(view: EditorView, lines: number): boolean {
    const { doc, selection } = view.state;
    const within = (line: number) => Math.min(doc.lines, Math.max(1, line));
    let number = within(doc.lineAt(selection.main.head).number + lines);
    // Over what is hidden, not into it.
    view.state.field(hiddenField).between(doc.line(number).from, doc.line(number).from, (from, to) => {
      number = within(doc.lineAt(lines > 0 ? to : from).number + Math.sign(lines));
    });
    view.dispatch({ selection: { anchor: doc.line(number).from }, scrollIntoView: true });
    return true;
  }

  hide(hidden: Hidden[]) {
    this.view.dispatch({ effects: setHidden.of(hidden) });
  }

  wrap(isWrapped: boolean) {
    this.view.dispatch({ effects: this.wrapPlace.reconfigure(isWrapped ? EditorView.lineWrapping : []) });
  }

  mark(marks: Marks) {
    this.view.dispatch({ effects: setMarks.of(marks) });
  }

  show(line: number) {
    const { from } = this.view.state.doc.line(line);
    this.view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center", x: "start" }) });
  }

  /// Marks all places of the words; returns how many lines have one.
  find(words: string): number {
    this.view.dispatch({ effects: this.wordPlace.reconfigure(wordMarks(words)) });
    if (!words) return 0;
    const wanted = words.toLowerCase();
    let lines = 0;
    for (const line of this.view.state.doc.iterLines()) if (line.toLowerCase().includes(wanted)) ++lines;
    return lines;
  }

  /// Moves to the next place of the words, or the one before; starts again behind the last.
  next(words: string, backward: boolean) {
    if (!words) return;
    const { doc, selection } = this.view.state;
    const places = [...new SearchCursor(doc, words.toLowerCase(), 0, doc.length, (text) => text.toLowerCase())];
    if (!places.length) return;
    const { from, empty } = selection.main;
    const isBehind = (one: { from: number }) => (empty ? one.from >= from : one.from > from);
    const place = backward ? (places.findLast((one) => one.from < from) ?? places.at(-1)!) : (places.find(isBehind) ?? places[0]);
    this.view.dispatch({
      selection: { anchor: place.from, head: place.to },
      effects: EditorView.scrollIntoView(place.from, { y: "center" }),
    });
  }

  destroy() {
    this.view.destroy();
  }
}

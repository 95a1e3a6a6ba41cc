// SPDX-License-Identifier: Apache-2.0
//
// Translates as one types.

import { load } from "./number_words.js";

const element = (id) => document.getElementById(id);
const [source, language, output, state, drawing] = ["source", "language", "output", "state", "alignment"].map(element);

// The page and the model's files are there without a network, once they have been.
navigator.serviceWorker?.register("offline.js");

const model = await load({
  level: new URLSearchParams(location.search).get("level") ?? undefined,
  progress: (done, total) => (element("progress").value = done / total),
}).catch((error) => {
  state.textContent = error.message;
});

/// Places of pieces, one after another, as wide as their texts.
function laidOut(text, ranges, y) {
  const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
  drawing.append(group);
  let x = 0;
  return ranges.map(([begin, end]) => {
    const piece = document.createElementNS("http://www.w3.org/2000/svg", "text");
    piece.textContent = text.slice(begin, end);
    piece.setAttribute("x", x);
    piece.setAttribute("y", y);
    group.append(piece);
    const width = begin === end ? 0 : piece.getComputedTextLength();
    const middle = x + width / 2;
    x += width === 0 ? 0 : width + 14;
    return middle;
  });
}

/// A line from each piece of the result to the pieces that the model looked at, as bold as it looked.
function draw(from, { text, places: [{ target, source: ranges, weights }] }) {
  drawing.replaceChildren();
  const above = laidOut(from, ranges, 16), below = laidOut(text, target, 180);
  target.forEach(([begin, end], row) => {
    if (begin === end) return;
    weights[row].forEach((weight, column) => {
      if (weight < 0.05 || ranges[column][0] === ranges[column][1]) return;
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      for (const [name, value] of Object.entries({ x1: above[column], y1: 26, x2: below[row], y2: 160, opacity: weight }))
        line.setAttribute(name, value);
      drawing.append(line);
    });
  });
}

async function translateOnce() {
  const text = `>>${language.value}<< ${source.value.trim().toLowerCase()}`;
  try {
    const began = performance.now();
    const [best] = await model.translations(text, { alignment: true });
    output.textContent = best.text;
    state.textContent = `${(performance.now() - began).toFixed(0)} ms, ${model.info.level}`;
    draw(text, best);
  } catch (error) {
    state.textContent = error.message;
  }
}

// What was typed meanwhile is translated next, and nothing between.
let isBusy = false, isStale = false;
async function translate() {
  isStale = true;
  if (isBusy) return;
  isBusy = true;
  while (isStale) {
    isStale = false;
    await translateOnce();
  }
  isBusy = false;
}

if (model) {
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  source.addEventListener("input", translate);
  language.addEventListener("change", translate);
  await translate();
}

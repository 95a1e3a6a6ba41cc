// SPDX-License-Identifier: Apache-2.0
//
// Writes a checkpoint of any size without weights, so that the page is tested with a model of as
// many layers as real ones have: a description and a safetensors file whose data is a hole.

import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/// The demonstration model's description with other sizes.
export function describe(transept, model, { layers, width, heads, inner, vocabulary, positions }) {
  const description = JSON.parse(execFileSync(transept, ["describe", model], { encoding: "utf8" }));
  const old = { width: 128, inner: 512, vocabulary: 802 };
  const size = (value) =>
    ({ [old.width]: width, [old.inner]: inner, [old.vocabulary]: vocabulary })[value] ?? value;
  const sizes = {
    layerCount: () => layers,
    headCount: () => heads,
    headDim: () => width / heads,
    length: () => positions,
    hiddenSize: size,
    inputs: size,
    outputs: size,
    vocabularySize: size,
    scale: (value) => (value < 1 ? (width / heads) ** -0.5 : width ** 0.5),
  };
  const resize = (value, key) => {
    if (Array.isArray(value)) return value.map((item) => resize(item));
    if (value && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resize(item, name)]));
    return typeof value === "number" && sizes[key] ? sizes[key](value) : value;
  };
  const resized = resize(description);
  delete resized.checkpoint;
  delete resized.tokenizer;
  return resized;
}

/// Names and shapes of the tensors that a description refers to.
export function tensorsOf(description) {
  const shapes = new Map();
  const width = description.source.hiddenSize;
  const visit = (part, layers) => {
    if (!part || typeof part !== "object") return;
    const add = (name, shape) => {
      if (typeof name !== "string") return;
      for (let layer = 0; layer < (name.includes("{layer}") ? layers : 1); ++layer)
        shapes.set(name.replace("{layer}", layer), shape);
    };
    if (part.inputs) {
      add(part.weight, [part.outputs, part.inputs]);
      add(part.bias, [part.outputs]);
    } else if (part.vocabularySize) {
      add(part.weight, [part.vocabularySize, width]);
    } else if (part.gain) {
      add(part.gain, [width]);
      add(part.bias, [width]);
    }
    for (const value of Object.values(part)) visit(value, layers);
  };
  visit(description.source, description.source.layerCount);
  visit(description.target, description.target.layerCount);
  const vocabulary = description.target.embedding?.vocabularySize ?? description.source.embedding.vocabularySize;
  if (typeof description.logits?.weight === "string") shapes.set(description.logits.weight, [vocabulary, width]);
  if (typeof description.logits?.bias === "string") shapes.set(description.logits.bias, [1, vocabulary]);
  return shapes;
}

/// Writes FOLDER/model.json and FOLDER/model.safetensors; returns the path of the description.
export function writeCheckpoint(folder, description) {
  mkdirSync(folder, { recursive: true });
  const header = {};
  let end = 0;
  for (const [name, shape] of tensorsOf(description)) {
    const bytes = 4 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: "F32", shape, data_offsets: [end, (end += bytes)] };
  }
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (text.length % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(join(folder, "model.safetensors"), "w");
  writeSync(file, length);
  writeSync(file, text);
  ftruncateSync(file, 8 + text.length + end);
  closeSync(file);
  const path = join(folder, "model.json");
  writeFileSync(path, JSON.stringify(description));
  return path;
}

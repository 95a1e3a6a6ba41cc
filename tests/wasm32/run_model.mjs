// SPDX-License-Identifier: Apache-2.0
//
// A module in Node.js against what was recorded of the original model:
//
//   run_model.mjs MODULE.js phrases FILE COUNT      the first texts of examples/number-words
//   run_model.mjs MODULE.js goldens FOLDER CASE...  cases of FOLDER/goldens.json
//   run_model.mjs MODULE.js behaviour FILE          streams, stops, errors; FILE as for phrases

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { isRecorded, readCases } from "./goldens.mjs";

const [path, what, ...rest] = process.argv.slice(2);
const { load, TranseptError } = await import(pathToFileURL(path));
// V8 of Node.js 20 has relaxed SIMD behind a flag, and wrong.
const level = "simd128";

async function phrases(model, file, count) {
  const { cases } = JSON.parse(readFileSync(file, "utf8"));
  const some = cases.slice(0, Number(count));
  const results = await model.translations(some.map(({ source }) => source));
  some.forEach((item, index) => {
    const [best] = results[index];
    assert.deepEqual(best.sequences[0].ids, item.output_ids, item.source);
    assert.equal(best.text, item.output);
  });
  for (const item of some.slice(0, 3)) {
    assert.deepEqual(await model.tokenize(item.source), item.source_ids);
    assert.equal(await model.translate(item.source), item.output); // alone as in a batch
  }
  return some.length;
}

async function goldens(model, folder, ...names) {
  let count = 0;
  for (const { name, sources, options, expected, padding } of readCases(folder, names))
    for (const [index, source] of sources.entries()) {
      const [best] = await model.generate(source, options);
      assert.ok(isRecorded(best.ids, expected[index], padding), `${name} ${index}: ${best.ids}, not ${expected[index]}`);
      ++count;
    }
  return count;
}

const collect = async (parts) => {
  const all = [];
  for await (const part of parts) all.push(part);
  return all;
};

const tests = {
  async "parts of a stream are the translation"(model, { source, output }) {
    const parts = await collect(model.stream(source));
    assert.ok(parts.length > 1);
    assert.equal(parts.join(""), output);
  },
  async "leaving a stream ends its call, and the next one is answered"(model, { source, output }) {
    for await (const part of model.stream(source)) {
      assert.ok(part);
      break;
    }
    assert.equal(await model.translate(source), output);
  },
  async "a signal ends a call within a step"(model, { source }) {
    const stop = new AbortController();
    const long = model.translations(Array(300).fill(source), { beams: 8, signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 20);
    await assert.rejects(long, /enough/);
    const began = performance.now();
    await model.translate(source);
    assert.ok(performance.now() - began < 2000);
  },
  async "a signal that was aborted before refuses its call"(model, { source }) {
    await assert.rejects(model.translate(source, { signal: AbortSignal.abort(new Error("before")) }), /before/);
  },
  async "errors say what was wrong and what is allowed"(model, { source }) {
    const wrong = (call, pattern) => assert.rejects(call, (error) => error instanceof TranseptError && pattern.test(error.message));
    await wrong(model.generate([99999]), /99999, but must be 0 to 801/);
    await wrong(model.translate(source, { beam: 3 }), /unknown option 'beam'; allowed are beams,/);
    await wrong(model.translate(source, { beams: 0 }), /beams is 0, but must be 1 to 1024/);
    await wrong(model.translate(source, { beams: "many" }), /beams must be an integer/);
    await wrong(model.translate(source, { beams: {} }), /beams is \[object Object\], but must be/);
    await wrong(model.transcribe(new Float32Array(16000)), /takes no sounds/);
    await wrong(load({ level: "avx2" }), /level is 'avx2', but must be one of simd128, relaxed-simd/);
    for (const threads of [0, 65, 1.5]) await wrong(load({ level, threads }), /threads is [\d.]+, but must be 1 to 64/);
  },
  async "lists of options arrive as lists"(model, { source, output, output_ids: ids }) {
    const banned = await model.translations(source, { badWords: [[ids[1]]] });
    assert.ok(!banned[0].sequences[0].ids.slice(1).includes(ids[1]));
    const [word] = output.split(" ").slice(1);
    const stopped = await model.translations(source, { stopStrings: [word] });
    assert.equal(stopped[0].sequences[0].finishReason, "stop");
    assert.ok(stopped[0].text.endsWith(word));
  },
  async "beams, samples and scores come as asked for"(model, { source }) {
    const beams = await model.translations(source, { beams: 4, returnCount: 3, tokenScores: true });
    assert.equal(beams.length, 3);
    assert.ok(beams[0].sequences[0].score >= beams[1].sequences[0].score);
    assert.ok(beams[0].sequences[0].tokenScores.length > 0);
    const sample = () => model.translate(source, { sample: true, temperature: 1.5, seed: 7 });
    assert.equal(await sample(), await sample());
  },
  async "an alignment gives each token its place"(model, { source, output }) {
    const [{ text, places: [places], sequences: [sequence] }] = await model.translations(source, { alignment: true });
    assert.equal(text, output);
    assert.equal(places.target.length, sequence.ids.length);
    assert.equal(places.weights[1].length, places.source.length);
    assert.ok(Math.abs(places.weights[1].reduce((sum, weight) => sum + weight, 0) - 1) < 1e-4);
    assert.equal(places.target.map(([begin, end]) => text.slice(begin, end)).join(""), text.replaceAll(" ", ""));
  },
  async "threads change no bit"(model, { source }) {
    const results = [];
    for (const threads of [1, 2, 5]) {
      const other = await load({ level, threads });
      assert.equal(other.info.threads, threads);
      results.push(await other.translations([source, ...Array(40).fill("nine")], { beams: 3, returnCount: 2, tokenScores: true, alignment: true }));
      other.close();
    }
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
  },
  async "progress counts the weights' bytes, and close ends the thread"(model) {
    const seen = [];
    const other = await load({ level, progress: (done, total) => seen.push([done, total]) });
    assert.deepEqual(seen.at(-1), [model.info.weightBytes, model.info.weightBytes]);
    other.close();
    await assert.rejects(other.translate("one"), /was closed/);
  },
};

async function behaviour(model, file) {
  const { cases } = JSON.parse(readFileSync(file, "utf8"));
  for (const [name, test] of Object.entries(tests)) {
    await test(model, cases.find(({ output }) => output.split(" ").length > 4));
    console.log(`passed  ${name}`);
  }
  return Object.keys(tests).length;
}

const model = await load({ level });
assert.equal(model.info.level, level);
const count = await { phrases, goldens, behaviour }[what](model, ...rest);
assert.ok(count > 0, "nothing was checked");
console.log(`${what}: ${count} as recorded`);
model.close();

// SPDX-License-Identifier: Apache-2.0
//
// bergamot.mjs PACKAGE FOLDER: writes down what Firefox's engine (npm's @browsermt/bergamot-translator, unpacked in
// PACKAGE) makes of the lines of FOLDER/sources.txt with the model there, as FOLDER/bergamot.txt. Run by hand.
import { Worker } from "node:worker_threads";
import { readFileSync, writeFileSync } from "node:fs";

const [, , engine, folder] = process.argv;
// Its worker is of the older kind of module.
writeFileSync(`${engine}/worker/package.json`, '{"type": "commonjs"}');
const worker = new Worker(`${engine}/worker/translator-worker.js`);
const waiting = new Map();
worker.on("message", ({ id, result, error }) => (error ? waiting.get(id)[1](error) : waiting.get(id)[0](result)));

function call(name, ...args) {
  return new Promise((resolve, reject) => {
    const id = waiting.size + 1;
    waiting.set(id, [resolve, reject]);
    worker.postMessage({ id, name, args });
  });
}

function bytes(file) {
  const buffer = readFileSync(`${folder}/${file}`);
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
}

const pair = { from: "a", to: "b" };
await call("initialize", {});
await call("loadTranslationModel", pair, {
  model: bytes("model.intgemm.bin"), shortlist: new ArrayBuffer(0), vocabs: [bytes("vocab.spm")],
  config: { "gemm-precision": "int8shiftAll" },
});
const sources = readFileSync(`${folder}/sources.txt`, "utf8").trimEnd().split("\n");
const results = await call("translate", { models: [pair], texts: sources.map((text) => ({ text, html: false })) });
writeFileSync(`${folder}/bergamot.txt`, results.map(({ target }) => target.text + "\n").join(""));
console.log(JSON.parse(readFileSync(`${engine}/package.json`)).version, "on node", process.version);
process.exit(0);

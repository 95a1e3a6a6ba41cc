// SPDX-License-Identifier: Apache-2.0
//
// bergamot.mjs PACKAGE FOLDER: writes down what Firefox's engine (npm's @browsermt/bergamot-translator, unpacked in
// PACKAGE) makes of the lines of FOLDER/sources.txt with the model there, as FOLDER/bergamot.txt, and with the
// shortlist FOLDER/lex.s2t.bin, where there is one, as FOLDER/bergamot_shortlist.txt. Run by hand.
import { Worker } from "node:worker_threads";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

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

const sources = readFileSync(`${folder}/sources.txt`, "utf8").trimEnd().split("\n");

async function record(pair, shortlist, name, batches) {
  await call("loadTranslationModel", pair, {
    model: bytes("model.intgemm.bin"), shortlist, vocabs: [bytes("vocab.spm")],
    config: { "gemm-precision": "int8shiftAll" },
  });
  let lines = "";
  for (const batch of batches)
    for (const { target } of await call("translate", { models: [pair], texts: batch.map((text) => ({ text, html: false })) }))
      lines += target.text + "\n";
  writeFileSync(`${folder}/${name}`, lines);
}

await call("initialize", {});
await record({ from: "a", to: "b" }, new ArrayBuffer(0), "bergamot.txt", [sources]);
// One text at a time: a shortlist is that of all texts of a batch.
if (existsSync(`${folder}/lex.s2t.bin`))
  await record({ from: "a", to: "c" }, bytes("lex.s2t.bin"), "bergamot_shortlist.txt", sources.map((text) => [text]));
console.log(JSON.parse(readFileSync(`${engine}/package.json`)).version, "on node", process.version);
process.exit(0);

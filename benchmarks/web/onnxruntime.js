// SPDX-License-Identifier: Apache-2.0
//
// ONNX Runtime over the files of benchmarks/onnx_models, in a worker: on a page's own thread it may
// not wait for its threads.

import * as ort from "/onnxruntime-web/ort.wasm.bundle.min.mjs";

let encoder, step, start;

async function open({ folder, threads, start: first }) {
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = "/onnxruntime-web/";
  ort.env.logLevel = "error";
  const options = { executionProviders: ["wasm"], graphOptimizationLevel: "all" };
  encoder = await ort.InferenceSession.create(`${folder}/encoder.onnx`, options);
  step = await ort.InferenceSession.create(`${folder}/greedy.onnx`, options);
  start = first;
}

const longs = (values, shape) => new ort.Tensor("int64", BigInt64Array.from(values, BigInt), shape);
const integers = (values) => new ort.Tensor("int32", Int32Array.from(values), [values.length]);

async function generate(source, steps) {
  const [name] = encoder.inputNames;
  const isFeatures = source instanceof Float32Array;
  const rows = isFeatures ? encoder.inputMetadata[0].shape.slice(1) : undefined;
  const given = isFeatures ? new ort.Tensor("float32", source, [1, ...rows]) : longs(source, [1, source.length]);
  const cross = await encoder.run({ [name]: given });
  const keys = Object.keys(cross);
  const [, heads, , size] = cross[keys[0]].dims;
  // The fused form has caches of their full length, of which some is filled; the plain one grows.
  const isFused = step.inputNames.includes("last_keys");
  let own = Object.fromEntries(keys.map((key) => {
    const length = isFused ? steps : 0;
    return [key.replace("cross", "self"), new ort.Tensor("float32", new Float32Array(heads * length * size), [1, heads, length, size])];
  }));
  const ids = [];
  for (let at = 0, id = BigInt(start); at < steps; ++at) {
    const feeds = { ids: longs([id], [1]), position: longs([at], [1]), ...cross, ...own };
    if (isFused) Object.assign(feeds, { last_keys: integers([at]), key_count: integers([at + 1]) });
    const results = await step.run(feeds);
    [id] = results.next_ids.data;
    ids.push(Number(id));
    own = Object.fromEntries(Object.keys(own).map((key) => [key, results[`new_${key}`]]));
  }
  return ids;
}

self.onmessage = async ({ data }) => {
  try {
    if (data.open) await open(data.open);
    self.postMessage({ result: data.open ? true : await generate(data.source, data.steps) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};

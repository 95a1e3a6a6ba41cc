// SPDX-License-Identifier: Apache-2.0
//
// Who generates in the page: `generate(source, steps)` gives the ids of a greedy search of so many
// steps. A source is a list of ids, or rows of features as a Float32Array.

/// A module of Transept's, which has a thread of its own for it.
async function openTransept({ module, level, threads, start }) {
  const { load } = await import(module);
  const model = await load({ level, threads, encoderCacheBytes: 0 });
  const options = { ignoreModelDefaults: true, decoderStart: start };
  return async (source, steps) => (await model.generate(source, { ...options, maximumNewTokens: steps }))[0].ids.slice(-steps);
}

/// ONNX Runtime's package on a thread of its own.
async function openOnnxRuntime(settings) {
  const worker = new Worker("/onnxruntime.js", { type: "module" });
  const ask = (message) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.result));
    worker.onerror = ({ message: text }) => reject(new Error(text));
    worker.postMessage(message);
  });
  await ask({ open: settings });
  return (source, steps) => ask({ source, steps });
}

const openers = { Transept: openTransept, "ONNX Runtime": openOnnxRuntime };
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/// Milliseconds of each contender for each workload, in turns, and its ids of the first turn.
export async function measure(contenders, workloads, turns) {
  const results = [];
  for (const { name, ...settings } of contenders) {
    const result = { generate: undefined, milliseconds: [], ids: [], error: null };
    results.push(result);
    try {
      result.generate = await openers[name](settings);
    } catch (error) {
      result.error = String(error);
    }
  }
  for (const { length, width, steps } of workloads) {
    const times = results.map(() => []), ids = results.map(() => undefined);
    for (let turn = 0; turn < turns; ++turn) {
      // Another source in each turn, the same for all.
      const source = width
        ? Float32Array.from({ length: length * width }, (_, at) => Math.sin((turn + 1) * at))
        : Array.from({ length }, (_, at) => 3 + ((turn * 613 + at * 7919) % 30000));
      for (const [index, result] of results.entries()) {
        if (result.error) continue;
        await pause(300); // threads of the one before spin for a while
        try {
          const began = performance.now();
          const found = await result.generate(source, steps);
          times[index].push(performance.now() - began);
          ids[index] ??= found;
        } catch (error) {
          result.error = String(error);
        }
      }
    }
    results.forEach((result, index) => (result.milliseconds.push(times[index]), result.ids.push(ids[index])));
  }
  return results.map(({ milliseconds, ids, error }) => ({ milliseconds, ids, error }));
}

// @NAME@: a model compiled by Transept, for browsers and for Node.js. See docs/webassembly.md.
//
//     import { load } from "./@STEM@.js";
//     const model = await load({ progress: (done, total) => console.log(done / total) });
//     console.log(await model.translate("The cat sat."));

const files = {
  simd: "@STEM@.wasm",
  relaxed: @RELAXED@,
  weights: "@STEM@.weights",
  weightBytes: @WEIGHT_BYTES@,
  version: "@VERSION@",
};
const cacheName = "transept";
const workerName = "transept";
const isNode = typeof process === "object" && Boolean(process.versions?.node);

/// What was wrong, with which value, and what is allowed.
export class TranseptError extends Error {
  constructor(message, code) {
    super(message);
    this.name = "TranseptError";
    this.code = code;
  }
}

const codes = [, "invalid-argument", "unsupported", "out-of-memory", "cancelled", "internal", "library", "overloaded", "deadline"];

// ---------------------------------------------------------------- which module this engine can run

// A function of relaxed_madd(v128, v128, v128), and one of v128.any_true.
const relaxedProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0,
  10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11,
]);
const simdProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 127, 3, 2, 1, 0, 10, 9, 1, 7, 0, 32, 0, 253, 83, 11,
]);

/// "relaxed-simd", "simd128", or nothing where an engine has no vectors.
export function bestLevel() {
  if (files.relaxed && WebAssembly.validate(relaxedProbe)) return "relaxed-simd";
  return WebAssembly.validate(simdProbe) ? "simd128" : undefined;
}

function moduleFile(level) {
  if (level === "simd128") return files.simd;
  if (level === "relaxed-simd" && files.relaxed) return files.relaxed;
  const allowed = ["simd128", ...(files.relaxed ? ["relaxed-simd"] : [])].join(", ");
  if (level === undefined)
    throw new TranseptError("this engine has no WebAssembly with vectors (SIMD128), which the model needs", "unsupported");
  throw new TranseptError(`level is '${level}', but must be one of ${allowed}`, "invalid-argument");
}

// ---------------------------------------------------------------- how many threads it may have

/// Whether threads of this page may share memory.
const sharesMemory = typeof SharedArrayBuffer !== "undefined" && (isNode || Boolean(globalThis.crossOriginIsolated));

/// As many as there are cores, of which engines count most twice; not all of a large machine.
async function threadsOf(wanted) {
  if (wanted === undefined) {
    const processors = isNode ? (await import("node:os")).availableParallelism() : (navigator.hardwareConcurrency ?? 1);
    return sharesMemory ? Math.min(8, Math.max(processors >> 1, Math.min(processors, 2))) : 1;
  }
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 64)
    throw new TranseptError(`threads is ${wanted}, but must be 1 to 64`, "invalid-argument");
  if (wanted > 1 && !sharesMemory)
    throw new TranseptError(`threads is ${wanted}, but must be 1 in a page that is not cross-origin isolated (docs/webassembly.md)`, "unsupported");
  return wanted;
}

// ---------------------------------------------------------------- getting the files

/// The response of a file, from the browser's cache where it is there as of this version.
async function responseOf(url, useCache) {
  if (!useCache || typeof caches === "undefined") return checked(await fetch(url), url);
  const key = new URL(url);
  key.searchParams.set("transept", files.version);
  const cache = await caches.open(cacheName);
  const known = await cache.match(key);
  if (known) return known;
  const fresh = checked(await fetch(url), url);
  for (const other of await cache.keys())
    if (new URL(other.url).pathname === key.pathname) await cache.delete(other);
  try {
    await cache.put(key, fresh.clone());
  } catch {
    // No room, or a response of a part: it is there all the same.
  }
  return fresh;
}

function checked(response, url) {
  if (response.ok) return response;
  throw new TranseptError(`cannot fetch ${url}: ${response.status} ${response.statusText}`, "library");
}

/// Pieces of a file, wherever this runs.
async function* piecesOf(url, useCache) {
  if (isNode && url.protocol === "file:") {
    const { createReadStream } = await import("node:fs");
    yield* createReadStream(url, { highWaterMark: 1 << 20 });
    return;
  }
  const reader = (await responseOf(url, useCache)).body.getReader();
  for (let piece; !(piece = await reader.read()).done; ) yield piece.value;
}

async function bytesOf(url, useCache) {
  const pieces = [];
  for await (const piece of piecesOf(url, useCache)) pieces.push(piece);
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

// ---------------------------------------------------------------- the model, on the worker's thread

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/// The memory that a module imports, in pages, and the place of the byte that says whether threads
/// share it: 3, or 1 for one thread, who need not be allowed to.
function memoryImportOf(bytes) {
  let at = 8; // behind the magic number and the version
  const number = () => {
    for (let value = 0, unit = 1; ; unit *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  const skip = (count) => void (at += count);
  const kinds = { function: 0, memory: 2 }, imports = 2;
  while (bytes[at++] !== imports) skip(number());
  number();
  for (let count = number(); count > 0; --count) {
    for (let text = 0; text < 2; ++text) skip(number());
    const kind = bytes[at++];
    if (kind === kinds.memory) return { flagsAt: at++, initial: number(), maximum: number() };
    if (kind !== kinds.function) break;
    number();
  }
  throw new TranseptError("the module imports no memory: the files of one compilation belong together", "library");
}

/// An instance of the module with its weights in place.
class Instance {
  constructor(hooks) {
    this.hooks = hooks;
  }

  async open({ base, level, threads, useCache, encoderCacheBytes, progress }) {
    const bytes = await bytesOf(new URL(moduleFile(level), base), useCache);
    const { flagsAt, initial, maximum } = memoryImportOf(bytes);
    bytes[flagsAt] = threads > 1 ? 3 : 1;
    this.module = await WebAssembly.compile(bytes);
    this.memory = new WebAssembly.Memory({ initial, maximum, shared: threads > 1 });
    await this.instantiate();
    this.exports.transept_initialize();
    await Promise.all([this.placeWeights(new URL(files.weights, base), useCache, progress), this.bringThreads(threads - 1)]);
    this.check(this.exports.transept_open(encoderCacheBytes));
  }

  async instantiate() {
    this.exports = (await WebAssembly.instantiate(this.module, this.imports(this.module))).exports;
  }

  /// Threads beside this one: instances over its memory that wait in the module for something to run.
  async bringThreads(count) {
    if (count === 0) return;
    if (!this.exports.transept_threads(count)) throw new TranseptError(`there is not enough memory for ${count + 1} threads`, "out-of-memory");
    const bring = (number) => new Promise((isThere, failed) => {
      const stack = this.exports.transept_stack(number) >>> 0;
      Thread.start({ message: isThere, failed })
        .then((thread) => thread.post({ join: { module: this.module, memory: this.memory, stack, number } }), failed);
    });
    await Promise.all(Array.from({ length: count }, (_, number) => bring(number)));
  }

  /// Becomes such a thread, for ever.
  async join({ module, memory, stack, number }, tellReady) {
    Object.assign(this, { module, memory });
    await this.instantiate();
    this.exports.__stack_pointer.value = stack;
    tellReady();
    this.exports.transept_serve(number);
  }

  imports(module) {
    const system = { clock_time_get: (clock, precision, time) => this.tellTime(time), fd_write: (...all) => this.print(...all) };
    const result = {
      env: { memory: this.memory },
      transept: {
        part: (text, size) => (this.hooks.part(this.text(text, size)), this.hooks.goesOn() ? 1 : 0),
        goesOn: () => (this.hooks.goesOn() ? 1 : 0),
      },
    };
    const missing = 52; // what WASI calls "not supported"
    for (const { module: from, name } of WebAssembly.Module.imports(module))
      if (from === "wasi_snapshot_preview1") (result[from] ??= {})[name] = system[name] ?? (() => missing);
    return result;
  }

  tellTime(time) {
    new DataView(this.memory.buffer).setBigUint64(time, BigInt(Math.round(performance.now() * 1e6)), true);
    return 0;
  }

  /// What the C library writes before it gives up.
  print(descriptor, vectors, count, written) {
    const view = new DataView(this.memory.buffer);
    let size = 0, text = "";
    for (let index = 0; index < count; ++index) {
      const [begin, length] = [view.getUint32(vectors + 8 * index, true), view.getUint32(vectors + 8 * index + 4, true)];
      text += this.text(begin, length);
      size += length;
    }
    view.setUint32(written, size, true);
    if (text.trim()) console.error(text.trimEnd());
    return 0;
  }

  async placeWeights(url, useCache, progress) {
    const begin = this.exports.transept_weights() >>> 0, total = this.exports.transept_weights_size();
    if (!begin) throw new TranseptError(`there is not enough memory for ${total} bytes of weights`, "out-of-memory");
    let done = 0;
    progress(0, total);
    for await (const piece of piecesOf(url, useCache)) {
      if (done + piece.length <= total) new Uint8Array(this.memory.buffer, begin + done, piece.length).set(piece);
      done += piece.length;
      progress(Math.min(done, total), total);
    }
    if (done !== total)
      throw new TranseptError(`${url} has ${done} bytes, but must have ${total}: the files of one compilation belong together`, "library");
  }

  text(begin, size) {
    // A copy, because decoders refuse memory that threads share.
    return decoder.decode(new Uint8Array(this.memory.buffer, begin >>> 0, size).slice());
  }

  result() {
    return this.text(this.exports.transept_result(), this.exports.transept_result_size());
  }

  check(code) {
    if (code !== 0) throw new TranseptError(this.result(), codes[code] ?? "internal");
  }

  /// Calls `use` with the place of bytes in the module's memory.
  lend(bytes, use) {
    const place = this.exports.transept_allocate(bytes.byteLength || 1) >>> 0;
    if (!place) throw new TranseptError("there is not enough memory", "out-of-memory");
    try {
      new Uint8Array(this.memory.buffer).set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), place);
      return use(place, bytes.byteLength);
    } finally {
      this.exports.transept_free(place);
    }
  }

  lendText(text, use) {
    return this.lend(encoder.encode(text), use);
  }

  set(name, value) {
    this.lendText(name, (begin, size) => {
      this.exports.transept_option(begin, size);
      const add = (item, isInner) => {
        if (Array.isArray(item) || ArrayBuffer.isView(item)) {
          for (const each of item) add(each, true);
          if (isInner) this.exports.transept_number(begin, size, NaN);
        } else if (typeof item === "string")
          this.lendText(item, (text, length) => this.exports.transept_text(begin, size, text, length));
        else if (typeof item === "number" && !Number.isNaN(item)) this.exports.transept_number(begin, size, item);
        else if (typeof item === "boolean") this.exports.transept_number(begin, size, item ? 1 : 0);
        else throw new TranseptError(`${name} is ${item}, but must be a number, a text or a list of these`, "invalid-argument");
      };
      if (Array.isArray(value) || ArrayBuffer.isView(value)) for (const item of value) add(item, true);
      else add(value, false);
    });
  }

  call(verb, settings, floats, wantsParts) {
    const run = () => this.lendText(verb, (begin, size) => this.check(this.exports.transept_call(begin, size, wantsParts ? 1 : 0)));
    try {
      for (const [name, value] of Object.entries(settings)) if (value !== undefined && value !== null) this.set(name, value);
    } catch (error) {
      this.lendText("", (begin, size) => this.exports.transept_call(begin, size, 0)); // forgets what was set
      throw error;
    }
    if (floats)
      this.lend(floats, (place) => {
        this.exports.transept_floats(place, floats.length);
        run();
      });
    else run();
    return JSON.parse(this.result());
  }
}

/// What the worker does with each message; `post` answers.
function serve(post) {
  let current = 0, flag;
  const instance = new Instance({
    part: (text) => post({ id: current, part: text }),
    goesOn: () => !flag || Atomics.load(flag, 0) !== current,
  });
  return async (message) => {
    if (message.join) return instance.join(message.join, () => post({}));
    current = message.id;
    try {
      if (message.open) {
        flag = message.open.flag && new Int32Array(message.open.flag);
        let told = 0;
        const progress = (done, total) => {
          const now = performance.now();
          if (done !== total && now - told < 30) return;
          told = now;
          post({ id: message.id, done, total });
        };
        await instance.open({ ...message.open, progress });
        post({ id: message.id, result: { ...instance.call("describe", {}), threads: message.open.threads } });
      } else post({ id: message.id, result: instance.call(message.verb, message.settings, message.floats, message.wantsParts) });
    } catch (error) {
      post({ id: message.id, error: { message: error.message, code: error.code ?? "internal" } });
    }
  };
}

// ---------------------------------------------------------------- the model, for whoever loads it

class Thread {
  static async start(listener) {
    const thread = new Thread();
    if (isNode) {
      const { Worker } = await import("node:worker_threads");
      thread.worker = new Worker(new URL(import.meta.url), { workerData: { transept: true } });
      thread.worker.on("message", listener.message);
      thread.worker.on("error", listener.failed);
      thread.worker.unref();
    } else {
      thread.worker = new Worker(import.meta.url, { type: "module", name: workerName });
      thread.worker.onmessage = (event) => listener.message(event.data);
      thread.worker.onerror = (event) => listener.failed(new TranseptError(`the worker failed: ${event.message}`, "internal"));
    }
    return thread;
  }
  post(message) {
    this.worker.postMessage(message);
  }
  keepAlive(isNeeded) {
    if (isNode) isNeeded ? this.worker.ref() : this.worker.unref();
  }
  end() {
    this.worker.terminate();
  }
}

/// A loaded model. Calls are answered one after another.
class Model {
  #thread;
  #queue = [];
  #running;
  #number = 0;
  #flag;
  #opening;
  #isClosed = false;
  #open;

  /// For load alone.
  static async opened(options) {
    const model = new Model();
    model.#flag = sharesMemory ? new SharedArrayBuffer(4) : undefined;
    model.#open = {
      base: String(options.base ?? new URL(".", import.meta.url)),
      level: options.level ?? bestLevel(),
      threads: await threadsOf(options.threads),
      useCache: options.cache ?? true,
      encoderCacheBytes: options.encoderCacheBytes ?? 16 << 20,
      flag: model.#flag,
    };
    moduleFile(model.#open.level);
    model.info = await model.#start(options.progress, options.signal);
    return model;
  }

  async #start(progress, signal) {
    this.#thread = await Thread.start({ message: (message) => this.#receive(message), failed: (error) => this.#fail(error) });
    return this.#enqueue({ open: this.#open }, { progress, signal, isFirst: true });
  }

  /// Translates a text, or each of a list of texts.
  async translate(text, options = {}) {
    const results = await this.translations(text, options);
    return Array.isArray(text) ? results.map(([best]) => best.text) : results[0].text;
  }

  /// All that is known of the results: of a text a list, best first; of a list of texts, such lists.
  async translations(text, { signal, ...settings } = {}) {
    const texts = Array.isArray(text) ? text : [text];
    const results = await this.#call("translate", { ...settings, text: texts }, { signal });
    results.forEach((list, index) => list.forEach((result) => inLetters(result, texts[index])));
    return Array.isArray(text) ? results : results[0];
  }

  /// Parts of the translation, as they are certain: `for await (const part of model.stream(text))`.
  stream(text, { signal, ...settings } = {}) {
    return this.#parts("translate", { ...settings, text: [text] }, undefined, signal);
  }

  /// Token ids, or rows of features as Float32Array, to sequences of ids, best first.
  generate(source, { signal, ...settings } = {}) {
    const isFeatures = source instanceof Float32Array;
    return this.#call("generate", isFeatures ? { ...settings } : { ...settings, ids: source }, { signal, floats: isFeatures ? source : undefined });
  }

  /// What is said: samples of one channel, full scale is 1, 16000 a second unless sampleRate says otherwise.
  transcribe(samples, { signal, ...settings } = {}) {
    return this.#call("transcribe", settings, { signal, floats: this.#samples(samples) });
  }

  /// Texts of its segments, as they are known.
  streamTranscript(samples, { signal, ...settings } = {}) {
    return this.#parts("transcribe", settings, this.#samples(samples), signal);
  }

  tokenize(text, { signal, ...settings } = {}) {
    return this.#call("tokenize", { ...settings, text: [text] }, { signal });
  }

  detokenize(ids, { signal, ...settings } = {}) {
    return this.#call("detokenize", { ...settings, ids }, { signal });
  }

  /// Ends the worker and gives its memory back; calls that have not ended fail.
  close() {
    this.#isClosed = true;
    this.#fail(new TranseptError("the model was closed", "cancelled"));
  }

  #samples(samples) {
    if (samples instanceof Float32Array) return samples;
    throw new TranseptError("samples must be a Float32Array", "invalid-argument");
  }

  #call(verb, settings, { signal, floats, part } = {}) {
    return this.#enqueue({ verb, settings, floats, wantsParts: Boolean(part) }, { signal, part });
  }

  async *#parts(verb, settings, floats, signal) {
    const parts = [];
    let wake, isDone = false, failure;
    const stop = new AbortController();
    const ended = this.#call(verb, settings, { floats, signal: either(signal, stop.signal), part: (text) => (parts.push(text), wake?.()) })
      .catch((error) => (failure = error))
      .finally(() => ((isDone = true), wake?.()));
    try {
      while (!isDone || parts.length > 0) {
        if (parts.length > 0) yield parts.shift();
        else await new Promise((resolve) => (wake = resolve));
      }
      if (failure) throw failure;
    } finally {
      stop.abort(); // whoever leaves the loop wants no more
      await ended;
    }
  }

  #enqueue(message, { signal, progress, part, isFirst }) {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new TranseptError("the model was closed", "cancelled"));
      if (signal?.aborted) return reject(signal.reason);
      const call = { message, resolve, reject, progress, part };
      if (signal) {
        const abort = () => this.#abort(call, signal.reason);
        signal.addEventListener("abort", abort, { once: true });
        call.forget = () => signal.removeEventListener("abort", abort);
      }
      isFirst ? this.#queue.unshift(call) : this.#queue.push(call);
      this.#next();
    });
  }

  #next() {
    if (this.#running || this.#queue.length === 0 || !this.#thread) return;
    this.#running = this.#queue.shift();
    this.#running.message.id = ++this.#number;
    this.#thread.keepAlive(true);
    this.#thread.post(this.#running.message);
  }

  #receive(message) {
    const call = this.#running;
    if (!call || message.id !== call.message.id) return;
    if ("done" in message) return call.progress?.(message.done, message.total);
    if ("part" in message) return call.isAborted ? undefined : call.part?.(message.part);
    this.#running = undefined;
    this.#thread.keepAlive(false);
    call.forget?.();
    if (message.error) call.reject(new TranseptError(message.error.message, message.error.code));
    else call.resolve(message.result);
    this.#next();
  }

  /// A call that has not begun is forgotten; one that runs is told by shared memory where a page may
  /// have that, otherwise its worker ends and another one opens the model for the calls behind it.
  #abort(call, reason) {
    call.isAborted = true;
    call.reject(reason);
    const place = this.#queue.indexOf(call);
    if (place >= 0) return void this.#queue.splice(place, 1);
    if (this.#running !== call) return;
    if (this.#flag && !call.message.open) return void Atomics.store(new Int32Array(this.#flag), 0, call.message.id);
    this.#thread.end();
    this.#thread = this.#running = undefined;
    if (call.message.open) return void this.close();
    this.#start().catch((error) => this.#fail(error));
  }

  #fail(error) {
    this.#thread?.end();
    this.#thread = undefined;
    this.#isClosed = true;
    const calls = [this.#running, ...this.#queue].filter(Boolean);
    this.#running = undefined;
    this.#queue = [];
    for (const call of calls) call.reject(error);
  }
}

/// A signal that is aborted when one of two is.
function either(first, second) {
  if (!first) return second;
  const both = new AbortController();
  for (const signal of [first, second]) {
    if (signal.aborted) both.abort(signal.reason);
    signal.addEventListener("abort", () => both.abort(signal.reason), { once: true });
  }
  return both.signal;
}

/// Places count bytes of UTF-8; strings of JavaScript have units of UTF-16.
function inLetters(result, source) {
  const convert = (text, ranges) => {
    const bytes = encoder.encode(text);
    const unit = (end) => decoder.decode(bytes.subarray(0, end)).length;
    return ranges.map(([begin, end]) => [unit(begin), unit(end)]);
  };
  for (const places of result.places ?? []) {
    places.target = convert(result.text, places.target);
    places.source = convert(source, places.source);
  }
}

/// Gets and opens the model.
export async function load(options = {}) {
  return Model.opened(options);
}

if (isNode) {
  const { workerData, parentPort } = await import("node:worker_threads");
  if (workerData?.transept) parentPort.on("message", serve((message) => parentPort.postMessage(message)));
} else if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope && self.name === workerName) {
  const handle = serve((message) => self.postMessage(message));
  self.onmessage = (event) => handle(event.data);
}

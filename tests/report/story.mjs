// SPDX-License-Identifier: Apache-2.0
//
// Makes a story for the page out of what `transept compile --emit` prints, so that the page can be
// tested without the part of the compiler that records stories. Operations, lines and operands are
// those of the text; origins are guessed from names, costs computed from shapes, times invented.

import { execFileSync } from "node:child_process";
import { programs } from "./programs.mjs";

const sentences = {
  graph: "the model as imported: one function `forward`",
  staged: "`encode` and `decode`, with the encoder cache between them",
  fused: "after folding into weights and fusing ops",
  plan: "kernels, buffers in the arena, barriers, partition of the work",
};

const passes = [
  ["split-encode", "staged", "Moves what needs only the source into `encode`; the values that cross are the encoder KV cache."],
  ["derive-decode", "staged", "Makes `decode` incremental: causal self-attention appends to a cache and reads the history."],
  ["request-rows", "staged", "Computes the vocabulary only for rows whose scores are asked for."],
  ["fold-attention-scale", "fused", "Folds the scale of attention into the queries' weight."],
  ["merge-projections", "fused", "Merges linear operations that read the same rows into one."],
  ["fuse-activations", "fused", "Makes an activation the epilogue of the linear before it."],
  ["fuse-residuals", "fused", "Makes a residual addition the epilogue of the linear before it."],
  ["fuse-embedding", "fused", "Adds positions while the embedding is read."],
  ["fuse-vocabulary-search", "fused", "Makes projection and top-k one operation."],
  ["fuse-norms", "fused", "Makes a norm the prologue of the linear that reads it."],
  ["lower-to-plan", "plan", "Turns functions into programs of launches over buffers."],
  ["plan-memory", "plan", "Places buffers in the arena by lifetime."],
  ["insert-barriers", "plan", "Puts a barrier before a launch that touches what others wrote."],
].map(([argument, stage, summary]) => ({ argument, stage, summary }));

/// What the linear operations of a layer were before `merge-projections`.
function unmerge(name, names) {
  const [stem, tail = ""] = name.split(/(?=\.(?:weight|bias)$)/);
  const match = stem.match(/^(.*)\.(query_key_value|key_value)$/);
  if (!match) return [];
  const parts = match[2].split("_");
  const one = parts.map((part) => `${match[1]}.${part}${tail}`).filter((part) => names.has(part));
  if (one.length) return one;
  const all = new RegExp(`^${match[1].replace(".layers.", ".layers\\.\\d+\\.")}\\.(${parts.join("|")})${tail}$`);
  return [...names].filter((part) => all.test(part));
}

/// Names of the graph's operations that an operation came from, and the passes that made it.
function history(name, kind, text, names) {
  const origins = new Set();
  const made = new Set();
  const add = (origin, pass) => {
    if (names.has(origin)) origins.add(origin), made.add(pass);
  };
  let stem = name.replace(/_\d+$/, "").replace(/\.(history|cache|requested)$/, "")
    .replace(/\.(keys|values)$/, (slot) => slot.slice(0, -1));
  if (names.has(stem)) origins.add(stem);
  for (const part of unmerge(stem, names)) add(part, "merge-projections");
  if (/cache_store|cache_read/.test(kind)) made.add("split-encode");
  if (/cache_append/.test(kind)) made.add("derive-decode");
  if (/take_requested/.test(kind)) made.add("request-rows");
  if (/weight_scale/.test(kind)) add(stem.replace(/\.query\.(weight|bias)$/, ""), "fold-attention-scale");
  if (/\.(linear|search|embed\w*|vocabulary\w*)$/.test(kind)) {
    if (/ residual /.test(text)) add(stem.replace(/\.output$/, ".residual"), "fuse-residuals");
    if (/ activation /.test(text)) add(stem.replace(/\.input$/, ".activation"), "fuse-activations");
    const gain = text.match(/ gain [%@](\S+?)\.gain/);
    if (gain) add(gain[1], "fuse-norms");
    if (/ positions /.test(text))
      for (const part of [".positions", ".sum"]) add(stem + part, "fuse-embedding");
    if (/search|vocabulary/.test(kind)) made.add("fuse-vocabulary-search");
  }
  return { origins: origins.size ? [...origins] : [stem], passes: [...made] };
}

const planPass = { "plan.buffer": "plan-memory", "plan.barrier": "insert-barriers" };

/// Reads the operations of one stage off its text.
function operationsOf(text, stage, graphNames, firstProgram = 0) {
  const operations = [];
  let values = new Map();
  let owner = "";
  let launches = new Map();
  const tensorsOf = new Map();
  text.split("\n").forEach((line, index) => {
    const scope = line.match(/^\s*(?:func\.func|plan\.program) @(\w+)/);
    if (scope) {
      owner = scope[1];
      values = new Map();
    }
    const weight = line.match(/^\s*plan\.weight @(\S+) <(.*?)> at (\d+) size (\d+)/);
    const match = line.match(/^ {4}(?:((?:%[\w.]+(?:, )?)+) = )?([a-z_]+\.[a-z_]+|return)\b(.*)$/);
    if (!weight && (!match || match[2] === "plan.yield" || match[2] === "return")) return;
    const kind = weight ? "plan.weight" : match[2];
    const results = weight ? [] : (match[1] ?? "").split(", ").filter(Boolean);
    const rest = weight ? line : match[3];
    const label = rest.match(/^ "([\w.]+)"/)?.[1];
    const name = weight ? weight[1] : kind.startsWith("plan.") && label ? label
      : results[0]?.slice(1) ?? kind;
    const body = weight ? "" : rest.replace(/ : .*$/, "");
    const operands = [...new Set([...body.matchAll(/%[\w.]+/g)].map(([value]) => values.get(value)))]
      .filter((operand) => operand !== undefined);
    const { origins, passes: made } = graphNames
      ? history(name, kind, rest, graphNames) : { origins: [name], passes: [] };
    if (stage === "plan") made.push(planPass[kind] ?? "lower-to-plan");
    const operation = {
      name, kind, function: weight ? "" : owner, line: index + 1, operands, origins, passes: made, tensors: [],
      type: weight ? weight[2] : rest.match(/(?:-> | : )([^:]*?)$/)?.[1]?.replace(/^\(.*?\) -> /, "").trim() ?? "",
    };
    if (kind === "plan.barrier") operation.origins = [];
    const tensor = kind === "transept.parameter" ? [rest.match(/"(.*?)"/)[1]] : [];
    operation.tensors = [...new Set([...tensor, ...operands.flatMap((operand) =>
      /parameter|weight_/.test(operations[operand].kind) ? operations[operand].tensors : [])])];
    if (weight) owner = `@${weight[1]}`;
    else if (owner.startsWith("@") && operation.tensors.length) {
      tensorsOf.set(owner, operation.tensors);
      operations.findLast(({ kind }) => kind === "plan.weight").tensors = operation.tensors;
    }
    for (const [, symbol] of rest.matchAll(/(@[\w.]+)/g))
      operation.tensors.push(...(tensorsOf.get(symbol) ?? []));
    if (!owner.startsWith("@") && /^plan\./.test(kind) && !/buffer|columns/.test(kind)) {
      const program = firstProgram + (owner === "encode" ? 0 : 1);
      const launch = launches.get(program) ?? 0;
      launches.set(program, launch + 1);
      operation.launch = [program, launch];
    }
    for (const value of results) values.set(value, operations.length);
    operations.push(operation);
  });
  return operations;
}

function remarksOf(fused, graph) {
  const titles = { "merge-projections": "merged {n} linear operations that read the same rows",
    "fuse-norms": "fused into the first linear that reads it", "fuse-residuals": "added on the tile of the linear before it",
    "fuse-activations": "applied on the tile of the linear before it", "fold-attention-scale": "the scale became part of the queries' weight",
    "fuse-vocabulary-search": "projection and search became one operation", "fuse-embedding": "positions are added while the embedding is read" };
  const remarks = [];
  for (const operation of fused)
    for (const pass of operation.passes)
      if (titles[pass] && /source|target|candidates/.test(operation.type))
        remarks.push({ pass, category: pass.startsWith("fold") ? "folding" : "fusion", kind: "passed", name: operation.name,
          origins: operation.origins, text: titles[pass].replace("{n}", operation.origins.filter((origin) => !origin.endsWith(".norm")).length) });
  for (const operation of graph)
    if (operation.kind === "transept.layer_norm" && operation.name.startsWith("encoder"))
      remarks.push({ pass: "fold-norm-gains", category: "folding", kind: "missed", name: operation.name, origins: [operation.name],
        text: "the norm is read by a residual addition as well, which needs its gain" });
  return remarks;
}

/// The caches as the model's table has them.
function cachesOf(plan) {
  const slots = (program) => [...(plan.match(new RegExp(`plan\\.program @${program} .*`))?.[0] ?? "")
    .matchAll(/slot<"([\w.]+)", keys = \w+, heads = (\d+), head_dim = (\d+), offset = \d+, (\w+)>/g)]
    .map(([, name, heads, size, type]) => ({ name, heads: +heads, head_dim: +size,
      bytes_per_token: heads * size * (type === "bf16" ? 2 : 4) }));
  const cache = (slots) => ({ bytes_per_token: slots.reduce((sum, slot) => sum + slot.bytes_per_token, 0), slots });
  return { encoder: cache(slots("encode")), self: { page_tokens: 16, ...cache(slots("decode")) } };
}

/// What transept_model_table says of a model of tokens; a row of states is as wide as a decoder layer.
function sizesOf(caches, hiddenSize, positions) {
  return {
    has_source: true, has_target: true, feature_width: 0, usual_feature_rows: 0, row_steps: [],
    maximum_source_positions: positions, maximum_target_positions: positions, block_positions: 16,
    source_bytes_per_block: 16 * caches.encoder.bytes_per_token, source_bytes_per_position: 4 * hiddenSize + 8,
    source_bytes_per_feature_row: 0, source_bytes: 256, self_bytes_per_block: 16 * caches.self.bytes_per_token + 256,
  };
}

/// The same model as if sounds went in: two convolutions, and attention in windows.
export function withFeatures(story) {
  const copy = structuredClone(story);
  Object.assign(copy.sizes, { feature_width: 80, usual_feature_rows: 3000, maximum_source_positions: 1500, maximum_target_positions: 448,
    source_bytes_per_feature_row: 320,
    row_steps: [{ kernel: 3, stride: 1, padding: 2, leading: 0 }, { kernel: 3, stride: 2, padding: 2, leading: 0 }] });
  for (const program of copy.programs) {
    if (program.name === "encode") program.launches[0].rows = "before:1";
    for (const launch of program.launches) if (launch.keys === "up_to_row") launch.keys_before = 20;
  }
  return copy;
}

/// The story of compiling `input` (a description or a checkpoint) for each of `levels`.
export function makeStory(transept, input, { name, levels = ["x86-64-v4"], hasProfile = true }) {
  const emit = (stage, level) => execFileSync(transept, ["compile", input, "--cpu", level, "--emit", stage],
    { encoding: "utf8", maxBuffer: 1 << 28 });
  const description = JSON.parse(execFileSync(transept, ["describe", input], { encoding: "utf8" }));
  const graphText = emit("graph", levels[0]);
  const graph = operationsOf(graphText, "graph");
  const names = new Set(graph.map((operation) => operation.name));
  const stages = [{ name: "graph", level: "", sentence: sentences.graph, text: graphText, operations: graph }];
  for (const stage of ["staged", "fused"]) {
    const text = emit(stage, levels[0]);
    stages.push({ name: stage, level: "", sentence: sentences[stage], text, operations: operationsOf(text, stage, names) });
  }
  levels.forEach((level, index) => {
    const text = emit("plan", level);
    stages.push({ name: "plan", level, sentence: sentences.plan, text,
      operations: operationsOf(text, "plan", names, 2 * index) });
  });
  const tensors = graph.filter((operation) => operation.kind === "transept.parameter").map((operation) => ({
    name: operation.tensors[0], type: "F32",
    shape: operation.type.replace(/tensor<|xf32>/g, "").split("x").map(Number) }));
  const caches = cachesOf(stages[3].text);
  const { length: positions } = description.source.embedding.positions;
  const width = description.source.hiddenSize;
  const story = {
    format: 1, model: name, family: "marian", options: { weights: "f32", cache: "f32", cpu: levels },
    stages, passes, remarks: remarksOf(stages[2].operations, graph),
    tensors: [...new Map(tensors.map((tensor) => [tensor.name, tensor])).values()],
    caches, sizes: sizesOf(caches, width, positions),
    ...programs(stages.slice(3), hasProfile),
  };
  return story;
}

// SPDX-License-Identifier: Apache-2.0
//
// The part of a test's story that the compiled library knows: launches with their costs, buffers,
// kernels and a profile. Costs are counted as compiler/plan/LaunchCosts.cpp does; times are
// invented, the same ones each time.

const reading = (bytes_per_second, buffer_bytes, from, capacity = 0) => ({ bytes_per_second, buffer_bytes, from, capacity });
const limits = { encode_weights: reading(1.9e10, 3e8, "memory"), decode_weights: reading(1.4e10, 5.2e8, "memory"),
  few: reading(2e11, 16384, "L1 caches", 32768), rows: reading(9e10, 262144, "L2 caches", 1048576), operations_per_second: { f32: 2.1e11, bf16: 7.9e11, int8: 8.3e11 } };

/// A number between 0 and 1 that depends on the text alone.
function chance(text) {
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  return ((hash >>> 8) % 1000) / 1000;
}

const widthOf = (type) => +(type.match(/_(\d+)/)?.[1] ?? 0);

/// The least costs of one line of the plan.
function costsOf(line, kind, weights) {
  const types = (line.match(/ : (!buffer.*)$/)?.[1] ?? "").split(", ").map(widthOf);
  const rowBytes = 4 * types.reduce((sum, width) => sum + width, 0);
  const symbols = [...line.matchAll(/@([\w.]+)/g)].map(([, symbol]) => symbol);
  const weightBytes = symbols.reduce((sum, symbol) => sum + weights.get(symbol).bytes, 0);
  const costs = { rows: "all", keys: "none", weight_bytes: 0, bytes_per_row: 0, bytes_per_key: 0,
    operations_per_row: 0, operations_per_row_and_key: 0 };
  const number = (field) => +line.match(new RegExp(`${field} = (\\d+)`))[1];
  switch (kind) {
    case "barrier": case "merge_search": return costs;
    case "linear":
      return { ...costs, weight_bytes: weightBytes, bytes_per_row: rowBytes, operations_per_row: 2 * types[0] * types[1] };
    case "search":
      return { ...costs, rows: "requested", weight_bytes: weightBytes, bytes_per_row: rowBytes,
        operations_per_row: 2 * types[0] * number("vocabulary_size") };
    case "attend": {
      const numbers = number("head_count") * (number("key_dim") + number("value_dim"));
      const keys = / encoder_cache /.test(line) ? "source" : / causal /.test(line) ? "up_to_row" : "sequence";
      return { ...costs, keys, bytes_per_row: rowBytes, bytes_per_key: / rows /.test(line) ? 0 : 4 * numbers, operations_per_row_and_key: 2 * numbers };
    }
    case "embed": return { ...costs, bytes_per_row: 3 * rowBytes };
    default: return { ...costs, rows: kind === "take_requested" ? "requested" : "all", bytes_per_row: 2 * rowBytes };
  }
}

/// What the kernel of a launch would be called.
function kernelName(line, kind, level) {
  const types = (line.match(/ : (!buffer.*)$/)?.[1] ?? "").split(", ").map(widthOf);
  const parts = [kind];
  if (kind === "linear") {
    parts.push(`${types[0]}x${types[1]}`);
    for (const part of ["bias", "norm", "residual"]) if (line.includes(` ${part} `)) parts.push(part);
    const activation = line.match(/ activation (\w+)/);
    if (activation) parts.push(activation[1]);
  } else if (kind === "attend") {
    parts.push(line.match(/" (rows|pages|encoder_cache) /)[1], line.match(/head_count = (\d+)/)[1] + "x" + line.match(/key_dim = (\d+)/)[1]);
  } else {
    parts.push(String(types[0] || line.match(/vocabulary_size = (\d+)/)?.[1] || ""));
  }
  return `${parts.join("_")}.${level}`;
}

function programOf(stage, name, kernels) {
  const lines = stage.text.split("\n");
  const weights = new Map(stage.operations.filter(({ kind }) => kind === "plan.weight").map((operation) => {
    const [, layout, bytes] = lines[operation.line - 1].match(/<(.*?)> at \d+ size (\d+)/);
    return [operation.name, { name: operation.name, layout, bytes: +bytes, tensors: operation.tensors }];
  }));
  const mine = stage.operations.map((operation, index) => ({ operation, index })).filter(({ operation }) => operation.function === name);
  const buffers = new Map();
  const base = (index) => {
    const operation = stage.operations[index];
    return operation.kind === "plan.columns" ? base(operation.operands[0]) : index;
  };
  for (const { operation, index } of mine)
    if (operation.kind === "plan.buffer") {
      const [, space, width] = lines.find((line) => line.startsWith(`${operation.type} =`)).match(/<(.*?) x (\d+)/);
      buffers.set(index, { name: operation.name, width: +width, space, bytes: 4 * width,
        offset: +lines[operation.line - 1].match(/ at (\d+)/)[1], first: -1, last: -1 });
    }
  const order = [...buffers.keys()];
  const launches = mine.filter(({ operation }) => operation.launch).map(({ operation }, number) => {
    const line = lines[operation.line - 1];
    const kind = operation.kind.slice(5);
    const used = [...new Set(operation.operands.map(base))].filter((index) => buffers.has(index));
    for (const index of used) {
      const buffer = buffers.get(index);
      if (buffer.first < 0) buffer.first = number;
      buffer.last = number;
    }
    const written = new Set([...line.matchAll(/ into (%[\w.]+)/g)].map(([, value]) => value.slice(1)));
    const isWritten = (index) => written.has(stage.operations[index].name);
    const launch = { name: kind === "barrier" ? "" : operation.name, kind, origins: operation.origins, arithmetic: "f32",
      ...costsOf(line, kind, weights), kernels: [], symbol: "", code_bytes: 0,
      weights: [...line.matchAll(/@([\w.]+)/g)].map(([, symbol]) => weights.get(symbol)),
      strategy: line.match(/<(rowBlock.*?)>/)?.[1] ?? "",
      reads: used.filter((index) => !isWritten(index)).map((index) => order.indexOf(index)),
      writes: used.filter(isWritten).map((index) => order.indexOf(index)) };
    if (kind === "barrier") return launch;
    const symbol = kernelName(line, kind, stage.level);
    if (!kernels.has(symbol)) kernels.set(symbol, { symbol, level: stage.level, bytes: Math.round(400 + 9000 * chance(symbol)) });
    return { ...launch, kernels: [[...kernels.keys()].indexOf(symbol)], symbol: `${name}.${operation.name}.${stage.level}`,
      code_bytes: Math.round(90 + 200 * chance(operation.name)) };
  });
  return { name, level: stage.level, launches, buffers: [...buffers.values()],
    arena_bytes_per_row: +stage.text.match(new RegExp(`@${name} attributes {arena_bytes_per_row = (\\d+)`))[1] };
}

function runOf(program, { sources, source_tokens, hypotheses, steps }) {
  const isDecode = program.name === "decode";
  const rows = isDecode ? sources * hypotheses : sources * source_tokens;
  const past = isDecode ? steps / 2 : source_tokens;
  const weights = limits[`${program.name}_weights`];
  const launches = program.launches.map((launch, index) => {
    const pairs = { none: 0, source: rows * source_tokens, up_to_row: rows * past, sequence: rows * past }[launch.keys];
    const keys = { none: 0, source: sources * source_tokens, up_to_row: rows * past, sequence: sources * past }[launch.keys];
    const bytes = launch.weight_bytes + rows * launch.bytes_per_row + keys * launch.bytes_per_key;
    const operations = rows * launch.operations_per_row + pairs * launch.operations_per_row_and_key;
    const rowBytes = rows * launch.bytes_per_row;
    const near = [limits.few, limits.rows].find(({ capacity }) => bytes <= capacity);
    const memoryBy = (reading) => (bytes - rowBytes) / reading.bytes_per_second + rowBytes / (near ?? limits.rows).bytes_per_second;
    const memory = memoryBy(near ?? weights);
    const arithmetic = operations / limits.operations_per_second[launch.arithmetic];
    const least = Math.max(memory, arithmetic);
    const seconds = launch.kind === "barrier" ? 0 : 2e-7 + least * (1.05 + 0.6 * chance(program.name + index));
    return { seconds, longest_seconds: seconds * 1.1, waiting_seconds: launch.kind === "barrier" ? 1e-6 * chance("wait" + index) : 0, memory_seconds: memory, memory_seconds_in_turn: memoryBy(weights), arithmetic_seconds: arithmetic, least_seconds: least,
      bound_by: memory > arithmetic ? "memory" : "arithmetic", bytes, operations };
  });
  const seconds = launches.reduce((sum, launch) => sum + launch.seconds + launch.waiting_seconds, 0);
  return { program: program.name, level: program.level, sources, source_tokens, hypotheses, steps: isDecode ? steps : 0, invocations: isDecode ? steps : 1, seconds, launches };
}

/// `programs`, `kernels` and, if wanted, `profile` of a story with these plans.
export function programs(plans, hasProfile) {
  const kernels = new Map();
  const programs = plans.flatMap((stage) => ["encode", "decode"].map((name) => programOf(stage, name, kernels)));
  const story = { programs, kernels: [...kernels.values()] };
  if (hasProfile) {
    const work = { sources: 1, source_tokens: 64, hypotheses: 1, steps: 64 };
    const runs = [runOf(programs[0], { ...work, source_tokens: 256 }), runOf(programs[1], work), runOf(programs[1], { ...work, sources: 8 })];
    story.profile = { limits, runs };
  }
  return story;
}

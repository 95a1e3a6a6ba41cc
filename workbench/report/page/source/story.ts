// SPDX-License-Identifier: Apache-2.0
//
// The story of a compilation, as the compiler writes it into the page. What is optional here may be
// missing.

export interface Operation {
  name: string;
  kind: string;
  function: string;
  line: number; // in the stage's text, from 1
  operands: number[]; // indices into the stage's operations
  type: string;
  origins: string[]; // names of the operations of the graph that it came from
  passes?: string[];
  tensors?: string[];
  launch?: [program: number, launch: number];
}

export interface Stage {
  name: string;
  level: string; // the processor of a plan
  sentence: string;
  text: string;
  operations: Operation[];
}

export interface Pass {
  argument: string;
  stage: string;
  summary: string;
}

export interface Remark {
  pass: string;
  category: string;
  kind: string; // passed, missed or analysis
  name: string;
  origins: string[];
  text: string;
}

export interface Tensor {
  name: string;
  type: string;
  shape: number[];
}

export interface Slot {
  name: string;
  heads: number;
  head_dim: number;
  bytes_per_token: number;
}

export interface Cache {
  bytes_per_token: number;
  page_tokens?: number;
  slots: Slot[];
}

export interface Weight {
  name: string;
  layout: string;
  bytes: number;
  tensors: string[];
}

export interface Launch {
  name: string;
  kind: string;
  origins: string[];
  symbol: string;
  code_bytes: number; // 0 where unknown, as are a kernel's bytes
  kernels: number[];
  strategy?: string;
  arithmetic: string;
  rows: string; // all, requested, before:N row steps, blocks:N of N rows, number:N
  keys: string; // none, sequence, up_to_row, source, or rows: and all of these
  keys_before?: number; // how far a row looks among keys of its sequence; -1: to its end
  keys_behind?: number;
  weight_bytes: number;
  bytes_per_row: number;
  bytes_per_key: number;
  operations_per_row: number;
  operations_per_row_and_key: number;
  weights?: Weight[];
  reads?: number[];
  writes?: number[];
}

export interface Buffer {
  name: string;
  width: number;
  space: string;
  offset: number; // per row, as is `bytes`
  bytes: number;
  first: number;
  last: number;
}

export interface Program {
  name: string;
  level: string;
  arena_bytes_per_row: number;
  spare_rows?: number; // beside those of an invocation
  launches: Launch[];
  buffers: Buffer[];
}

export interface Kernel {
  symbol: string;
  level: string;
  bytes: number;
  calls?: number[]; // other kernels
}

export interface MeasuredLaunch {
  seconds: number; // mean of the workers
  longest_seconds: number; // from the first worker's start to the last one's end
  waiting_seconds: number;
  memory_seconds: number; // that each limit allows at least
  memory_seconds_in_turn: number; // what its bytes add to a run that reads those of all launches
  arithmetic_seconds: number;
  least_seconds: number;
  bound_by: string;
  bytes: number;
  operations: number;
}

export interface Run {
  program: string;
  level: string;
  sources: number;
  source_tokens: number; // or rows of features
  hypotheses: number; // of each source
  steps?: number; // of decode
  invocations: number;
  seconds: number;
  launches: MeasuredLaunch[]; // parallel to the program's launches
}

/// Reading some bytes again and again.
export interface Reading {
  bytes_per_second: number;
  buffer_bytes: number;
  from: string; // "L2 caches", "memory"; empty where unknown
  capacity: number; // of the nearer caches: what they hold
}

export interface Limits {
  encode_weights: Reading;
  decode_weights: Reading;
  few: Reading; // from the nearest caches
  rows: Reading; // what one launch hands to the next
  operations_per_second: Record<string, number>;
}

export interface RowStep {
  kernel: number;
  stride: number;
  padding: number;
  leading: number;
  line_before?: number; // rows of a line of a grid, 1 where it is left out
  line_behind?: number;
}

/// What the model takes, and what its caches hold of that.
export interface Sizes {
  has_source: boolean;
  has_target: boolean;
  feature_width: number; // 0 where a source is token ids, each of which is a position
  usual_feature_rows: number; // 0 for any number
  row_steps: RowStep[];
  maximum_source_positions: number; // -1: unbounded
  maximum_target_positions: number;
  block_positions: number; // caches grow by so many
  source_bytes_per_block: number;
  source_bytes_per_position: number;
  source_bytes_per_feature_row: number;
  source_bytes: number;
  self_bytes_per_block: number;
}

export interface Story {
  format: number;
  model: string;
  family?: string;
  options?: Record<string, unknown>;
  stages: Stage[];
  passes?: Pass[];
  remarks?: Remark[];
  tensors?: Tensor[];
  caches?: { encoder?: Cache; self?: Cache };
  sizes?: Sizes;
  programs?: Program[];
  kernels?: Kernel[];
  profile?: { limits?: Limits; runs: Run[] };
}

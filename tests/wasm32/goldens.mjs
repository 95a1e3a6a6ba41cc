// SPDX-License-Identifier: Apache-2.0
//
// Recorded cases of tests/golden/checkpoints as calls of a module, and what must come of them.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/// Tensors of a file of safetensors: { shape, values }.
function readTensors(path) {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  const kinds = { I64: BigInt64Array, F32: Float32Array };
  return (name) => {
    const { dtype, shape, data_offsets: [begin, end] } = header[name];
    const copy = new Uint8Array(bytes.subarray(8 + length + begin, 8 + length + end)).buffer;
    const values = new kinds[dtype](copy);
    return { shape, values: dtype === "I64" ? Array.from(values, Number) : values };
  };
}

const names = {
  num_beams: "beams", num_return_sequences: "returnCount", max_length: "maximumLength", max_new_tokens: "maximumNewTokens",
  length_penalty: "lengthPenalty", early_stopping: "earlyStopping", decoder_start_token_id: "decoderStart",
  no_repeat_ngram_size: "noRepeatNgramSize", repetition_penalty: "repetitionPenalty", min_length: "minimumLength",
};

function optionsOf(settings) {
  const options = { ignoreModelDefaults: true };
  for (const [name, value] of Object.entries(settings)) {
    if (names[name]) options[names[name]] = value;
    else if (name === "eos_token_id") options.ends = [value];
    else if (!["pad_token_id", "bos_token_id"].includes(name)) throw new Error(`no option for ${name}`);
  }
  return options;
}

const rowOf = ({ shape, values }, row) => values.slice(row * shape[1], (row + 1) * shape[1]);

/// [channels, frames] of a batch to rows of a source.
function featuresOf({ shape: [, channels, frames], values }, row) {
  const result = new Float32Array(channels * frames);
  for (let channel = 0; channel < channels; ++channel)
    for (let frame = 0; frame < frames; ++frame)
      result[frame * channels + channel] = values[(row * channels + channel) * frames + frame];
  return result;
}

/// The named cases of a folder: { name, sources, options, expected, returned }.
export function readCases(folder, wanted) {
  const tensor = readTensors(join(folder, "goldens.safetensors"));
  const { cases } = JSON.parse(readFileSync(join(folder, "goldens.json"), "utf8"));
  return wanted.map((name) => {
    const item = cases.find((each) => each.name === name);
    if (!item) throw new Error(`${folder} has no case ${name}`);
    const { inputs, outputs, generation_args: settings } = item;
    const sequences = tensor(outputs.sequences);
    const given = tensor(inputs.input_ids ?? inputs.input_features);
    const mask = inputs.attention_mask && tensor(inputs.attention_mask);
    const sources = Array.from({ length: given.shape[0] }, (_, row) =>
      inputs.input_ids ? rowOf(given, row).filter((_, at) => rowOf(mask, row)[at]) : featuresOf(given, row));
    const padding = settings.pad_token_id;
    const expected = Array.from({ length: sequences.shape[0] }, (_, row) => rowOf(sequences, row));
    return { name, sources, options: optionsOf(settings), expected, padding };
  });
}

/// Whether ids are the recorded ones, which are filled up to the longest of their batch.
export function isRecorded(ids, recorded, padding) {
  return recorded.every((id, at) => (at < ids.length ? ids[at] === id : id === padding)) && ids.length <= recorded.length;
}

// SPDX-License-Identifier: Apache-2.0
//
// Writes the stories that the tests show: make_stories.mjs TRANSEPT SOURCE_DIR OUTPUT_DIR.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, writeCheckpoint } from "./checkpoint.mjs";
import { makeStory, withFeatures } from "./story.mjs";

const [transept, source, output] = process.argv.slice(2);
const model = join(source, "examples/number-words/model");
const sizes = { layers: 24, width: 512, heads: 8, inner: 2048, vocabulary: 58101, positions: 512 };
const large = writeCheckpoint(join(output, "large"), describe(transept, model, sizes));
const stories = {
  small: makeStory(transept, model, { name: "number_words", hasProfile: false, levels: ["x86-64-v3", "x86-64-v4"] }),
  large: makeStory(transept, large, { name: "opus_24" }),
};
// What copies a build folder may fill holes.
rmSync(join(output, "large"), { recursive: true });
stories.sounds = withFeatures(stories.small);
const { format, stages } = stories.small;
stories.bare = { format, model: "</script><script>throw 1</script>", stages: stages.filter(({ level }) => !level) };
mkdirSync(output, { recursive: true });
for (const [name, story] of Object.entries(stories)) {
  const text = JSON.stringify(story);
  writeFileSync(join(output, `${name}.json`), text);
  console.log(`${name}: ${story.stages.map(({ operations }) => operations.length).join(" ")} operations, ${(text.length / 1e6).toFixed(1)} MB`);
}

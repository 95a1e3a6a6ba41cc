// SPDX-License-Identifier: Apache-2.0
//
// size.mjs MOST MODULE...: modules have so many bytes at most.

import { statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";

const [most, ...modules] = process.argv.slice(2);
for (const module of modules) {
  const { size } = statSync(module);
  console.log(`${module}: ${size} bytes, ${gzipSync(readFileSync(module), { level: 9 }).length} compressed`);
  if (size > Number(most)) {
    console.log(`FAILED: at most ${most} bytes are allowed`);
    process.exitCode = 1;
  }
}

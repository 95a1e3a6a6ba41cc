// SPDX-License-Identifier: Apache-2.0
//
// measure.mjs PLAN: one page of headless Chromium in which contenders take turns. PLAN is a file of
// JSON: { folders, contenders, workloads, turns }; what contenders.js measures goes to standard
// output.

import { readFileSync } from "node:fs";
import { isInstalled, isolating, openPage, serve } from "../../tests/wasm32/browser.mjs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
if (!isInstalled) throw new Error("Chromium is not there: tools/setup installs it");
const server = await serve([import.meta.dirname ?? new URL(".", import.meta.url).pathname, ...plan.folders], isolating);
const page = await openPage();
try {
  await page.go(server.address);
  const results = await page.evaluate(`(async () => {
    const { measure } = await import("/contenders.js");
    return measure(${JSON.stringify(plan.contenders)}, ${JSON.stringify(plan.workloads)}, ${plan.turns});
  })()`);
  console.log(JSON.stringify(results));
} finally {
  await page.close();
  server.close();
}

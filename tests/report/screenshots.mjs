// SPDX-License-Identifier: Apache-2.0
//
// Takes the pictures of docs/report.md: screenshots.mjs MODULES_FOLDER PAGE.html OUTPUT_FOLDER. The
// page has to be of the demonstration model, with a profile.

import { resolve } from "node:path";
import { choose, clickDrawn, go, launchBrowser, openPage, press, settle, slide } from "./browser.mjs";

const [modules, path, output] = process.argv.slice(2).map((argument) => resolve(argument));
const browser = await launchBrowser(modules);

/// What to do before a picture is taken; `_dark` in the name is the theme.
const pictures = {
  async overview(page) {
    await slide(page, "source", 300);
    await clickDrawn(page, '[data-group="cross-attention keys and values"]');
    await clickDrawn(page, '[data-operation="decoder.layers.1.cross_attention.key"]');
    await choose(page, "zoom", "width");
  },
  async layer_dark(page) {
    await choose(page, "stage to draw", "fused");
    await clickDrawn(page, '[data-group="decoder.layers.0"]');
    await choose(page, "zoom", "width");
  },
  async stages(page) {
    await press(page, "f");
    await page.keyboard.type("layers.1.cross_attention.key");
    await press(page, "Enter");
    await go(page, "stages");
  },
  async costs(page) {
    await go(page, "costs");
    await page.click("table[aria-label=kernels] tbody tr");
    await settle(page);
  },
  async memory(page) {
    await go(page, "memory");
    await clickDrawn(page, '[data-buffer="5"]');
  },
  async profile_dark(page) {
    await go(page, "profile");
    await clickDrawn(page, '.frame.group[aria-label^="decoder.layers.1,"]');
  },
};

for (const [name, prepare] of Object.entries(pictures)) {
  const [stem, theme = "light"] = name.split("_");
  const height = stem === "profile" ? 480 : 800;
  const { page, faults } = await openPage(browser, path, { width: 1360, height, scheme: theme });
  await prepare(page);
  await page.mouse.move(2, 2);
  await settle(page);
  await page.screenshot({ path: `${output}/${stem}.png` });
  if (faults.length) throw new Error(faults.join("\n"));
  await page.close();
}
await browser.close();

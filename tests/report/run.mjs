// SPDX-License-Identifier: Apache-2.0
//
// Runs the tests of the page: run.mjs MODULES_FOLDER STORIES_FOLDER [NAME...]. Exit status 77 tells
// ctest that they were skipped, because Chromium is not installed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, isInstalled, launchBrowser, openPage } from "./browser.mjs";
import { tests } from "./tests.mjs";

const [modules, folder, ...names] = process.argv.slice(2);
if (!isInstalled) {
  console.log(`skipped: ${chromium} is not there; tools/setup installs it`);
  process.exit(77);
}
for (const name of names)
  if (!tests[name]) throw new Error(`there is no test ${name}, but ${Object.keys(tests).join(", ")}`);

const story = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
const stories = { large: story("large"), small: story("small"), sounds: story("sounds") };
const browser = await launchBrowser(modules);
let failures = 0;
for (const name of names.length ? names : Object.keys(tests)) {
  const pages = [];
  const open = async (which, options) => {
    const opened = await openPage(browser, join(folder, `${which}.html`), options);
    pages.push(opened.page);
    return opened;
  };
  try {
    const { page, faults } = await open("large");
    await tests[name]({ page, story: stories.large, open, stories });
    assert.deepEqual(faults, []);
    console.log(`passed  ${name}`);
  } catch (error) {
    ++failures;
    console.log(`failed  ${name}\n${error.stack}`);
  }
  for (const page of pages) await page.close();
}
await browser.close();
process.exit(failures ? 1 : 0);

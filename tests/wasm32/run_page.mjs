// SPDX-License-Identifier: Apache-2.0
//
// The page of examples/web in headless Chromium: run_page.mjs PAGE_FOLDER MODULES_FOLDER REFERENCE. Exit status
// 77 tells ctest that it was skipped, because Chromium is not installed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { chromium, isInstalled, isolating, openPage, serve } from "./browser.mjs";

if (!isInstalled) {
  console.log(`skipped: ${chromium} is not there; tools/setup installs it`);
  process.exit(77);
}
const [pages, modules, reference] = process.argv.slice(2);
const { cases } = JSON.parse(readFileSync(reference, "utf8"));
const isDone = "document.querySelector('#state').textContent.includes(' ms')";
const output = "document.querySelector('#output').textContent";

const type = (text) => `(() => { document.querySelector('#state').textContent = "";
  const input = document.querySelector('#source'); input.value = ${JSON.stringify(text)};
  input.dispatchEvent(new Event('input')); })()`;

const tests = {
  async "translates what is typed, and draws where the model looked"(page, { address }) {
    await page.go(address);
    await page.until(isDone);
    assert.equal(await page.evaluate(output), "der dritte März neunzehnhundertneunundneunzig");
    for (const letters of ["ni", "nine", "ninety-seven"]) await page.evaluate(type(letters));
    await page.until(`${output} === "siebenundneunzig"`);
    await page.until(isDone);
    assert.match(await page.evaluate("document.querySelector('#state').textContent"), /relaxed-simd/);
    assert.ok((await page.evaluate("document.querySelectorAll('#alignment line').length")) > 2);
    if (process.env.TRANSEPT_PICTURE) (await import("node:fs")).writeFileSync(process.env.TRANSEPT_PICTURE, await page.picture());
  },
  async "works again without a network, and asks for nothing twice"(page, server) {
    await page.go(server.address);
    await page.until(isDone);
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
    server.requests.length = 0;
    await page.go(server.address);
    await page.until(isDone);
    assert.ok(!server.requests.some((path) => /wasm|weights/.test(path)), server.requests.join(" "));
    server.close();
    await page.go(server.address);
    await page.until(isDone);
    assert.equal(await page.evaluate(output), "der dritte März neunzehnhundertneunundneunzig");
    page.faults.length = 0; // the service worker's failed requests
  },
  async "both levels give the recorded ids for all types of weights"(page, { address }) {
    await page.go(`${address}/index.html?level=simd128`);
    await page.until(isDone);
    const sources = cases.map(({ source }) => source);
    for (const weights of ["f32", "bf16", "int8", "int4"])
      for (const level of ["simd128", "relaxed-simd"]) {
        const { ids, milliseconds } = await page.evaluate(`(async () => {
          const { load } = await import("/number_words.${weights}.js");
          const model = await load({ level: "${level}" });
          const sources = ${JSON.stringify(sources)};
          const run = async () => { const all = []; for (const each of sources) all.push((await model.translations(each))[0].sequences[0].ids); return all; };
          const ids = await run();
          let best = Infinity;
          for (let turn = 0; turn < 3; ++turn) { const began = performance.now(); await run(); best = Math.min(best, performance.now() - began); }
          model.close();
          return { ids, milliseconds: best };
        })()`);
        cases.forEach((item, index) => assert.deepEqual(ids[index], item.output_ids, `${weights} ${level}: ${item.source}`));
        console.log(`        ${weights} ${level}: ${milliseconds.toFixed(1)} ms for ${sources.length} texts`);
      }
  },
  async "threads, in a page that may have them, change no bit"(page, { address }) {
    await page.go(address);
    await page.until(isDone);
    const results = await page.evaluate(`(async () => {
      const { load } = await import("/number_words.int8.js");
      const sources = ${JSON.stringify(cases.map(({ source }) => source))};
      const all = [];
      for (const level of ["simd128", "relaxed-simd"])
        for (const threads of [1, 2, 3]) {
          const model = await load({ level, threads });
          const results = await model.translations(sources, { beams: 2, tokenScores: true });
          all.push({ level, threads: model.info.threads, sequences: results.map(([best]) => best.sequences[0]) });
          model.close();
        }
      return all;
    })()`);
    assert.deepEqual(results.map(({ threads }) => threads), [1, 2, 3, 1, 2, 3]);
    for (const { level, threads, sequences } of results)
      assert.deepEqual(sequences, results.find((each) => each.level === level).sequences, `${level}, ${threads} threads`);
  },
  async "a page that may not have threads has one, and is told"(page, { address }) {
    await page.go(address);
    await page.until(isDone);
    const told = await page.evaluate(`(async () => {
      const { load } = await import("/number_words.int8.js");
      return [(await load()).info.threads, await load({ threads: 2 }).catch(({ code, message }) => code + ": " + message)];
    })()`);
    assert.equal(told[0], 1);
    assert.match(told[1], /unsupported: threads is 2, but must be 1 in a page that is not cross-origin isolated/);
  },
  async "an aborted call ends with shared memory"(page, { address }) {
    await this["an aborted call ends without shared memory"](page, { address }, true);
  },
  async "an aborted call ends without shared memory"(page, { address }, isIsolated = false) {
    await page.go(`${address}/index.html`);
    await page.until(isDone);
    const told = await page.evaluate(`(async () => {
      const { load } = await import("/number_words.f32.js");
      const model = await load();
      const stop = new AbortController();
      const long = model.translations(Array(500).fill(">>de<< nine"), { beams: 16, signal: stop.signal }).catch((error) => error.message);
      setTimeout(() => stop.abort(new Error("enough")), 30);
      const reason = await long;
      return [reason, await model.translate(">>de<< nine"), crossOriginIsolated];
    })()`);
    assert.deepEqual(told, ["enough", "neun", isIsolated]);
  },
  async "a level that is none is told on the page"(page, { address }) {
    await page.go(`${address}/index.html?level=avx2`);
    await page.until("document.querySelector('#state').textContent.includes('must be one of simd128, relaxed-simd')");
  },
};

const isolated = ["threads, in a page that may have them, change no bit", "an aborted call ends with shared memory"];

let failures = 0;
for (const name of Object.keys(tests)) {
  const server = await serve([pages, modules], isolated.includes(name) ? isolating : {});
  const page = await openPage();
  try {
    await tests[name](page, server);
    assert.deepEqual(page.faults, []);
    console.log(`passed  ${name}`);
  } catch (error) {
    ++failures;
    console.log(`failed  ${name}\n${error.stack}\n${page.faults.join("\n")}`);
  }
  await page.close();
  server.close();
}
process.exit(failures ? 1 : 0);

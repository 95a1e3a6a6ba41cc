// SPDX-License-Identifier: Apache-2.0
//
// The server's page in headless Chromium: page.mjs MODULES_FOLDER SERVER TEXT_LIBRARY SOUND_LIBRARY.
// Exit status 77 tells ctest that it was skipped, because Chromium is not installed.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium, isInstalled, launchBrowser } from "../report/browser.mjs";

const [modules, program, texts, sounds] = process.argv.slice(2);
if (!isInstalled) {
  console.log(`skipped: ${chromium} is not there; tools/setup installs it`);
  process.exit(77);
}

const folder = mkdtempSync(join(tmpdir(), "transept-page-"));
const configuration = join(folder, "serve.json");
writeFileSync(configuration, JSON.stringify({ models: { demo: texts, sounds }, keys: [{ key: "a long secret" }] }));
const server = spawn(program, ["--config", configuration, "--port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
const port = await new Promise((found) => {
  createInterface({ input: server.stderr }).on("line", (line) => {
    const entry = JSON.parse(line);
    if (entry.event === "listening") found(entry.port);
  });
});

/// A second of a sawtooth, 16 bits at 16 kHz.
function sound() {
  const data = Buffer.alloc(44 + 32000);
  data.write("RIFF");
  data.writeUInt32LE(36 + 32000, 4);
  data.write("WAVEfmt ", 8);
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20);
  data.writeUInt16LE(1, 22);
  data.writeUInt32LE(16000, 24);
  data.writeUInt32LE(32000, 28);
  data.writeUInt16LE(2, 32);
  data.writeUInt16LE(16, 34);
  data.write("data", 36);
  data.writeUInt32LE(32000, 40);
  for (let at = 0; at < 16000; ++at) data.writeInt16LE((at * 37) % 8000, 44 + 2 * at);
  return data;
}

let failure = null, browser;
try {
  browser = await launchBrowser(modules);
  const page = await browser.newPage();
  const address = `http://127.0.0.1:${port}`;
  const faults = [];
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("request", (request) => request.url().startsWith(`${address}/`) || faults.push(`request: ${request.url()}`));
  await page.goto(`${address}/`, { waitUntil: "load", timeout: 60_000 });
  const result = () => page.$eval("#result", (element) => element.textContent);
  const until = (text) => page.waitForFunction((text) => document.querySelector("#result").textContent === text, { timeout: 30_000 }, text);
  const fill = (selector, text) => page.$eval(selector, (input, text) => {
    input.value = text;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, text);

  // Without a key it says so; with one it lists the models.
  await page.waitForFunction(() => document.querySelector("#result").className === "wrong");
  assert.match(await result(), /a key is needed/);
  await fill("#key", "a long secret");
  await page.waitForFunction(() => document.querySelectorAll("#model option").length === 2);

  // A text arrives word by word and as a whole.
  await fill("#text", ">>de<< the train leaves on Monday at half past seven");
  await page.click("#run");
  await until("der Zug fährt am Montag um halb acht ab");
  assert.equal(await page.$eval("#stop", (button) => button.disabled), true);

  // What is wrong is shown in the server's words.
  await fill("#target", "xx");
  await page.click("#run");
  await page.waitForFunction(() => document.querySelector("#result").className === "wrong");
  assert.match(await result(), /xx/);

  // Markup stays text.
  await fill("#target", "");
  await fill("#text", ">>de<< <img src=x onerror=alert(1)>");
  await page.click("#run");
  await page.waitForFunction(() => document.querySelector("#result").className !== "wrong" && document.querySelector("#stop").disabled);
  assert.equal(await page.$$eval("#result *", (elements) => elements.length), 0);

  // The other model takes a file.
  await page.select("#model", "sounds");
  assert.equal(await page.$eval("#texts", (element) => element.hidden), true);
  const file = join(folder, "sound.wav");
  writeFileSync(file, sound());
  await (await page.$("#sound")).uploadFile(file);
  await page.click("#run");
  await page.waitForFunction(() => document.querySelector("#result").className !== "wrong" && document.querySelector("#result").textContent !== "" && document.querySelector("#stop").disabled, { timeout: 60_000 });
  assert.deepEqual(faults, []);
} catch (error) {
  failure = error;
}
await browser?.close();
server.kill("SIGTERM");
const status = await new Promise((ended) => server.on("exit", ended));
rmSync(folder, { recursive: true, force: true });
if (failure) throw failure;
assert.equal(status, 0);
console.log("passed");

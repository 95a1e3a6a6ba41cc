// SPDX-License-Identifier: Apache-2.0
//
// Headless Chromium over its pipe, and a server for it, without packages.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";

export const chromium = "/usr/bin/chromium";
export const isInstalled = existsSync(chromium);

/// Headers that isolate a page from others, which allows it shared memory.
export const isolating = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/// Serves the files of folders, the first that has one, with `headers`. `requests` counts what was asked for.
export async function serve(folders, headers = {}) {
  const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
  const requests = [];
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname);
    requests.push(path);
    const file = folders.map((folder) => join(folder, path === "/" ? "index.html" : path)).find((each) => existsSync(each) && statSync(each).isFile());
    response.writeHead(file ? 200 : 404, { ...headers, "Content-Type": types[extname(file ?? "")] ?? "application/octet-stream" });
    response.end(file ? readFileSync(file) : "");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { address: `http://127.0.0.1:${server.address().port}`, requests, close: () => (server.closeAllConnections(), server.close()) };
}

/// A page of a browser of its own. `faults` collects errors of the page.
export async function openPage(flags = []) {
  const profile = mkdtempSync(join(tmpdir(), "transept-web-"));
  const browser = spawn(chromium, ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--remote-debugging-pipe", "--window-size=820,640", `--user-data-dir=${profile}`, ...flags, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const ended = new Promise((done) => browser.once("exit", done));
  const waiting = new Map(), listeners = [], faults = [];
  let number = 0, rest = "";
  browser.stdio[4].setEncoding("utf8").on("data", (text) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop();
    for (const message of messages.map((each) => JSON.parse(each))) {
      if (message.id) waiting.get(message.id)(message);
      else for (const listener of listeners) listener(message);
    }
  });
  const send = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
    const id = ++number;
    waiting.set(id, ({ result, error }) => (error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result)));
    browser.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
  });
  const { targetInfos } = await send("Target.getTargets");
  const target = targetInfos.find(({ type }) => type === "page").targetId;
  const { sessionId } = await send("Target.attachToTarget", { targetId: target, flatten: true });
  const page = (method, params) => send(method, params, sessionId);
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await page(`${domain}.enable`);
  listeners.push(({ method, params }) => {
    if (method === "Runtime.exceptionThrown") faults.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(params.type)) faults.push(params.args.map(({ value }) => value).join(" "));
    if (method === "Log.entryAdded" && params.entry.level === "error") faults.push(params.entry.text);
  });
  return {
    faults, send: page,
    async go(address) {
      const loaded = new Promise((done) => listeners.push(({ method }) => method === "Page.loadEventFired" && done()));
      await page("Page.navigate", { url: address });
      await loaded;
    },
    /// The value of an expression in the page, awaited.
    async evaluate(expression) {
      const { result, exceptionDetails } = await page("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    /// Waits until an expression holds.
    async until(expression, seconds = 30) {
      for (const end = Date.now() + 1000 * seconds; Date.now() < end; await new Promise((done) => setTimeout(done, 50)))
        if (await this.evaluate(expression)) return;
      throw new Error(`never came true: ${expression}`);
    },
    async picture() {
      return Buffer.from((await page("Page.captureScreenshot", { format: "png" })).data, "base64");
    },
    async close() {
      await send("Browser.close").catch(() => {});
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

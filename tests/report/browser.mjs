// SPDX-License-Identifier: Apache-2.0
//
// A page in headless Chromium without a network, and what the tests do with it.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export const chromium = "/usr/bin/chromium";
export const isInstalled = existsSync(chromium);

export async function launchBrowser(modules) {
  const puppeteer = createRequire(join(modules, "x"))("puppeteer-core");
  const profile = mkdtempSync(join(tmpdir(), "transept-report-"));
  const browser = await puppeteer.launch({
    executablePath: chromium, headless: true, userDataDir: profile, protocolTimeout: 180_000,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
  });
  const close = browser.close.bind(browser);
  browser.close = async () => {
    await close();
    rmSync(profile, { recursive: true, force: true });
  };
  return browser;
}

/// Opens a page; `faults` collects whatever must not happen: errors, and requests of anything else.
export async function openPage(browser, path, { width = 1440, height = 900, scheme = "light" } = {}) {
  const page = await browser.newPage();
  const faults = [];
  const address = pathToFileURL(path).href;
  await page.setOfflineMode(true);
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (url.split("#")[0] !== address && !url.startsWith("data:")) faults.push(`request: ${url}`);
  });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(address, { waitUntil: "load", timeout: 60_000 });
  await page.waitForSelector("[role=tablist]");
  return { page, faults };
}

/// Waits until signals, effects and the drawing have followed.
export const settle = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)))));

export const textOf = (page, selector) => page.$eval(selector, (element) => element.textContent);

export async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
  await settle(page);
}

export async function go(page, section) {
  await page.click(`#tab-${section}`);
  await settle(page);
}

/// Clicks a thing of a drawing, wherever it is.
export async function clickDrawn(page, selector) {
  await page.$eval(selector, (element) => element.dispatchEvent(new MouseEvent("click", { bubbles: true })));
  await settle(page);
}

/// Focuses what may be a part of a drawing.
export const focus = (page, selector) => page.$eval(selector, (element) => element.focus());

/// Sets a slider of the workload as a reader's hand does.
export async function slide(page, name, value) {
  await page.$eval(`[data-amount=${name}]`, (input, value) => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);
  await settle(page);
}

/// Clicks the button of a group of choices that has this text.
export async function choose(page, group, text) {
  await page.evaluate((group, text) => {
    const buttons = [...document.querySelectorAll(`[aria-label="${group}"] button`)];
    const button = buttons.find((one) => one.textContent === text);
    if (!button) throw new Error(`"${group}" has no choice "${text}", but ${buttons.map((one) => one.textContent)}`);
    button.click();
  }, group, text);
  await settle(page);
}

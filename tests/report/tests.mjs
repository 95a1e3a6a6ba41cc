// SPDX-License-Identifier: Apache-2.0
//
// What a reader does with the page. Expected values come from the story, not from the page's code.

import assert from "node:assert/strict";
import { choose, clickDrawn, focus, go, press, settle, slide, textOf } from "./browser.mjs";

const operationsNamed = (story, stage, name) =>
  story.stages.find((one) => one.name === stage).operations.filter((operation) => operation.name === name);

/// Lines of each stage, without other levels' plans, whose operations share an origin with these.
function relatedLines(story, origins) {
  const wanted = new Set(origins);
  const lines = {};
  for (const stage of story.stages)
    lines[stage.name] ??= stage.operations.filter((operation) => operation.origins.some((origin) => wanted.has(origin))).map(({ line }) => line);
  return lines;
}

const relatedCounts = (page) =>
  page.$$eval("[data-stage]", (columns) => Object.fromEntries(columns.map((column) => [
    column.dataset.stage, +(column.querySelector("[data-related]")?.dataset.related ?? 0)])));

/// The line at which a column of the stages stands in the middle, as marked there.
const markedLines = (page, stage) =>
  page.$$eval(`[data-stage=${stage}] .ir-related`, (lines) => lines.map((line) => line.textContent.trim()));

export const tests = {
  async shows_every_section_without_faults({ page, story }) {
    const names = await page.$$eval("[role=tab]", (tabs) => tabs.map((tab) => tab.textContent));
    assert.deepEqual(names, ["overview", "stages", "costs", "memory", "caches", "profile", "remarks", "tensors"]);
    for (const name of names) {
      await go(page, name);
      const content = await textOf(page, "#section");
      assert.ok(content.length > 50, `${name} shows nothing`);
    }
    assert.equal(await page.title(), `${story.model}: how it was compiled`);
  },

  async draws_each_layer_once_and_its_operations_when_opened({ page, story }) {
    const groups = await page.$$eval("[data-group]", (all) => all.map((one) => one.dataset.group));
    const layers = groups.filter((name) => /^decoder\.layers\.\d+$/.test(name)).length;
    assert.equal(layers, 24);
    assert.equal((await page.$$("[data-cell]")).length, 24, "each decoder layer reads a cell of the encoder cache");
    assert.equal((await page.$$("[data-operation]")).length, 0);
    await clickDrawn(page, '[data-group="decoder.layers.3"]');
    const drawn = await page.$$eval("[data-operation]", (all) => all.map((one) => one.dataset.operation).sort());
    const staged = story.stages.find((stage) => stage.name === "staged").operations;
    const expected = staged.filter(({ name, kind, function: owner }) => owner === "decode" && name.startsWith("decoder.layers.3.") && !/parameter|weight|mask/.test(kind));
    assert.deepEqual(drawn, expected.map(({ name }) => name).sort());
    await choose(page, "stage to draw", "fused");
    const fused = await page.$$eval("[data-operation]", (all) => all.map((one) => one.dataset.operation));
    assert.ok(fused.includes("decoder.layers.3.self_attention.query_key_value"), "the layer stays open in the other stage");
  },

  async says_that_encode_computes_the_keys_of_cross_attention({ page }) {
    await press(page, "f");
    await page.keyboard.type("layers.3.cross_attention.key");
    await press(page, "Enter");
    assert.match(await textOf(page, ".panel h2"), /^decoder\.layers\.3\.cross_attention\.key$/);
    assert.match(await textOf(page, ".panel .facts"), /staged, in encode/);
    assert.match(await textOf(page, '[data-group="cross-attention keys and values"]'), /related/);
    assert.match(await textOf(page, ".passes"), /merge-projections/);
  },

  async lights_up_what_is_related_in_every_stage({ page, story }) {
    await go(page, "stages");
    for (const name of ["staged", "plan"]) await choose(page, "stages to show", name);
    const name = "decoder.layers.5.self_attention.query_key_value";
    const [merged] = operationsNamed(story, "fused", name);
    await press(page, "/");
    await page.keyboard.type(`%${name}, `);
    await press(page, "Enter");
    await clickFound(page, "fused");
    const expected = relatedLines(story, merged.origins);
    assert.deepEqual(await relatedCounts(page), Object.fromEntries(Object.entries(expected).map(([stage, lines]) => [stage, lines.length])));
    const graph = await markedLines(page, "graph");
    for (const part of ["query", "key", "value"])
      assert.ok(graph.some((line) => line.startsWith(`%decoder.layers.5.self_attention.${part} =`)), `${part} is not in sight in graph`);
    assert.ok((await markedLines(page, "plan")).some((line) => line.includes(`plan.linear "${name}"`)), "the launch is not in sight in plan");
    assert.ok((await markedLines(page, "staged")).length > 0);
    // The same from the drawing.
    await press(page, "Escape", "Escape");
    await go(page, "overview");
    await clickDrawn(page, '[data-group="encoder.layers.7"]');
    await clickDrawn(page, '[data-operation="encoder.layers.7.feed_forward.input"]');
    await go(page, "stages");
    const drawn = relatedLines(story, operationsNamed(story, "staged", "encoder.layers.7.feed_forward.input")[0].origins);
    assert.deepEqual(await relatedCounts(page), Object.fromEntries(Object.entries(drawn).map(([stage, lines]) => [stage, lines.length])));
  },

  async finds_words_in_the_texts_shown({ page, story }) {
    await go(page, "stages");
    await press(page, "/");
    await page.keyboard.type("cross_attention.output =");
    await settle(page);
    const found = await page.$$eval("[data-stage]", (columns) => Object.fromEntries(columns.map((column) => [column.dataset.stage, +column.querySelector("[data-matches]").dataset.matches])));
    for (const name of ["graph", "fused"]) {
      const { text } = story.stages.find((stage) => stage.name === name);
      assert.equal(found[name], text.split("\n").filter((line) => line.includes("cross_attention.output =")).length);
    }
    assert.equal(found.graph, 24);
    await press(page, "Enter", "Enter");
    assert.equal((await page.$$("[data-stage=graph] .ir-found.here")).length, 1);
    assert.match(await page.$eval("[data-stage=graph] .ir-found.here", (match) => match.closest(".cm-line").textContent), /layers\.1\.cross_attention\.output =/);
  },

  async computes_the_sizes_of_caches({ page, story }) {
    const { encoder } = story.caches;
    const { sizes } = story;
    const entry = (tokens) => Math.ceil(tokens / 16) * sizes.source_bytes_per_block + tokens * sizes.source_bytes_per_position + sizes.source_bytes;
    const bytes = (cache) => page.$eval(`[data-cache=${cache}]`, (element) => +element.dataset.bytes);
    await go(page, "caches");
    await slide(page, "source", 300);
    assert.equal(await bytes("encoder"), entry(300));
    assert.equal(sizes.source_bytes_per_block, 16 * encoder.bytes_per_token);
    assert.equal(entry(300), 304 * 24 * 2 * 512 * 4 + 300 * (512 * 4 + 8) + 256, "300 tokens take 19 blocks");
    assert.match(await textOf(page, "[data-cache=encoder]"), /30\.5 MB/);
    await slide(page, "beams", 4);
    assert.equal(await bytes("encoder"), entry(300), "beams of one source share its entry");
    await slide(page, "sources", 3);
    assert.equal(await bytes("encoder"), 3 * entry(300));
    await slide(page, "step", 33);
    assert.equal(await bytes("self"), 3 * 4 * 3 * sizes.self_bytes_per_block, "33 tokens take three pages");
    await go(page, "overview");
    assert.match(await textOf(page, "[data-cache-size]"), /900 tokens: 91\.5 MB/);
  },

  async counts_positions_where_a_source_is_rows_of_features({ open, stories }) {
    const { page, faults } = await open("sounds");
    const { sizes, programs } = stories.sounds;
    assert.equal(await textOf(page, "[data-note=source]"), "1\u202f500 positions");
    assert.equal(await page.$eval("[data-number=source]", (input) => +input.value), 3000);
    await go(page, "caches");
    assert.equal(await page.$eval("[data-cache=encoder]", (element) => +element.dataset.bytes),
      94 * sizes.source_bytes_per_block + 1500 * sizes.source_bytes_per_position + 3000 * 320 + 256);
    await go(page, "costs");
    // A row of a step before the last is no position, and a row looks at no more keys than its window has.
    const shown = (name) => page.evaluate((name) => [...document.querySelectorAll('table[aria-label="launches"] tbody tr')]
      .find((row) => row.cells[1].textContent === name).cells[3].textContent, name);
    const of = (program, name) => programs.find((one) => one.name === program && one.level === "x86-64-v3").launches.find((launch) => launch.name === name);
    const operations = (value) => value >= 1e9 ? `${(value / 1e9).toFixed(value >= 1e10 ? 1 : 2)} Gop` : value >= 1e6 ? `${(value / 1e6).toFixed(value >= 1e8 ? 0 : value >= 1e7 ? 1 : 2)} Mop` : `${(value / 1e3).toFixed(value >= 1e5 ? 0 : value >= 1e4 ? 1 : 2)} kop`;
    const own = of("decode", "decoder.layers.0.self_attention"), cross = of("decode", "decoder.layers.0.cross_attention");
    await slide(page, "step", 400);
    assert.equal(await shown(own.name), operations(21 * own.operations_per_row_and_key));
    assert.equal(await shown(cross.name), operations(1500 * cross.operations_per_row_and_key));
    await choose(page, "program", "encode");
    const attention = of("encode", "encoder.layers.0.self_attention");
    assert.equal(await shown(attention.name), operations(1500 * 1500 * attention.operations_per_row_and_key));
    await slide(page, "sources", 4);
    assert.equal(await shown(attention.name), operations(1500 * 1500 * attention.operations_per_row_and_key), "sounds are encoded one by one");
    const first = programs.find((one) => one.name === "encode").launches[0];
    const bytes = await page.$eval('table[aria-label="launches"] tbody tr', (row) => row.cells[4].textContent);
    assert.equal(bytes, `${(3000 * first.bytes_per_row / 1e6).toFixed(2)} MB`);
    assert.deepEqual(faults, []);
  },

  async stops_sliders_at_what_the_model_takes({ page, open }) {
    const limits = (page, name) => page.evaluate((name) => [`[data-amount=${name}]`, `[data-number=${name}]`].map((one) => +document.querySelector(one).max), name);
    for (const name of ["source", "step"]) assert.deepEqual(await limits(page, name), [512, 512]);
    const { page: sounds } = await open("sounds");
    assert.deepEqual(await limits(sounds, "source"), [3000, 3000]);
    assert.deepEqual(await limits(sounds, "step"), [448, 448]);
    await sounds.bringToFront();
    await sounds.focus("[data-number=step]");
    await sounds.$eval("[data-number=step]", (input) => {
      input.value = 100000;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await settle(sounds);
    assert.equal(await sounds.$eval("[data-number=step]", (input) => +input.value), 448);
    const { page: small } = await open("small");
    assert.deepEqual(await limits(small, "source"), [128, 128]);
  },

  async shows_no_limit_above_a_measured_time({ page, story }) {
    await go(page, "costs");
    for (const program of ["encode", "decode"]) {
      await choose(page, "program", program);
      await slide(page, "step", 500);
      const shares = await page.$$eval('table[aria-label="launches"] tbody tr', (rows) => rows.map((row) => parseFloat(row.cells[8].textContent)));
      assert.ok(shares.length && shares.every((share) => share <= 100), `${shares}`);
    }
    const run = story.profile.runs.find((one) => one.program === "decode" && one.sources === 1);
    const sum = (field) => run.launches.reduce((sum, launch) => sum + launch[field], 0);
    const least = Math.max(sum("memory_seconds_in_turn"), sum("arithmetic_seconds"));
    assert.ok((await textOf(page, ".figures")).includes(`at least${(least * 1e3).toFixed(2)} ms`), "one launch reads while another computes");
  },

  async says_which_cache_binds({ page }) {
    await go(page, "costs");
    assert.match(await textOf(page, ".note"), /14\.0 GB\/s from memory for the .* of weights of decode, 90\.0 GB\/s from L2 caches for rows/);
    const bounds = await page.$$eval('table[aria-label="launches"] tbody tr', (rows) => rows.map((row) => [row.cells[2].textContent, row.cells[10].textContent]));
    assert.deepEqual(bounds.find(([kind]) => kind === "take_requested"), ["take_requested", "memory (L1 caches)"]);
    assert.deepEqual(bounds.find(([kind]) => kind === "search"), ["search", "memory"]);
  },

  async has_one_legend_for_the_heat_of_all_programs({ page, story }) {
    await choose(page, "heat map", "operations");
    const legend = () => page.$eval("[data-hottest]", (element) => +element.dataset.hottest);
    const overview = await legend();
    await go(page, "costs");
    assert.equal(await legend(), overview);
    const heat = () => page.$$eval(".swatch", (all) => Math.max(...all.map((one) => +one.style.getPropertyValue("--heat"))));
    const dearest = {};
    for (const program of ["encode", "decode"]) {
      await choose(page, "program", program);
      assert.equal(await legend(), overview);
      dearest[program] = await heat();
    }
    assert.equal(Math.max(...Object.values(dearest)), 1);
    assert.ok(Math.min(...Object.values(dearest)) < 0.9, "a step of decode and a run of encode do not cost the same");
    assert.ok(story.programs.length > 1);
  },

  async fits_the_drawing_beside_the_panel({ page }) {
    const right = () => page.$$eval("[data-group] .box", (all) => Math.max(...all.map((box) => box.getBoundingClientRect().right)));
    const edge = () => page.$eval(".graph", (graph) => graph.getBoundingClientRect().right);
    await choose(page, "zoom", "width");
    await clickDrawn(page, '[data-group="logits"]');
    assert.ok(await page.$(".panel"));
    assert.ok((await right()) <= (await edge()), "the drawing ends where the panel begins");
    const narrow = await right();
    await press(page, "Escape");
    assert.ok((await right()) > narrow, "without the panel it has the whole width again");
    // Where the reader has zoomed, it stays.
    const width = () => page.$eval("[data-group] .box", (box) => box.getBoundingClientRect().width);
    await choose(page, "zoom", "+");
    const zoomed = await width();
    await clickDrawn(page, '[data-group="logits"]');
    assert.equal(await width(), zoomed);
  },

  async hides_parameters_in_the_texts_until_asked({ page, story }) {
    await go(page, "stages");
    await choose(page, "stages to show", "plan");
    const lines = (stage) => page.$$eval(`[data-stage=${stage}] .cm-line`, (all) => all.map((line) => line.textContent));
    assert.ok((await lines("graph")).some((line) => line.includes("transept.layer_norm")));
    for (const stage of ["graph", "fused", "plan"])
      assert.ok(!(await lines(stage)).some((line) => /transept\.parameter|plan\.weight|plan\.yield/.test(line)), stage);
    const shown = await page.evaluateHandle(() => [...document.querySelectorAll(".bar button")].find((button) => button.textContent === "parameters"));
    await shown.click();
    await settle(page);
    assert.ok((await lines("graph")).some((line) => line.includes("transept.parameter")));
    await shown.click();
    await settle(page);
    // What is looked for is shown where it is hidden.
    const { name } = story.stages[0].operations.find(({ kind }) => kind === "transept.parameter");
    await press(page, "/");
    await page.keyboard.type(`%${name} =`);
    await press(page, "Enter");
    assert.ok((await lines("graph")).some((line) => line.includes(`%${name} = transept.parameter`)));
  },

  async names_buffers_that_have_room_for_it({ page }) {
    await go(page, "memory");
    await choose(page, "width", "wide");
    const names = await page.$$eval(".buffer-name", (all) => all.map((text) => text.textContent));
    assert.ok(names.some((name) => /feed_forward|self_attention/.test(name)), `${names}`);
    const spills = await page.$$eval(".buffer-name", (all) => all.filter((text) => {
      const [name, buffer] = [text, text.previousSibling].map((one) => one.getBoundingClientRect());
      return name.left < buffer.left || name.right > buffer.right + 1 || name.top < buffer.top - 1 || name.bottom > buffer.bottom + 1;
    }).map((text) => text.textContent));
    assert.deepEqual(spills, [], "names stay inside of their buffers");
  },

  async names_the_kernel_that_dominates_a_step_and_its_limit({ page, story }) {
    const number = story.programs.findIndex((program) => program.name === "decode");
    const { launches } = story.programs[number];
    const run = story.profile.runs.find((one) => one.program === "decode" && one.sources === 1);
    const times = new Map();
    launches.forEach((launch, index) => launch.kernels.slice(0, 1).forEach((kernel) =>
      times.set(kernel, (times.get(kernel) ?? 0) + run.launches[index].seconds)));
    const [dearest] = [...times].sort((a, b) => b[1] - a[1])[0];
    await go(page, "costs");
    const lead = await textOf(page, "[data-lead]");
    assert.ok(lead.includes(story.kernels[dearest].symbol), lead);
    assert.match(lead, /bound by memory/);
    const total = await textOf(page, ".figures");
    const sum = launches.reduce((sum, launch) => sum + launch.weight_bytes + launch.bytes_per_row
      + launch.bytes_per_key * ({ source: 64, up_to_row: 33 }[launch.keys] ?? 0), 0);
    assert.ok(total.includes(`${Math.round(sum / 1e6)} MB`), `${total} should say ${sum} bytes`);
    const several = story.profile.runs.find((one) => one.program === "decode" && one.sources === 8);
    await choose(page, "measured workloads", "8 \u00d7 64 tokens, 1 beam");
    assert.equal(await page.$eval("[data-number=sources]", (input) => +input.value), 8);
    assert.ok((await textOf(page, ".figures")).includes(`${(several.launches.reduce((sum, launch) => sum + launch.seconds, 0) * 1e3).toFixed(2)} ms`), "the times are those of the other run");
    // More rows make arithmetic the limit of the products.
    await choose(page, "program", "encode");
    await slide(page, "source", 512);
    assert.match(await textOf(page, "[data-lead]"), /bound by arithmetic/);
  },

  async charges_each_layer_with_its_own_launches({ page, story }) {
    const number = story.programs.findIndex((program) => program.name === "decode");
    const run = story.profile.runs.find((one) => one.program === "decode");
    const timeOf = (belongs) => story.programs[number].launches.reduce((sum, launch, index) => sum + (belongs(launch.name) ? run.launches[index].seconds : 0), 0);
    const shown = (group) => textOf(page, `[data-group="${group}"] .detail`);
    // The last layer's norm is computed by the launch of the logits, which is theirs nevertheless.
    for (const layer of ["decoder.layers.7", "decoder.layers.23"])
      assert.equal(await shown(layer), `${(timeOf((name) => name.startsWith(`${layer}.`)) * 1e3).toFixed(2)} ms`);
  },

  async sorts_launches({ page }) {
    await go(page, "costs");
    const header = await page.evaluateHandle(() => [...document.querySelectorAll('table[aria-label="launches"] th button')].find((button) => button.textContent === "operations"));
    await header.click();
    await settle(page);
    const rows = () => page.$$eval('table[aria-label="launches"] tbody tr', (rows) => rows.map((row) => row.cells[1].textContent));
    assert.equal((await rows())[0], "logits");
    await header.click();
    await settle(page);
    assert.equal((await rows()).at(-1), "logits");
  },

  async shows_every_buffer_and_selects_it({ page, story }) {
    await go(page, "memory");
    const decode = story.programs.find((program) => program.name === "decode");
    assert.equal((await page.$$("[data-buffer]")).length, decode.buffers.length);
    const boxes = await page.$$eval("[data-buffer]", (all) => all.map((rect) => ({ index: +rect.dataset.buffer, ...["x", "y", "width", "height"].reduce((box, name) => ({ ...box, [name]: +rect.getAttribute(name) }), {}) })));
    for (const { index, width, height } of boxes) assert.ok(width > 0 && height > 0, `buffer ${index} has no area`);
    const touching = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
    const overlaps = boxes.flatMap((a, at) => boxes.slice(at + 1).filter((b) => touching(a, b)).map((b) => [a.index, b.index]));
    assert.deepEqual(overlaps, [], "buffers that live at the same time lie apart");
    const number = decode.buffers.findIndex((buffer) => buffer.name === "decoder.layers.2.cross_attention");
    await clickDrawn(page, `[data-buffer="${number}"]`);
    assert.equal(await textOf(page, ".panel h2"), "decoder.layers.2.cross_attention");
    assert.match(await textOf(page, ".panel .facts"), /plan\.buffer/);
  },

  async shows_a_profile_as_a_flame_graph({ page, story }) {
    await go(page, "profile");
    const run = story.profile.runs.find((one) => one.program === "decode");
    const frames = await page.$$eval(".frame.group", (all) => all.map((one) => one.getAttribute("aria-label").split(",")[0]));
    assert.deepEqual(frames, [...Array(24).keys()].map((layer) => `decoder.layers.${layer}`).concat("logits"));
    await clickDrawn(page, '.frame.group[aria-label^="decoder.layers.4,"]');
    assert.equal((await page.$$(".frame.group")).length, 1, "only that layer is left");
    await clickDrawn(page, '.frame.launch[aria-label^="decoder.layers.4.cross_attention,"]');
    assert.equal(await textOf(page, ".panel h2"), "decoder.layers.4.cross_attention");
    const shown = await textOf(page, ".lead");
    assert.ok(shown.includes(`${(run.seconds * 1e3).toFixed(2)} ms`), shown);
  },

  async filters_remarks_and_tensors({ page, story }) {
    await go(page, "remarks");
    const count = () => page.$eval("[data-count]", (element) => +element.dataset.count);
    assert.equal(await count(), story.remarks.length);
    const labels = { pass: "merge-projections", result: "passed" };
    for (const [label, value] of Object.entries(labels)) {
      const select = await page.evaluateHandle((label) => [...document.querySelectorAll(".filter")].find((one) => one.firstChild.textContent === label).querySelector("select"), label);
      await select.select(value);
    }
    await settle(page);
    assert.equal(await count(), story.remarks.filter((remark) => remark.pass === "merge-projections" && remark.kind === "passed").length);
    await page.click("table[aria-label=remarks] tbody tr");
    await settle(page);
    assert.ok(await page.$(".panel"));
    await go(page, "tensors");
    await press(page, "/");
    await page.keyboard.type("decoder.layers.7 fc1");
    await settle(page);
    assert.equal(await count(), story.tensors.filter(({ name }) => name.includes("decoder.layers.7") && name.includes("fc1")).length);
    await page.click("table[aria-label=tensors] tbody tr");
    await settle(page);
    assert.match(await textOf(page, ".panel"), /decoder\.layers\.7\.feed_forward\.input/);
  },

  async works_by_keyboard_alone({ page, story }) {
    const focused = () => page.evaluate(() => document.activeElement.getAttribute("data-group") ?? document.activeElement.getAttribute("data-operation") ?? document.activeElement.id ?? document.activeElement.tagName);
    await press(page, "?");
    assert.ok(await page.$eval("dialog", (dialog) => dialog.open));
    await press(page, "Escape");
    assert.ok(!(await page.$eval("dialog", (dialog) => dialog.open)));
    await page.focus("#tab-overview");
    await press(page, "ArrowRight");
    assert.equal(await focused(), "tab-stages");
    await press(page, "ArrowLeft");
    assert.equal(await focused(), "tab-overview");
    // Tab leads from the tabs over the controls into the drawing.
    for (let steps = 0; steps < 40 && (await focused()) !== "encoder.embedding"; ++steps) await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement.closest(".graph svg")), `Tab does not reach the drawing, but ${await focused()}`);
    await focus(page, '[data-group="encoder.layers.0"]');
    await press(page, "Enter");
    assert.equal(await page.$eval('[data-group="encoder.layers.0"]', (group) => group.getAttribute("aria-expanded")), "true");
    await press(page, "ArrowDown", "Enter");
    assert.match(await textOf(page, ".panel h2"), /^encoder\.layers\.0\./);
    await press(page, "Escape");
    assert.equal(await page.$(".panel"), null);
    await press(page, "3");
    await page.focus('table[aria-label="launches"] tbody tr');
    await press(page, "ArrowDown", "ArrowDown", "Enter");
    assert.equal(await textOf(page, ".panel h2"), "decoder.layers.0.self_attention");
    await press(page, "Escape", "4");
    await focus(page, '[data-buffer][tabindex="0"]');
    await press(page, "ArrowRight", "Enter");
    assert.ok(await page.$(".panel"), "Enter selects the buffer");
    await press(page, "2");
    await page.focus("[data-stage=graph] .cm-content");
    await page.keyboard.down("Control");
    await page.keyboard.press("Home");
    await page.keyboard.up("Control");
    // Hidden lines are stepped over.
    const { operations } = story.stages[0];
    const { line } = operationsNamed(story, "graph", "encoder.layers.0.self_attention.query")[0];
    const hidden = operations.filter((one) => one.line < line && /\.(parameter|sinusoid)$/.test(one.kind)).length;
    assert.ok(hidden > 1);
    for (let step = 1; step < line - hidden; ++step) await page.keyboard.press("ArrowDown");
    await press(page, "Enter");
    assert.equal(await textOf(page, ".panel h2"), "encoder.layers.0.self_attention.query");
    await press(page, "Escape", "/");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "find in the texts shown");
  },

  async names_its_parts_for_screen_readers({ page }) {
    for (const section of ["overview", "stages", "costs", "memory", "caches", "profile", "remarks", "tensors"]) {
      await go(page, section);
      const nameless = await page.$$eval("button, input, select, [role=button]", (all) => all
        .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim() || one.closest("label")?.textContent.trim()))
        .map((one) => one.outerHTML.slice(0, 120)));
      assert.deepEqual(nameless, [], section);
    }
  },

  async follows_the_system_and_the_reader_in_light_and_dark({ open }) {
    const paper = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const { page: dark, faults } = await open("large", { scheme: "dark" });
    const { page: light } = await open("large", { scheme: "light" });
    assert.equal(await paper(light), "rgb(255, 255, 255)");
    assert.equal((await light.$$("[data-group]")).length, (await dark.$$("[data-group]")).length);
    const darkPaper = await paper(dark);
    assert.notEqual(darkPaper, "rgb(255, 255, 255)");
    await press(light, "t");
    assert.equal(await paper(light), darkPaper);
    await dark.bringToFront();
    await press(dark, "t");
    assert.equal(await paper(dark), "rgb(255, 255, 255)");
    assert.deepEqual(faults, []);
  },

  async fits_narrow_windows({ open }) {
    const { page, faults } = await open("large", { width: 400, height: 800 });
    for (const section of ["overview", "stages", "costs", "memory", "caches", "profile", "remarks", "tensors"]) {
      await go(page, section);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${section} is wider than the window`);
    }
    assert.deepEqual(faults, []);
  },

  async shows_several_processors_and_no_profile({ open, stories }) {
    const { page, faults } = await open("small");
    const story = stories.small;
    assert.equal(await page.$("#tab-profile"), null);
    await go(page, "costs");
    assert.match(await textOf(page, ".note"), /No limits of a machine/);
    assert.match(await textOf(page, "[data-lead]"), /of the bytes moved/);
    const first = await textOf(page, "[data-lead]");
    await choose(page, "processor", "x86-64-v4");
    assert.ok(first.includes("x86-64-v3") && (await textOf(page, "[data-lead]")).includes("x86-64-v4"));
    await page.click('table[aria-label="launches"] tbody tr:nth-child(3)');
    await settle(page);
    const symbol = story.programs.find((program) => program.name === "decode" && program.level === "x86-64-v4").launches.filter(({ kind }) => kind !== "barrier")[2].symbol;
    assert.ok((await textOf(page, ".panel")).includes(symbol));
    assert.deepEqual(faults, []);
  },

  async shows_a_story_of_stages_alone({ open }) {
    const { page, faults } = await open("bare");
    const names = await page.$$eval("[role=tab]", (tabs) => tabs.map((tab) => tab.textContent));
    assert.deepEqual(names, ["overview", "stages"]);
    for (const name of names) await go(page, name);
    await press(page, "f");
    await page.keyboard.type("layers.0.cross_attention.key");
    await press(page, "Enter");
    assert.equal(await textOf(page, ".panel h2"), "decoder.layers.0.cross_attention.key");
    // This story's name ends the script element, if it is not escaped.
    assert.equal(await textOf(page, "h1"), "</script><script>throw 1</script>");
    assert.deepEqual(faults, []);
  },
};

/// Clicks the place in a stage's text that a search has come to.
async function clickFound(page, stage) {
  const found = await page.$(`[data-stage=${stage}] .ir-found.here`);
  assert.ok(found, `nothing found is in sight in ${stage}`);
  await found.click();
  await settle(page);
}

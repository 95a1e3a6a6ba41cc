// SPDX-License-Identifier: Apache-2.0
//
// Bundles the page into one HTML file that lacks nothing but the story:
// build.mjs MODULES_FOLDER OUTPUT. The notices of what is bundled end up in it.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [modules, output] = process.argv.slice(2).map((path) => resolve(path));
const source = join(dirname(fileURLToPath(import.meta.url)), "source");
const esbuild = createRequire(join(modules, "x"))("esbuild");

const bundle = await esbuild.build({
  entryPoints: [join(source, "page.tsx"), join(source, "style.css")],
  nodePaths: [join(modules, "node_modules")],
  outdir: dirname(output),
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: "iife",
  target: ["chrome111", "firefox113", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "warning",
});

const permissive = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"]);

/// The licence of each package that is in the bundle, as its authors wrote it.
function notices() {
  const packages = new Set();
  for (const path of Object.keys(bundle.metafile.inputs)) {
    const name = path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/);
    if (name) packages.add(name[1]);
  }
  return [...packages].sort().map((name) => {
    const folder = join(modules, "node_modules", name);
    const { license, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (!permissive.has(license)) throw new Error(`${name} has the licence ${license}, but only ${[...permissive].join(", ")} may be bundled`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}`;
  });
}

const contents = (ending) => bundle.outputFiles.find(({ path }) => path.endsWith(ending)).text;
const parts = {
  STYLE: contents(".css"),
  // Nothing in the script may end its element.
  SCRIPT: contents(".js").replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--"),
};
const page = readFileSync(join(source, "page.html"), "utf8").replace(/@(STYLE|SCRIPT)@/g, (_, name) => parts[name]);
const legal = notices().join("\n\n----\n\n").replaceAll("--", "\u2010\u2010");
if (page.split("@STORY@").length !== 2) throw new Error("the page has to have one place for the story");
writeFileSync(output, page.replace("</html>", () => `<!--\nThis page contains:\n\n${legal}\n-->\n</html>`));

// Builds the bundles beside this file: `npm ci --ignore-scripts && npm run build`. The same lockfile gives the
// same bytes; tests/web/test_vendor.py holds them against checksums.txt. node_modules is not kept.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

const result = await build({
  entryPoints: { "bpmn-viewer": "viewer.src.js" },
  outdir: ".",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  metafile: true,
});
copyFileSync("node_modules/htmx.org/dist/htmx.min.js", "htmx.min.js");

const inside = Object.keys(result.metafile.inputs).map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/));
const packages = [...new Set(["htmx.org", ...inside.filter(Boolean).map((match) => match[1])])].sort();
const licences = packages.map((name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`));
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((f) => `node_modules/${name}/${f}`).find(existsSync);
  const text = file ? readFileSync(file, "utf8").trim() : "(no licence file in the package)";
  return `${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync("LICENSES.txt", licences.join(`\n${"-".repeat(78)}\n\n`));

const built = ["bpmn-viewer.css", "bpmn-viewer.js", "htmx.min.js"];
const sums = built.map((name) => `${createHash("sha256").update(readFileSync(name)).digest("hex")}  ${name}\n`);
writeFileSync("checksums.txt", sums.join(""));

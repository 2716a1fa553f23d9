// Looks at the gallery: a picture of each screen in the sizes, themes and languages that matter, and axe on each.
// `node test/gallery/look.mjs [folder for pictures] [screens, comma separated]`. Ends with 1 when axe finds something
// serious or critical, when a page scrolls sideways, or when a page says an error on its console.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [folder = "", only = ""] = process.argv.slice(2);
if (folder) mkdirSync(folder, { recursive: true });

const sizes = { wide: [1440, 900], middle: [1100, 800], narrow: [800, 900], phone: [360, 780] };
const looks = [
  ["wide", "sv", "light"],
  ["wide", "en", "dark"],
  ["phone", "sv", "light"],
  ["phone", "en", "dark"],
  ["middle", "sv", "light"],
  ["narrow", "en", "light"],
];

// Built and served from a folder of its own: a development server would start anew under whoever edits meanwhile.
const outDir = mkdtempSync(join(tmpdir(), "gallery-"));
const shared = { root, configFile: false, logLevel: "error", publicDir: false };
await build({
  ...shared,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir,
    emptyOutDir: true,
    target: "es2022",
    rollupOptions: { input: resolve(root, "gallery.html") },
  },
});
const server = await preview({ ...shared, build: { outDir }, preview: { port: 0, host: "127.0.0.1" } });
const address = server.resolvedUrls?.local[0];
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
let faults = 0;

function fault(where, what) {
  faults += 1;
  console.log(`${where}: ${what}`);
}

async function look(screen, [size, language, theme]) {
  const [width, height] = sizes[size];
  const where = `${screen} ${size} ${language} ${theme}`;
  const page = await browser.newPage({ viewport: { width, height }, reducedMotion: "reduce" });
  page.on("pageerror", (error) => fault(where, error.message));
  page.on("console", (message) => message.type() === "error" && fault(where, message.text()));
  await page.goto(`${address}gallery.html?screen=${screen}&lang=${language}&theme=${theme}`);
  await page.waitForSelector("html[data-ready]");
  if (folder) await page.screenshot({ path: `${folder}/${screen}-${size}-${language}-${theme}.png` });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (sideways > 0) fault(where, `scrolls sideways by ${sideways} px`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"] }),
  );
  for (const { id, impact, nodes } of violations) {
    if (impact !== "serious" && impact !== "critical") continue;
    for (const { target, failureSummary } of nodes.slice(0, 3)) {
      fault(where, `${impact} ${id} ${target} ${failureSummary.replaceAll("\n", " ")}`);
    }
  }
  await page.close();
}

const index = await browser.newPage();
await index.goto(`${address}gallery.html`);
await index.waitForSelector("html[data-ready]");
const all = await index.evaluate(() =>
  [...document.querySelectorAll("li")].map((item) => item.textContent.split(":")[0]),
);
await index.close();
const screens = only ? only.split(",") : all;
for (const screen of screens) for (const one of looks) await look(screen, one);

await browser.close();
await server.close();
rmSync(outDir, { recursive: true });
console.log(`${screens.length * looks.length} looked at, ${faults} faults`);
process.exit(faults > 0 ? 1 : 0);

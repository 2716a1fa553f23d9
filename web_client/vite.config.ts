// The builds, by --mode: each of the pages, the widget's loader (one classic script of a stable name, because it stands
// in other people's pages), and the unit tests for Node's own test runner.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin, type UserConfig } from "vite";

const here = import.meta.dirname;

const shared: UserConfig = {
  root: here,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
};

/** Our own in place of what Vite puts before dynamic imports. */
const parts: Plugin = {
  name: "parts",
  enforce: "pre",
  load: (id) =>
    id === "\0vite/preload-helper.js"
      ? `export { imported as __vitePreload } from "${resolve(here, "src/core/fetched.ts")}";`
      : undefined,
};

const CODED = /\.(?:js|css|html|svg|json)$/;
/** The same as WORTH_BYTES in server/doors/codings.py. */
const WORTH_BYTES = 1024;

/** Beside each file, once and as small as can be, what the server sends of it. */
const codings: Plugin = {
  name: "codings",
  enforce: "post",
  writeBundle: ({ dir }) => {
    const folder = dir ?? here;
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const file = resolve(folder, name);
      if (!CODED.test(name) || statSync(file).size < WORTH_BYTES || existsSync(`${file}.br`)) continue;
      const bytes = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(bytes));
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    }
  },
};

interface Graph {
  getModuleInfo(id: string): { readonly importers: readonly string[] } | null;
}

/** What begins with this module needs the other at once: not what is imported dynamically. */
function needs(start: string, id: string, graph: Graph): boolean {
  const seen = new Set([id]);
  for (const one of seen) {
    if (one.includes(start)) return true;
    for (const importer of graph.getModuleInfo(one)?.importers ?? []) seen.add(importer);
  }
  return false;
}

/** One file for all that is needed at once there, whichever fetched parts need it too. */
const together = (debugName: string, start: string, priority = 0) => ({
  debugName,
  name: (id: string, graph: Graph) => (!id.includes(start) && needs(start, id, graph) ? debugName : null),
  priority,
});

const PAGES = ["console", "portal", "widget"] as const;

/** A page and its parts. Each page is built by itself: nobody has the use of what two of them would share, and one file
 *  compresses better than the five that sharing takes. */
function page(name: (typeof PAGES)[number]): UserConfig {
  const first = name === PAGES[0];
  return {
    ...shared,
    publicDir: first ? "public" : false,
    plugins: [parts, codings],
    build: {
      outDir: "dist",
      emptyOutDir: first,
      manifest: `.vite/${name}.json`,
      target: "es2022",
      // Nothing inline: the pages are served under a Content-Security-Policy that knows no exceptions.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: resolve(here, `${name}.html`),
        output: {
          codeSplitting: {
            groups: [
              together("page", `/src/${name}/main.`, 1),
              together("panel", "/src/widget/panel."),
              // Each file more is a name more that a page knows from the first on.
              {
                name: "choosing",
                test: /\/src\/kit\/(Picker|PickerOption|picking|SearchBox|Popover|people_search)\./,
              },
              { name: "dialogs", test: /\/src\/kit\/(Dialog|FormDialog|ConfirmDialog)\./ },
            ],
          },
        },
      },
    },
  };
}

const loader: UserConfig = {
  ...shared,
  publicDir: false,
  plugins: [codings],
  build: {
    outDir: "dist",
    emptyOutDir: false,
    target: "es2020",
    lib: {
      entry: resolve(here, "src/widget/loader.ts"),
      formats: ["iife"],
      name: "ChattarLoader",
      fileName: () => "widget.js",
    },
  },
};

function test(): UserConfig {
  const folder = resolve(here, "test");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.test\.tsx?$/.test(name),
  );
  return {
    ...shared,
    publicDir: false,
    build: {
      outDir: "build/test",
      emptyOutDir: true,
      ssr: true,
      target: "node20",
      sourcemap: "inline",
      rollupOptions: { input: files.map((name) => resolve(folder, name)) },
    },
  };
}

export default defineConfig(({ mode }) => {
  if (mode === "test") return test();
  if (mode === "loader") return loader;
  const name = PAGES.find((one) => one === mode);
  if (name === undefined)
    throw new Error(`--mode is test, loader or one of ${PAGES.join(", ")}, not ${mode}`);
  return page(name);
});

// Three builds from one file: the pages (default), the widget's loader (one classic script of a stable
// name, because it stands in other people's pages), and the unit tests for Node's own test runner.
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type UserConfig } from "vite";

const here = import.meta.dirname;

const shared: UserConfig = {
  root: here,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
};

// What all three pages share in two files instead of thirty small ones, which compress badly: the live client, and what
// console and portal draw with. What only some parts of a page need stays apart and is fetched with those parts.
const client = {
  name: "client",
  test: /signals-core|vite\/preload|src\/core\/(?!poll|session|lists|views)|src\/core\/views\/order/,
  minShareCount: 3,
  priority: 2,
};
const ui = {
  name: "ui",
  test: /(src\/(ui|shell|core|i18n)\/|node_modules)(?!.*(Dialog|LinkPopover|Stepper|AccountPage|editor|emoji|prosemirror|orderedmap|rope|w3c))/,
  minShareCount: 3,
  priority: 1,
};

// What the console's first view shares with the parts that it fetches later: one file for the same reason.
const desk = { name: "desk", test: /src\/(console\/|ui\/(AssignButton|Chip))/, minShareCount: 2 };

const pages: UserConfig = {
  ...shared,
  build: {
    outDir: "dist",
    manifest: true,
    target: "es2022",
    // Nothing inline: the pages are served under a Content-Security-Policy that knows no exceptions.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: { codeSplitting: { groups: [client, desk, ui] } },
      input: ["console.html", "portal.html", "widget.html"].map((page) => resolve(here, page)),
    },
  },
};

const loader: UserConfig = {
  ...shared,
  publicDir: false,
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

export default defineConfig(({ mode }) => (mode === "test" ? test() : mode === "loader" ? loader : pages));

// Bundles apply.ts with the web client's own Vite into the folder that is named to it.
import { resolve } from "node:path";
import { build } from "../../web_client/node_modules/vite/dist/node/index.js";
const here = import.meta.dirname;
await build({
  configFile: false, logLevel: "error", root: here, publicDir: false,
  build: { outDir: process.argv[2], emptyOutDir: true, ssr: true, target: "node20", rollupOptions: { input: [resolve(here, "apply.ts")] } },
});

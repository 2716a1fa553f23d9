// Unpacks the Chromium that the package carries into the folder given, and writes a launcher beside it.
// The package is made for a cloud's functions: told that it runs in one, it also unpacks the libraries and fonts
// that a machine without a desktop lacks.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const folder = resolve(process.argv[2] ?? "unpacked");
mkdirSync(folder, { recursive: true });
process.env.TMPDIR = folder;
process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs22.x";
const { default: chromium } = await import("@sparticuz/chromium");
const program = await chromium.executablePath();
// The package's own font settings name the folder it has in the cloud.
writeFileSync(
  resolve(folder, "fonts.conf"),
  `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>` +
    `<dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/font-cache</cachedir></fontconfig>\n`,
);
const launcher = resolve(folder, "launch");
const settings = `LD_LIBRARY_PATH='${folder}/al2023/lib' FONTCONFIG_FILE='${folder}/fonts.conf'`;
writeFileSync(launcher, `#!/bin/sh\n${settings} exec '${program}' "$@"\n`);
chmodSync(launcher, 0o755);

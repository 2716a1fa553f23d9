// Folders of the computer that are chosen or dropped as a whole: what is read of them, and what isn't taken (ZP-1 to ZP-3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { FOLDER_FILES_MAX } from "../../src/core/protocol.gen.ts";
import {
  nameOf,
  readChosen,
  readDropped,
  type Untaken,
  type WholeFolder,
} from "../../src/documents/whole_folders.ts";

interface Tree {
  readonly [name: string]: Tree | string;
}

/** So many entries at once, as in Chromium. */
const AT_ONCE = 100;

function directory(name: string, tree: Tree, broken = false): FileSystemDirectoryEntry {
  const all = Object.entries(tree).map(([one, what]) =>
    typeof what === "string" ? fileEntry(one, what) : directory(one, what),
  );
  const made = {
    name,
    isDirectory: true,
    isFile: false,
    createReader: () => {
      const left = [...all];
      return {
        readEntries: (found: (some: unknown[]) => void, failed: (error: Error) => void) =>
          queueMicrotask(() =>
            broken ? failed(new Error("not to be read")) : found(left.splice(0, AT_ONCE)),
          ),
      };
    },
  };
  return made as unknown as FileSystemDirectoryEntry;
}

function fileEntry(name: string, content: string): unknown {
  return {
    name,
    isDirectory: false,
    isFile: true,
    file: (found: (file: File) => void) => queueMicrotask(() => found(new File([content], name))),
  };
}

const many = (count: number): Tree =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${String(at).padStart(5, "0")}.pdf`, "x"]));

const ways = (one: WholeFolder | Untaken | undefined): string[] =>
  one && "files" in one ? one.files.map(({ way, name }) => [...way, name].join("/")).sort() : [];

async function read(tree: Tree, name = "Kvitton"): Promise<WholeFolder | Untaken | undefined> {
  return (await readDropped([directory(name, tree)]))[0];
}

test("all that is in it is read, however many entries come at once, with the folders that they stand in", async () => {
  const one = await read({ okt: { hotell: { "a.pdf": "abc" }, "b.pdf": "de" }, ...many(250) });
  assert.ok(one && "files" in one);
  assert.equal(one.files.length, 252);
  assert.equal(one.size, 255);
  assert.equal(one.deep, 3);
  assert.deepEqual(
    ways(one).filter((way) => way.includes("okt")),
    ["Kvitton/okt/b.pdf", "Kvitton/okt/hotell/a.pdf"],
  );
});

test("what systems leave in folders is left out, and so are folders without files (ZP-3)", async () => {
  const one = await read({
    ".DS_Store": "x",
    "Thumbs.db": "x",
    __MACOSX: { "._a.pdf": "x" },
    tom: { tom: {} },
    "a.pdf": "x",
  });
  assert.deepEqual(ways(one), ["Kvitton/a.pdf"]);
  assert.deepEqual(await read({ ".DS_Store": "x", tom: {} }), { name: "Kvitton", why: "empty" });
});

test("one that has too many files or folders inside each other is not taken, and says how many came (ZP-3)", async () => {
  assert.equal(ways(await read(many(FOLDER_FILES_MAX))).length, FOLDER_FILES_MAX);
  assert.deepEqual(await read(many(2_431)), { name: "Kvitton", why: "files", n: 2_431 });
  assert.deepEqual(await read({ a: many(15_000), b: many(15_000) }), {
    name: "Kvitton",
    why: "files",
    n: 20_000,
    more: true,
  });
  const nested = (levels: number): Tree =>
    levels === 0 ? { "a.pdf": "x" } : { [`${levels}`]: nested(levels - 1) };
  assert.ok("files" in ((await read(nested(23))) ?? {}));
  assert.deepEqual(await read(nested(24)), { name: "Kvitton", why: "deep", n: 25 });
  assert.deepEqual(await read(nested(400)), { name: "Kvitton", why: "deep", n: 251, more: true });
});

test("one that the browser can't read is said, and holds up no other", async () => {
  const found = await readDropped([
    directory("Låst", { "a.pdf": "x" }, true),
    directory("Öppen", { "a.pdf": "x" }),
  ]);
  assert.deepEqual(found[0], { name: "Låst", why: "unread" });
  assert.deepEqual(ways(found[1]), ["Öppen/a.pdf"]);
});

test("what was chosen is read by the ways that its files have", () => {
  const files = ["K/a.pdf", "K/okt/b.pdf", "K/__MACOSX/._b.pdf", "K/okt/Thumbs.db"].map((path) =>
    Object.defineProperty(new File(["x"], path.split("/").at(-1) ?? ""), "webkitRelativePath", {
      value: path,
    }),
  );
  const [one] = readChosen(files);
  assert.deepEqual(ways(one), ["K/a.pdf", "K/okt/b.pdf"]);
});

test("names are as they may be kept: one line, in their order, cut before their ending", () => {
  assert.equal(nameOf("kvitto\u202efdp.exe"), "kvitto_fdp.exe");
  assert.equal(nameOf("rad\nett\\två.pdf"), "rad_ett_två.pdf");
  assert.equal(nameOf("A\u030arsbokslut.pdf"), "Årsbokslut.pdf");
  assert.equal(nameOf(`${"a".repeat(250)}.pdf`), `${"a".repeat(196)}.pdf`);
  assert.equal(new TextEncoder().encode(nameOf(`${"ä".repeat(250)}.pdf`)).length, 254);
  assert.equal(nameOf(".gitignore"), ".gitignore");
});

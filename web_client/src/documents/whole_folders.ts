// A folder of the computer that is chosen or dropped as a whole: the files in it, each with the folders that it stands in
// (ZP-1, ZP-2). What macOS and Windows leave in folders is left out, and so are folders without files (ZP-3). Fetched with the
// first. Refuses to know what becomes of them.

import { FOLDER_FILES_MAX, FOLDERS_DEEP_MAX } from "../core/protocol.gen.ts";

/** Nobody waits for what is this many times too many: their number isn't known then. */
const COUNTED_MAX = 10 * FOLDER_FILES_MAX;
const NAME_CHARACTERS_MAX = 200;
const NAME_BYTES_MAX = 255;
const LITTER: ReadonlySet<string> = new Set([".DS_Store", "Thumbs.db"]);
const LITTER_FOLDER = "__MACOSX";

export interface WholeFile {
  readonly file: File;
  /** The file's name, as it can be kept. */
  readonly name: string;
  /** The folders that it stands in, the one that was chosen first. */
  readonly way: readonly string[];
}

export interface WholeFolder {
  readonly name: string;
  readonly files: readonly WholeFile[];
  /** In bytes, of all of them. */
  readonly size: number;
  /** Folders inside each other, itself included. */
  readonly deep: number;
}

/** Why a folder isn't taken: there is nothing in it, more files than may come at once, too many folders inside each other, or
 *  the browser can't read it. `n`: how many there are. */
export interface Untaken {
  readonly name: string;
  readonly why: "empty" | "files" | "deep" | "unread";
  readonly n?: number;
  /** There are more than `n`. */
  readonly more?: boolean;
}

/** What was dropped. */
export function readDropped(
  entries: readonly FileSystemDirectoryEntry[],
): Promise<(WholeFolder | Untaken)[]> {
  return Promise.all(entries.map(dropped));
}

/** What was chosen: browsers hand out its files alone, each with its way. */
export function readChosen(files: readonly File[]): (WholeFolder | Untaken)[] {
  const found = new Map<string, { file: File; way: string[] }[]>();
  for (const file of files) {
    const way = file.webkitRelativePath.split("/").slice(0, -1);
    const [name = ""] = way;
    found.set(name, [...(found.get(name) ?? []), { file, way }]);
  }
  return [...found].map(([name, inside]) => judged(name, inside));
}

async function dropped(entry: FileSystemDirectoryEntry): Promise<WholeFolder | Untaken> {
  const found: { file: File; way: string[] }[] = [];
  const waiting: { directory: FileSystemDirectoryEntry; way: string[] }[] = [
    { directory: entry, way: [entry.name] },
  ];
  let counted = 0;
  try {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { directory, way } = next;
      for (const one of await inside(directory)) {
        if (isDirectory(one)) {
          // Links can lead around in a circle.
          if (way.length > 10 * FOLDERS_DEEP_MAX)
            return { name: entry.name, why: "deep", n: way.length, more: true };
          waiting.push({ directory: one, way: [...way, one.name] });
        } else if (isFile(one) && !isLitter(one.name, way)) {
          counted += 1;
          if (counted > COUNTED_MAX) return { name: entry.name, why: "files", n: COUNTED_MAX, more: true };
          found.push({ file: await fileOf(one), way });
        }
      }
    }
  } catch {
    return { name: entry.name, why: "unread" };
  }
  return judged(entry.name, found);
}

function judged(name: string, all: readonly { file: File; way: string[] }[]): WholeFolder | Untaken {
  const kept = all.filter(({ file, way }) => !isLitter(file.name, way));
  if (kept.length === 0) return { name, why: "empty" };
  if (kept.length > FOLDER_FILES_MAX) return { name, why: "files", n: kept.length };
  const whole = wholeOf(
    name,
    kept.map(({ file, way }) => ({ file, name: nameOf(file.name), way })),
  );
  // It comes into a folder, which counts, too.
  return whole.deep < FOLDERS_DEEP_MAX ? whole : { name, why: "deep", n: whole.deep };
}

/** A folder of these files. */
export function wholeOf(name: string, files: readonly WholeFile[]): WholeFolder {
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  return { name, files, size, deep: files.reduce((most, { way }) => Math.max(most, way.length), 1) };
}

/** All that is in a directory: a call brings some, at most a hundred in Chromium, and none once there are no more. */
async function inside(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
    if (all.length > COUNTED_MAX) return all;
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isLitter(name: string, way: readonly string[]): boolean {
  return LITTER.has(name) || way.includes(LITTER_FOLDER);
}

/** A name as it may be kept: what turns the order of reading and what can't be seen is replaced, and what is too long is cut
 *  before its ending. The server does the same with the names of folders. */
export function nameOf(name: string): string {
  const shown = name
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069/\\]/gu, "_")
    .replace(/\s+/g, " ")
    .trim();
  const ending = /^.+(\.[^.]{1,15})$/u.exec(shown)?.[1] ?? "";
  let stem = shown.slice(0, shown.length - ending.length);
  while ([...(stem + ending)].length > NAME_CHARACTERS_MAX || bytesOf(stem + ending) > NAME_BYTES_MAX)
    stem = [...stem].slice(0, -1).join("");
  return `${stem.trim() || "_"}${ending}`;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

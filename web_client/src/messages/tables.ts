// A table in a body: a paragraph whose lines are rows, with a tab between their cells (protocol/body.py). Pure.

import type { InlineNode, ParagraphNode } from "./models.ts";

/** The cells of a table, row by row. */
export function rowsOf({ content = [] }: ParagraphNode): string[][] {
  const text = content
    .map((node) => (node.type === "text" ? node.text : node.type === "break" ? "\n" : ""))
    .join("");
  return text.split("\n").map((row) => row.split("\t"));
}

/** The table that has these rows, each with as many cells as the longest. A cell is plain and on one line. */
export function tableOf(rows: readonly (readonly string[])[]): ParagraphNode {
  const most = Math.max(...rows.map((cells) => cells.length));
  const content = rows.flatMap((cells, index): InlineNode[] => {
    const text = Array.from({ length: most }, (_, at) => plain(cells[at] ?? "")).join("\t");
    return [
      ...(index > 0 ? [{ type: "break" } as const] : []),
      ...(text === "" ? [] : [{ type: "text", text } as const]),
    ];
  });
  return { type: "paragraph", content, table: true };
}

/** The rows of figures that were copied as text: with tabs between the cells, as many in each row; a cell that holds what ends
 *  one stands in quotes, as spreadsheets write it. Undefined for any other text: one that only begins its lines with tabs, too. */
export function rowsIn(text: string): string[][] | undefined {
  if (!text.includes("\t") || text.length > ROWS_CHARACTERS_MAX) return undefined;
  const rows: string[][] = [[]];
  for (const [, quoted, bare = "", end] of text.replace(/\r\n?/g, "\n").matchAll(CELL)) {
    rows.at(-1)?.push(plain(quoted === undefined ? bare : quoted.replaceAll('""', '"')));
    if (end === "") break;
    if (end === "\n") rows.push([]);
  }
  // What ends the last row begins none.
  if (rows.at(-1)?.join("") === "") rows.pop();
  const most = rows[0]?.length ?? 0;
  const filled = Array.from({ length: most }, (_, at) => rows.some((cells) => cells[at]));
  return most > 1 && rows.every((cells) => cells.length === most) && filled.every(Boolean) ? rows : undefined;
}

/** More is no message. */
const ROWS_CHARACTERS_MAX = 50_000;
const CELL = /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/g;

/** On one line, without what can't be sent. */
export function plain(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
}

/** A figure stands below others by its last digit. */
export function isFigure(text: string): boolean {
  return /^[-−+(]?\s?\d[\d\s.,:'’]*(?:%|kr|SEK|EUR|€|\$)?\)?$/.test(text);
}

// A table in a body: a paragraph whose lines are rows, with a tab between their cells (protocol/body.py). Pure.

import { BODY_CHARACTERS_MAX, TABLE_CELLS_MAX, TABLE_ROWS_MAX } from "../core/protocol.gen.ts";
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
  if (!text.includes("\t") || text.length > BODY_CHARACTERS_MAX) return undefined;
  const rows: string[][] = [[]];
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  for (const [, quoted, bare = "", end] of lines.matchAll(CELL)) {
    rows.at(-1)?.push(plain(quoted === undefined ? bare : quoted.replaceAll('""', '"')));
    if (end === "") break;
    if (end === "\n") rows.push([]);
  }
  const most = rows[0]?.length ?? 0;
  const filled = Array.from({ length: most }, (_, at) => rows.some((cells) => cells[at]));
  const square = rows.every((cells) => cells.length === most) && filled.every(Boolean);
  return square && rows.length > 1 && most > 1 && most <= TABLE_CELLS_MAX ? rows : undefined;
}

/** The same in as many tables as it takes. */
export function inTables<T>(rows: readonly T[]): T[][] {
  const count = Math.ceil(rows.length / TABLE_ROWS_MAX);
  return Array.from({ length: count }, (_, at) => rows.slice(at * TABLE_ROWS_MAX, (at + 1) * TABLE_ROWS_MAX));
}

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

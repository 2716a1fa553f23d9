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

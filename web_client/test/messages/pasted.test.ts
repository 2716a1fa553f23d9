// What becomes of six clipboards, and of one of Google Sheets. A real browser reads the same ones (tests/stories/test_pasting.py).

import assert from "node:assert/strict";
import { test } from "node:test";
import { DOMParser as Reader } from "linkedom";
import { TABLE_CELLS_MAX, TABLE_ROWS_MAX } from "../../src/core/protocol.gen.ts";
import type { BlockNode, InlineNode, TextNode } from "../../src/messages/models.ts";
import { inTables, rowsIn, rowsOf, tableOf } from "../../src/messages/tables.ts";
import { fromBody, toBody } from "../../src/messages/writing/editor/convert.ts";
import { PastedReader } from "../../src/messages/writing/editor/pasted.ts";
import * as clipboards from "./clipboards.ts";

function read(html: string): Document {
  const whole = /<html/i.test(html) ? html : `<html><body>${html}</body></html>`;
  return new Reader().parseFromString(whole, "text/html") as unknown as Document;
}

/** The blocks that come of a clipboard. */
function pasted(html: string): readonly BlockNode[] {
  const reader = new PastedReader();
  return toBody(reader.parse(reader.cleaned(read(reader.prepared(html)).body))).content;
}

function text(words: string, marks: Omit<TextNode, "type" | "text"> = {}): TextNode {
  return { type: "text", text: words, ...marks };
}

function paragraph(...content: InlineNode[]): BlockNode {
  return { type: "paragraph", content };
}

function bullets(...items: (readonly BlockNode[])[]): BlockNode {
  return { type: "bullet_list", items: items.map((content) => ({ content })) };
}

const strong = { strong: true } as const;

test("Word's items become lists, and its heading a bold line", () => {
  assert.deepEqual(pasted(clipboards.WORD_LIST), [
    paragraph(text("Inför bokslutet", strong)),
    paragraph(
      text("Vi behöver "),
      text("före fredag", strong),
      text(", "),
      text("helst", { em: true }),
      text(" som "),
      text("pdf", { underline: true }),
      text(":"),
    ),
    paragraph(),
    bullets(
      [paragraph(text("Kvitton")), bullets([paragraph(text("bilen"))])],
      [paragraph(text("Lagerlista"))],
    ),
    { type: "ordered_list", items: [{ content: [paragraph(text("Ring Bo"))] }] },
  ]);
});

test("a table of Word keeps its columns", () => {
  assert.deepEqual(pasted(clipboards.WORD_TABLE), [
    tableOf([
      ["Konto", "Saldo"],
      ["1930", "12 500,00"],
      ["Avstämt mot banken", ""],
    ]),
    paragraph(),
  ]);
});

test("of Google Docs only what is bold is bold, and what is in italics is", () => {
  const link = "https://www.skatteverket.se/moms";
  assert.deepEqual(pasted(clipboards.DOCS), [
    paragraph(text("Moms för mars", strong)),
    paragraph(
      text("Skicka "),
      text("allt", strong),
      text(" senast", { em: true }),
      text(" den 12:e", { underline: true }),
      text(", se "),
      text("anvisningen", { link }),
    ),
    bullets(
      [paragraph(text("Kvitton")), bullets([paragraph(text("bilen"))])],
      [paragraph(text("Lagerlista", strong))],
    ),
  ]);
});

test("figures of Excel keep their columns, and its hidden row stays hidden", () => {
  assert.deepEqual(pasted(clipboards.EXCEL), [
    tableOf([
      ["Konto", "Saldo"],
      ["1930", "12 500,00"],
      ["2440", "-980,50"],
    ]),
  ]);
});

test("in Outlook's mail figures are a table, and what lays out a signature is none", () => {
  assert.deepEqual(pasted(clipboards.OUTLOOK), [
    paragraph(text("Hej Anna,")),
    paragraph(text("här är siffrorna:")),
    tableOf([
      ["Lön", "31 000"],
      ["Skatt", "9 300"],
    ]),
    paragraph(),
    paragraph(text("Petra Holm", strong)),
    paragraph(text("petra@holmbygg.example", { link: "mailto:petra@holmbygg.example" })),
  ]);
});

test("of a web page what is seen comes, and nothing that runs", () => {
  assert.deepEqual(pasted(clipboards.WEB_PAGE), [
    paragraph(text("Arbetsgivaravgifter 2026", strong)),
    paragraph(
      text("Full avgift är "),
      text("31,42\u00a0%", strong),
      text(". "),
      text("Se även", { em: true }),
      text(" "),
      text("Skatteverket", { link: "https://www.skatteverket.se/avgifter" }),
      text(" och räkna."),
      { type: "break" },
      text("Ny rad."),
    ),
    paragraph(text("Gäller "), text("alla", strong)),
    paragraph(text("Avgifter")),
    tableOf([
      ["Ålder", "Avgift"],
      ["19–66", "31,42 %"],
      ["67+", "10,21 %"],
      ["", "6,15 %"],
    ]),
  ]);
});

test("figures of Google Sheets keep their columns, and a cell its one line", () => {
  assert.deepEqual(pasted(clipboards.SHEETS), [
    tableOf([
      ["Konto", "Saldo"],
      ["1930", "12 500,00"],
      ["", "rad ett rad två"],
    ]),
  ]);
});

test("what was copied from a field of ours stays as it is", () => {
  const own = '<p data-pm-slice="1 1 []">Hej <b>Bo</b></p>';
  const { body } = read(own);
  assert.equal(new PastedReader().cleaned(body), body);
});

test("one column, and a table in a table, are no figures", () => {
  assert.deepEqual(pasted("<table><tr><td>ett</td></tr><tr><td>två</td></tr></table>"), [
    paragraph(text("ett")),
    paragraph(text("två")),
  ]);
  const laid = "<table><tr><td><table><tr><td>1</td><td>2</td></tr></table></td><td>sida</td></tr></table>";
  assert.deepEqual(pasted(laid), [tableOf([["1", "2"]]), paragraph(text("sida"))]);
});

test("a table goes into the editor and out again without a loss, also within a list", () => {
  const table = tableOf([
    ["1930", "", "12 500,00"],
    ["", "", ""],
    ["åäö", "x", ""],
  ]);
  const body = { content: [table, bullets([paragraph(text("se")), table])] };
  assert.deepEqual(toBody(fromBody(body)), body);
  assert.deepEqual(rowsOf(table)[1], ["", "", ""]);
});

test("a cell is on one line, and each row as long as the longest", () => {
  assert.deepEqual(rowsOf(tableOf([["a\tb\nc"], ["d", " e "]])), [
    ["a b c", ""],
    ["d", "e"],
  ]);
});

test("rows of figures that come as text are a table, and other text with tabs is none", () => {
  assert.deepEqual(rowsIn("1930\t12 500,00\r\n2440\t-310,50\r\n"), [
    ["1930", "12 500,00"],
    ["2440", "-310,50"],
  ]);
  // As spreadsheets quote a cell of two lines, and one with quotes in it.
  assert.deepEqual(rowsIn('Konto\t"Namn\nlångt"\n1930\t"Kallat ""banken"""'), [
    ["Konto", "Namn långt"],
    ["1930", 'Kallat "banken"'],
  ]);
  assert.deepEqual(rowsIn("a\t\nb\t1"), [
    ["a", ""],
    ["b", "1"],
  ]);
  assert.equal(rowsIn("a\tb\nc\td\n\n")?.length, 2);
  const wide = (cells: number): string => `${"1\t".repeat(cells - 1)}1\n`.repeat(2);
  assert.equal(rowsIn(wide(TABLE_CELLS_MAX))?.[0]?.length, TABLE_CELLS_MAX);
  assert.equal(rowsIn(wide(TABLE_CELLS_MAX + 1)), undefined);
  assert.equal(rowsIn("1930\t100\n".repeat(2_500)), undefined);
  for (const text of [
    "",
    "en rad",
    "en\ntvå",
    "\tindragen\n\trad",
    "en\ttvå\ntre",
    "Org.nr:\t556677-8899",
    "a\tb\n\nc\td",
    "\t\t",
  ])
    assert.equal(rowsIn(text), undefined, JSON.stringify(text));
});

test("more rows than one table may have stand in several, and more columns in none", () => {
  const long = Array.from({ length: TABLE_ROWS_MAX + 1 }, (_, at) => [String(at), "x"]);
  assert.deepEqual(
    inTables(long).map((rows) => rows.length),
    [TABLE_ROWS_MAX, 1],
  );
  const row = (cells: number): string => `<tr>${"<td>1</td>".repeat(cells)}</tr>`;
  const tables = pasted(`<table>${row(2).repeat(TABLE_ROWS_MAX + 1)}</table>`);
  assert.deepEqual(
    tables.map((table) => (table.type === "paragraph" ? rowsOf(table).length : 0)),
    [TABLE_ROWS_MAX, 1],
  );
  const [wide] = pasted(`<table>${row(TABLE_CELLS_MAX + 1)}</table>`);
  assert.ok(wide?.type === "paragraph" && !wide.table);
});

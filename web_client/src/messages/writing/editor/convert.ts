// Between the editor's document and Chattar's body. Both ways lose nothing that the other can hold.

import { Fragment, type Node } from "prosemirror-model";
import { linesOf } from "../../../core/blank.ts";
import type { BlockNode, BodyDoc, InlineNode, ListItemNode, TextNode } from "../../models.ts";
import { rowsOf, tableOf } from "../../tables.ts";
import { blockIn, schema } from "./schema.ts";

/** The body that this document says. Marks that are off are left out, as on the wire. */
export function toBody(doc: Node): BodyDoc {
  return { content: blocks(doc) };
}

function blocks(parent: Node): BlockNode[] {
  const found: BlockNode[] = [];
  parent.forEach((node) => {
    if (node.type === schema.nodes.paragraph) found.push({ type: "paragraph", content: inlines(node) });
    else if (node.type === schema.nodes.table) found.push(tableOf(cellsOf(node)));
    else if (node.type === schema.nodes.video) found.push(blockIn(node));
    else
      found.push({
        type: node.type === schema.nodes.ordered_list ? "ordered_list" : "bullet_list",
        items: items(node),
      });
  });
  return found;
}

function cellsOf(table: Node): string[][] {
  return table.children.map((row) => row.children.map((cell) => cell.textContent));
}

function items(list: Node): ListItemNode[] {
  const found: ListItemNode[] = [];
  list.forEach((item) => {
    found.push({ content: blocks(item) });
  });
  return found;
}

function inlines(paragraph: Node): InlineNode[] {
  const found: InlineNode[] = [];
  paragraph.forEach((node) => {
    if (node.type === schema.nodes.hard_break) found.push({ type: "break" });
    else if (node.type === schema.nodes.mention)
      found.push({ type: "mention", id: node.attrs.id, name: node.attrs.name });
    else if (node.isText) found.push(...texts(node));
  });
  return found;
}

/** A line break that hides inside a text (pasted code) becomes a node of its own: text never holds one. */
function texts(node: Node): InlineNode[] {
  const has = (name: "strong" | "em" | "underline"): boolean =>
    schema.marks[name].isInSet(node.marks) !== undefined;
  const href: unknown = schema.marks.link.isInSet(node.marks)?.attrs.href;
  const marks: Omit<TextNode, "type" | "text"> = {
    ...(has("strong") && { strong: true }),
    ...(has("em") && { em: true }),
    ...(has("underline") && { underline: true }),
    ...(typeof href === "string" && { link: href }),
  };
  const lines = linesOf(node.text ?? "");
  return lines.flatMap((line, index): InlineNode[] => [
    ...(index > 0 ? [{ type: "break" } as const] : []),
    ...(line === "" ? [] : [{ type: "text", text: line, ...marks } as const]),
  ]);
}

/** The editor's document for a body; nothing gives one empty paragraph. */
export function fromBody(body: BodyDoc | null): Node {
  const content = body ? body.content.map(blockNode) : [];
  return schema.node("doc", null, content.length > 0 ? content : [schema.node("paragraph")]);
}

function blockNode(block: BlockNode): Node {
  if (block.type === "paragraph" && block.table) return tableNode(rowsOf(block));
  if (block.type === "paragraph" && block.video) return schema.node("video", { block });
  if (block.type === "paragraph")
    return schema.node("paragraph", null, Fragment.from((block.content ?? []).map(inlineNode)));
  return schema.node(block.type, null, block.items.map(itemNode));
}

export function tableNode(rows: readonly (readonly string[])[]): Node {
  const { table, table_row, table_cell } = schema.nodes;
  const cell = (text: string): Node => table_cell.create(null, text === "" ? null : schema.text(text));
  return table.create(
    null,
    rows.map((cells) => table_row.create(null, cells.map(cell))),
  );
}

/** The editor wants a paragraph first in each item; a body needn't have one. */
function itemNode(item: ListItemNode): Node {
  const content = item.content.map(blockNode);
  const led = content[0]?.type === schema.nodes.paragraph ? content : [schema.node("paragraph"), ...content];
  return schema.node("list_item", null, led);
}

function inlineNode(node: InlineNode): Node {
  if (node.type === "break") return schema.node("hard_break");
  if (node.type === "mention") return schema.node("mention", { id: node.id, name: node.name });
  const marks = (["strong", "em", "underline"] as const)
    .filter((name) => node[name])
    .map((name) => schema.mark(name));
  if (node.link) marks.push(schema.mark("link", { href: node.link }));
  return schema.text(node.text, marks);
}

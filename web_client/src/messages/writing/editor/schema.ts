// What can be written: exactly what protocol/body.py accepts, as a ProseMirror schema. Whatever is pasted is read
// through it (pasted.ts has said before what its styles mean), so nothing else can come in: no styles, no images, no
// scripts, no unknown schemes.

import { type Node, Schema } from "prosemirror-model";
import { plainText } from "../../../core/threads.ts";
import { LINK } from "../../link.ts";
import type { ParagraphNode } from "../../models.ts";
import { isFigure } from "../../tables.ts";

function wordsOf(node: Node): string {
  return plainText({ content: [blockIn(node)] });
}

/** The paragraph that a node of a video is. */
export function blockIn(node: Node): ParagraphNode {
  return node.attrs.block as ParagraphNode;
}

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: {
      group: "block",
      content: "inline*",
      parseDOM: [{ tag: "p" }, { tag: "blockquote,pre" }],
      toDOM: () => ["p", 0],
    },
    bullet_list: {
      group: "block list",
      content: "list_item+",
      parseDOM: [{ tag: "ul" }],
      toDOM: () => ["ul", 0],
    },
    ordered_list: {
      group: "block list",
      content: "list_item+",
      parseDOM: [{ tag: "ol" }],
      toDOM: () => ["ol", 0],
    },
    list_item: {
      content: "paragraph block*",
      defining: true,
      parseDOM: [{ tag: "li" }],
      toDOM: () => ["li", 0],
    },
    table: {
      group: "block",
      content: "table_row+",
      isolating: true,
      parseDOM: [{ tag: "table" }],
      toDOM: () => ["div", { class: "figures" }, ["table", ["tbody", 0]]],
    },
    table_row: { content: "table_cell+", parseDOM: [{ tag: "tr" }], toDOM: () => ["tr", 0] },
    table_cell: {
      content: "text*",
      marks: "",
      isolating: true,
      parseDOM: [{ tag: "td,th" }],
      toDOM: (node) => (isFigure(node.textContent) ? ["td", { class: "figures__number" }, 0] : ["td", 0]),
    },
    // Not parsed from pasted HTML: an iframe of somebody's never becomes a video. Holds the paragraph that it is in a body.
    video: {
      group: "block",
      atom: true,
      draggable: true,
      attrs: { block: {} },
      toDOM: (node) => ["p", { class: "video-draft" }, wordsOf(node)],
      leafText: (node) => wordsOf(node),
    },
    text: { group: "inline" },
    hard_break: {
      group: "inline",
      inline: true,
      selectable: false,
      parseDOM: [{ tag: "br" }],
      toDOM: () => ["br"],
    },
    // Not parsed from pasted HTML: only the picker makes a mention, so that nobody mentions by pasting.
    mention: {
      group: "inline",
      inline: true,
      atom: true,
      attrs: { id: { validate: "string" }, name: { validate: "string" } },
      toDOM: (node) => ["span", { class: "mention" }, `@${node.attrs.name}`],
      leafText: (node) => `@${node.attrs.name}`,
    },
  },
  marks: {
    link: {
      attrs: { href: { validate: "string" } },
      inclusive: false,
      parseDOM: [
        {
          tag: "a[href]",
          getAttrs: (element) =>
            LINK.test(element.getAttribute("href") ?? "") ? { href: element.getAttribute("href") } : false,
        },
      ],
      toDOM: (mark) => ["a", { href: String(mark.attrs.href), rel: "noopener noreferrer nofollow" }, 0],
    },
    em: { parseDOM: [{ tag: "i" }, { tag: "em" }], toDOM: () => ["em", 0] },
    strong: { parseDOM: [{ tag: "strong" }, { tag: "b" }], toDOM: () => ["strong", 0] },
    underline: { parseDOM: [{ tag: "u" }], toDOM: () => ["u", 0] },
  },
});

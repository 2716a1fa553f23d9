// What can be written: exactly what protocol/body.py accepts, as a ProseMirror schema. Whatever is pasted is read
// through it, so nothing else can come in: no styles, no images, no scripts, no unknown schemes.

import { Schema } from "prosemirror-model";
import { LINK } from "../../link.ts";

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: {
      group: "block",
      content: "inline*",
      parseDOM: [{ tag: "p" }, { tag: "h1,h2,h3,h4,h5,h6,blockquote,pre" }],
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
    em: { parseDOM: [{ tag: "i" }, { tag: "em" }, { style: "font-style=italic" }], toDOM: () => ["em", 0] },
    strong: {
      parseDOM: [
        { tag: "strong" },
        // Google Docs wraps everything in <b style="font-weight:normal">
        { tag: "b", getAttrs: (element) => element.style.fontWeight !== "normal" && null },
        { style: "font-weight", getAttrs: (value) => /^(bold(er)?|[6-9]\d\d)$/.test(value) && null },
      ],
      toDOM: () => ["strong", 0],
    },
    underline: { parseDOM: [{ tag: "u" }], toDOM: () => ["u", 0] },
  },
});

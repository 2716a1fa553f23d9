// Between a message's document and plain text: for a plain input, for announcing, for "is there anything to send".
// Pure. The same rules as plain_text and paragraph in protocol/body.py.

import { linesOf, saysNothing } from "../core/blank.ts";
import type { BlockNode, BodyDoc } from "./models.ts";

/** A document that says `text`, one paragraph for each line. */
export function bodyOf(text: string): BodyDoc {
  return {
    content: linesOf(text).map((line) => ({
      type: "paragraph",
      content: line === "" ? [] : [{ type: "text", text: line }],
    })),
  };
}

/** Nothing that can be seen: the server refuses such a message (TH-13). */
export function isBlank(body: BodyDoc | null): boolean {
  const has = (blocks: readonly BlockNode[]): boolean =>
    blocks.some((block) =>
      block.type === "paragraph"
        ? (block.content ?? []).some(
            (node) => node.type === "mention" || (node.type === "text" && !saysNothing(node.text)),
          )
        : block.items.some((item) => has(item.content)),
    );
  return body === null || !has(body.content);
}

/** Without the empty paragraphs at both ends. A blank document stays one empty paragraph. */
export function trimmed(body: BodyDoc): BodyDoc {
  const empty = (block: BlockNode): boolean =>
    block.type === "paragraph" &&
    (block.content ?? []).every(
      (node) => node.type === "break" || (node.type === "text" && saysNothing(node.text)),
    );
  const content = [...body.content];
  while (content.length > 1 && empty(content[0] as BlockNode)) content.shift();
  while (content.length > 1 && empty(content.at(-1) as BlockNode)) content.pop();
  return { content };
}

// Links in the text that is written: typed and pasted addresses look like what they will be, an address that is pasted over
// words is their link, and where the caret stands in one a command means all of it. An address by itself stays text.

import { type EditorState, type Plugin, TextSelection, type Transaction } from "prosemirror-state";
import { Decoration, type DecorationSet } from "prosemirror-view";
import { addressesIn, onlyAddress } from "../../addresses.ts";
import { decorated, textOf } from "./chips.ts";
import { schema } from "./schema.ts";

const { link } = schema.marks;

/** Draws the addresses as links. */
export function linking(): Plugin<DecorationSet> {
  return decorated((block, at) =>
    addressesIn(textOf(block))
      .filter(({ start, end }) => !block.rangeHasMark(start, end, link))
      .map(({ start, end, link: href }) =>
        Decoration.inline(at + start, at + end, { nodeName: "a", href, rel: "noopener noreferrer nofollow" }),
      ),
  );
}

/** The stretch that a link command means: the selection, or the whole link or address that the caret stands in. */
export function linkSpan(state: EditorState): { readonly from: number; readonly to: number } {
  const { from, to, empty, $from } = state.selection;
  if (!empty || !$from.parent.isTextblock) return { from, to };
  const start = $from.start();
  const around = (first: number, last: number): boolean => start + first <= from && from <= start + last;
  const mark = link.isInSet($from.marks());
  if (!mark) {
    const address = addressesIn(textOf($from.parent)).find((one) => around(one.start, one.end));
    return address ? { from: start + address.start, to: start + address.end } : { from, to };
  }
  const span = { from, to };
  $from.parent.forEach((node, offset) => {
    const end = start + offset + node.nodeSize;
    if (!mark.isInSet(node.marks) || start + offset > span.to || end < span.from) return;
    span.from = Math.min(span.from, start + offset);
    span.to = Math.max(span.to, end);
  });
  return span;
}

/** The words that are selected become a link to what is pasted, if that is an address, and they are none. */
export function linkOver(state: EditorState, pasted: string): Transaction | undefined {
  const { from, to, empty, $from, $to } = state.selection;
  const href = onlyAddress(pasted.trim());
  if (href === undefined || empty || !$from.sameParent($to) || !$from.parent.type.allowsMarkType(link))
    return undefined;
  if (onlyAddress(state.doc.textBetween(from, to).trim()) !== undefined) return undefined;
  const linked = state.tr.removeMark(from, to, link).addMark(from, to, link.create({ href }));
  return linked.setSelection(TextSelection.create(linked.doc, to)).scrollIntoView();
}

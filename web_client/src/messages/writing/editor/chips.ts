// Shortcodes in the text as chips. They are and stay text: copied, pasted and typed ones are chips alike, and nothing is lost
// where somebody else reads the body.

import { closeHistory } from "prosemirror-history";
import type { Node } from "prosemirror-model";
import { type Command, type EditorState, Plugin } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { isField, NO_TEXT, shortcodesIn } from "../../../shortcodes/codes.ts";

/** Draws a chip around each, and says by its look whether there is such a one. */
export function chips(): Plugin<DecorationSet> {
  return decorated((block, at) =>
    shortcodesIn(textOf(block)).map(({ start, end, known }) =>
      Decoration.inline(at + start, at + end, {
        class: known ? "shortcode" : "shortcode shortcode--unknown",
      }),
    ),
  );
}

/** What is drawn into the text and isn't part of it, asked for each block of text: it, and where its text begins. */
export function decorated(draw: (block: Node, at: number) => readonly Decoration[]): Plugin<DecorationSet> {
  const drawn = (doc: Node): DecorationSet => {
    const found: Decoration[] = [];
    doc.descendants((node, at) => {
      if (node.isTextblock) found.push(...draw(node, at + 1));
      return !node.isTextblock;
    });
    return DecorationSet.create(doc, found);
  };
  const plugin: Plugin<DecorationSet> = new Plugin({
    state: {
      init: (_, state) => drawn(state.doc),
      apply: (transaction, before) =>
        transaction.docChanged || transaction.getMeta(plugin) ? drawn(transaction.doc) : before,
    },
    // The firm's fields are another thing than the text: they may come, or be others, while it stays as it is.
    view: (view) => ({
      destroy: isField.subscribe(() => {
        queueMicrotask(() => view.isDestroyed || view.dispatch(view.state.tr.setMeta(plugin, true)));
      }),
    }),
    props: { decorations: (state) => plugin.getState(state) },
  });
  return plugin;
}

/** A character for each position of a paragraph. */
export function textOf(paragraph: Node): string {
  return paragraph.textBetween(0, paragraph.content.size, undefined, NO_TEXT);
}

/** Behind a shortcode that there is, Backspace takes all of it away. */
export const deleteCode: Command = (state, dispatch) => {
  const span = codeBefore(state);
  if (!span) return false;
  // One step back brings it again, and nothing else.
  dispatch?.(closeHistory(state.tr.delete(span.from, span.to)).scrollIntoView());
  return true;
};

function codeBefore({ selection }: EditorState): { readonly from: number; readonly to: number } | undefined {
  const { $from, empty } = selection;
  if (!empty || !$from.parent.isTextblock) return undefined;
  const code = shortcodesIn(textOf($from.parent)).find(
    ({ end, known }) => known && end === $from.parentOffset,
  );
  return code && { from: $from.start() + code.start, to: $from.start() + code.end };
}

// Keys inside a table: Tab goes from cell to cell and out behind the last, Enter to the cell below, arrows out at both ends.
// A cell holds text on one line; what is pasted there stays in it.

import { type ResolvedPos, Slice } from "prosemirror-model";
import { type Command, type EditorState, Plugin, TextSelection, type Transaction } from "prosemirror-state";
import { inTables, plain, rowsIn, tableOf } from "../../tables.ts";
import { fromBody } from "./convert.ts";
import { schema } from "./schema.ts";

const { table, table_cell, paragraph } = schema.nodes;

/** How deep the table is in which a place stands. */
function tableDepth($at: ResolvedPos): number | undefined {
  for (let depth = $at.depth; depth > 0; depth -= 1) if ($at.node(depth).type === table) return depth;
  return undefined;
}

export function inTable(state: EditorState): boolean {
  return state.selection.$from.parent.type === table_cell;
}

/** What is pasted into a cell: its words, on one line. */
export function pastedInCell(state: EditorState, text: string): Transaction {
  const { $from, $to } = state.selection;
  if (!$from.sameParent($to)) return state.tr;
  return state.tr.insertText(plain(text)).scrollIntoView();
}

/** The state with a table where its rows were copied as text; undefined if they weren't. */
export function pastedRows(state: EditorState, text: string): Transaction | undefined {
  const rows = rowsIn(text);
  if (!rows) return undefined;
  const { content } = fromBody({ content: inTables(rows).map(tableOf) });
  return state.tr
    .replaceSelection(new Slice(content, 0, 0))
    .setMeta("paste", true)
    .scrollIntoView();
}

function into(state: EditorState, row: number, cell: number): Transaction | undefined {
  const { $from } = state.selection;
  const depth = tableDepth($from);
  const found = depth === undefined ? undefined : $from.node(depth).maybeChild(row)?.maybeChild(cell);
  if (depth === undefined || !found) return undefined;
  let at = $from.start(depth);
  $from.node(depth).forEach((one, offset, index) => {
    if (index !== row) return;
    at += offset + 1;
    one.forEach((_, inner, column) => {
      if (column === cell) at += inner + 1;
    });
  });
  return state.tr.setSelection(TextSelection.create(state.doc, at, at + found.content.size)).scrollIntoView();
}

/** The paragraph behind or before the table, made where there is none. */
function out(state: EditorState, side: "before" | "behind"): Transaction | undefined {
  const { $from } = state.selection;
  const depth = tableDepth($from);
  if (depth === undefined) return undefined;
  const at = side === "behind" ? $from.after(depth) : $from.before(depth);
  const $at = state.doc.resolve(at);
  const beside = side === "behind" ? $at.nodeAfter : $at.nodeBefore;
  const { tr } = state;
  if (!beside) tr.insert(at, paragraph.create());
  const place = TextSelection.near(
    tr.doc.resolve(side === "behind" || !beside ? at + 1 : at - 1),
    side === "behind" ? 1 : -1,
  );
  return tr.setSelection(place).scrollIntoView();
}

/** With the caret behind the table that it stands in. */
export function behindTable(state: EditorState): Transaction | undefined {
  return inTable(state) ? out(state, "behind") : undefined;
}

/** Behind a table that was pasted one goes on writing. */
export function leaving(): Plugin {
  return new Plugin({
    appendTransaction(transactions, before, state) {
      const pasted = transactions.some((one) => one.getMeta("paste") === true);
      return pasted && inTable(state) && !inTable(before) ? out(state, "behind") : undefined;
    },
  });
}

function moving(
  to: (state: EditorState, row: number, cell: number, last: boolean) => Transaction | undefined,
): Command {
  return (state, dispatch) => {
    const { $from } = state.selection;
    const depth = tableDepth($from);
    if (depth === undefined || !inTable(state)) return false;
    const row = $from.index(depth);
    const rows = $from.node(depth).childCount;
    const moved = to(state, row, $from.index(depth + 1), row === rows - 1);
    if (moved) dispatch?.(moved);
    return moved !== undefined;
  };
}

export const nextCell = moving(
  (state, row, cell) => into(state, row, cell + 1) ?? into(state, row + 1, 0) ?? out(state, "behind"),
);

export const previousCell = moving((state, row, cell) => {
  if (cell > 0) return into(state, row, cell - 1);
  const { $from } = state.selection;
  const depth = tableDepth($from) ?? 0;
  return row > 0 ? into(state, row - 1, $from.node(depth).child(row - 1).childCount - 1) : undefined;
});

export const below = moving((state, row, cell) => into(state, row + 1, cell) ?? out(state, "behind"));

export const behind = moving((state, row, cell, last) =>
  last ? out(state, "behind") : into(state, row + 1, cell),
);

export const above = moving((state, row, cell) =>
  row === 0 ? out(state, "before") : into(state, row - 1, cell),
);

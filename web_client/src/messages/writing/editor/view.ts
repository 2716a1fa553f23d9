// The rich-text editor without a framework: a ProseMirror view with our keys, what the toolbar should show, and a
// handle to act on it. A lazy chunk: import only through Editor.tsx.

import { baseKeymap, chainCommands, exitCode, toggleMark } from "prosemirror-commands";
import { history, redo, undo } from "prosemirror-history";
import { inputRules, wrappingInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import { Slice } from "prosemirror-model";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { type Command, EditorState, Plugin, Selection, type Transaction } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import type { BodyDoc } from "../../models.ts";
import { chips, deleteCode } from "./chips.ts";
import { fromBody, toBody } from "./convert.ts";
import { linking, linkOver, linkSpan } from "./linking.ts";
import { PastedReader } from "./pasted.ts";
import { mentionQuery } from "./query.ts";
import { schema } from "./schema.ts";
import {
  above,
  behind,
  behindTable,
  below,
  inTable,
  leaving,
  nextCell,
  pastedInCell,
  pastedRows,
  previousCell,
} from "./tabling.ts";

export type MarkName = "strong" | "em" | "underline";
export type ListName = "bullet_list" | "ordered_list";

/** Which buttons of the formatting bar are pressed. */
export interface ToolbarState {
  readonly strong: boolean;
  readonly em: boolean;
  readonly underline: boolean;
  readonly link: string | undefined;
  readonly bullet_list: boolean;
  readonly ordered_list: boolean;
}

export interface EditorHandle {
  focus(): void;
  toggleMark(name: MarkName): void;
  toggleList(name: ListName): void;
  /** Link the selection (or insert the address as text), or take the link away. */
  setLink(href: string | undefined): void;
  insertText(text: string): void;
  /** Put what a body says where the caret is, in place of what is selected. */
  insertBody(body: BodyDoc): void;
  /** Replace what is being typed after "@" by a mention. */
  mention(person: { id: string; name: string }): void;
  replace(body: BodyDoc | null): void;
  body(): BodyDoc;
}

/** The mention being typed, and where the caret is. */
export interface MentionTyping {
  readonly query: string;
  readonly at: DOMRect;
}

export interface ViewOptions {
  readonly body: BodyDoc | null;
  /** How many positions before the end of the document the caret stands. */
  readonly caret: number;
  /** Show shortcodes as chips, and take one away whole. */
  readonly codes: boolean;
  readonly attributes: () => Record<string, string>;
  readonly onChange: (body: BodyDoc) => void;
  readonly onToolbar: (state: ToolbarState) => void;
  readonly onSubmit: () => void;
  /** Somebody asks for a link, and where the caret is. */
  readonly onLink: (at: DOMRect) => void;
  /** Asked first for keys while a list of people is open. True: handled. */
  readonly onMentionKey: (event: KeyboardEvent) => boolean;
  readonly onMention: (typing: MentionTyping | undefined) => void;
}

/** body.py's BODY_DEPTH_MAX counts the top level, too. */
const LISTS_MAX = 5;

const { paragraph, bullet_list, ordered_list, list_item, hard_break, mention } = schema.nodes;

export function createView(
  mount: HTMLElement,
  options: ViewOptions,
): { view: EditorView; handle: EditorHandle } {
  const pasted = new PastedReader();
  /** Ctrl+Shift+V: as the text that it is. */
  let plainly = false;
  const view = new EditorView(
    { mount },
    {
      state: newState(options.body, options, options.caret),
      attributes: options.attributes,
      handleKeyDown: (_, event) => options.onMentionKey(event),
      transformPastedHTML: (html) => pasted.prepared(html),
      clipboardParser: pasted,
      handlePaste(_, event) {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        const bare = !plainly && !event.clipboardData?.getData("text/html");
        plainly = false;
        const done = inTable(view.state)
          ? pastedInCell(view.state, text)
          : (linkOver(view.state, text) ?? (bare ? pastedRows(view.state, text) : undefined));
        if (done) view.dispatch(done);
        return done !== undefined;
      },
      dispatchTransaction(transaction) {
        view.updateState(view.state.apply(transaction));
        if (transaction.docChanged) options.onChange(toBody(view.state.doc));
        if (transaction.docChanged || transaction.selectionSet) tell(view, options);
      },
      transformCopied: (slice) => asWords(slice),
      handleDOMEvents: {
        // A closed picker must not stay open over a field that lost focus to another window.
        blur: () => void options.onMention(undefined),
        keydown: (_, event) => {
          plainly = event.shiftKey && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "v";
          hearSelection(document);
        },
        copy: () => void hearSelection(document),
        cut: () => void hearSelection(document),
        paste: () => void hearSelection(document),
      },
    },
  );
  return { view, handle: handleOf(view, options) };
}

/** Have the view look now at what is selected. Browsers tell of it some milliseconds after the key that has selected, and tell of
 *  the next key before it where somebody is quick or the page is busy: that one would meet the old selection. */
function hearSelection(document: Document): void {
  document.dispatchEvent(new Event("selectionchange"));
}

/** One whole paragraph that is copied goes among words as words, and doesn't break the line that it is pasted into. */
function asWords(slice: Slice): Slice {
  const whole = slice.openStart === 0 && slice.openEnd === 0 && slice.content.childCount === 1;
  return whole && slice.content.firstChild?.type === paragraph ? new Slice(slice.content, 1, 1) : slice;
}

function newState(body: BodyDoc | null, options: ViewOptions, caret = 0): EditorState {
  const submit: Command = () => {
    options.onSubmit();
    return true;
  };
  const askLink: Command = (state, _, view) => {
    if (view) options.onLink(caretAt(view, state.selection.from));
    return true;
  };
  const plugins = [
    linking(),
    leaving(),
    ...(options.codes ? [keymap({ Backspace: deleteCode }), chips()] : []),
    inputRules({
      rules: [wrappingInputRule(/^\s*[-*]\s$/, bullet_list), wrappingInputRule(/^\s*1[.)]\s$/, ordered_list)],
    }),
    keymap({
      "Mod-Enter": submit,
      "Mod-b": toggleMark(schema.marks.strong),
      "Mod-i": toggleMark(schema.marks.em),
      "Mod-u": toggleMark(schema.marks.underline),
      "Mod-k": askLink,
      "Mod-z": undo,
      "Mod-y": redo,
      "Shift-Mod-z": redo,
      "Shift-Enter": chainCommands(below, exitCode, insertBreak),
      Enter: chainCommands(below, splitListItem(list_item)),
      ArrowUp: above,
      ArrowDown: behind,
      "Mod-]": sink,
      "Mod-[": liftListItem(list_item),
      // Tab goes through a table, indents in a list and leaves the editor elsewhere: never a trap.
      Tab: chainCommands(nextCell, sink),
      "Shift-Tab": chainCommands(previousCell, liftListItem(list_item)),
    }),
    keymap(baseKeymap),
    history(),
    placeholder(),
  ];
  const doc = fromBody(body);
  const end = Selection.atEnd(doc);
  const selection = Selection.near(doc.resolve(Math.max(0, end.head - caret)), -1);
  return EditorState.create({ doc, selection, plugins });
}

const insertBreak: Command = (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(hard_break.create()).scrollIntoView());
  return true;
};

const sink: Command = (state, dispatch, view) => {
  let lists = 0;
  for (let depth = state.selection.$from.depth; depth > 0; depth -= 1) {
    if (isList(state.selection.$from.node(depth).type)) lists += 1;
  }
  return lists < LISTS_MAX && sinkListItem(list_item)(state, dispatch, view);
};

function isList(type: unknown): boolean {
  return type === bullet_list || type === ordered_list;
}

/** Marks the empty document, so that the style sheet can show the placeholder. */
function placeholder(): Plugin {
  return new Plugin({
    props: {
      attributes(state): Record<string, string> {
        const { doc } = state;
        const empty =
          doc.childCount === 1 && doc.firstChild?.type === paragraph && doc.firstChild.content.size === 0;
        return empty ? { class: "editor__text editor__text--empty" } : { class: "editor__text" };
      },
    },
  });
}

function tell(view: EditorView, options: ViewOptions): void {
  options.onToolbar(toolbarOf(view.state));
  const typing = typedMention(view.state);
  if (!typing) {
    options.onMention(undefined);
    return;
  }
  options.onMention({ query: typing.query, at: caretAt(view, typing.from) });
}

function caretAt(view: EditorView, position: number): DOMRect {
  const { left, right, top, bottom } = view.coordsAtPos(position);
  return new DOMRect(left, top, right - left, bottom - top);
}

function toolbarOf(state: EditorState): ToolbarState {
  const { from, to, empty, $from } = state.selection;
  const on = (name: MarkName): boolean => {
    const type = schema.marks[name];
    return empty
      ? type.isInSet(state.storedMarks ?? $from.marks()) !== undefined
      : state.doc.rangeHasMark(from, to, type);
  };
  const inList = (type: unknown): boolean => listAround(state)?.type === type;
  const link: unknown = schema.marks.link.isInSet($from.marksAcross(state.selection.$to) ?? $from.marks())
    ?.attrs.href;
  return {
    strong: on("strong"),
    em: on("em"),
    underline: on("underline"),
    link: typeof link === "string" ? link : undefined,
    bullet_list: inList(bullet_list),
    ordered_list: inList(ordered_list),
  };
}

function listAround(state: EditorState): { type: unknown; pos: number } | undefined {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    if (isList($from.node(depth).type)) return { type: $from.node(depth).type, pos: $from.before(depth) };
  }
  return undefined;
}

function typedMention(state: EditorState): { from: number; to: number; query: string } | undefined {
  const { $from, empty } = state.selection;
  if (!empty || $from.parent.type !== paragraph) return undefined;
  const found = mentionQuery($from.parent.textBetween(0, $from.parentOffset, undefined, "\ufffc"));
  return found && { from: $from.start() + found.start, to: $from.pos, query: found.query };
}

function handleOf(view: EditorView, options: ViewOptions): EditorHandle {
  const run = (command: Command): void => {
    command(view.state, view.dispatch, view);
    view.focus();
  };
  const change = (make: (state: EditorState) => Transaction): void => {
    view.dispatch(make(view.state));
    view.focus();
  };
  return {
    focus: () => view.focus(),
    toggleMark: (name) => run(toggleMark(schema.marks[name])),
    toggleList(name) {
      const around = listAround(view.state);
      if (around?.type === schema.nodes[name]) run(liftListItem(list_item));
      else if (around) change((state) => state.tr.setNodeMarkup(around.pos, schema.nodes[name]));
      else run(wrapInList(schema.nodes[name]));
    },
    setLink(href) {
      change((state) => {
        const { from, to } = linkSpan(state);
        const { link } = schema.marks;
        if (href === undefined) return state.tr.removeMark(from, to, link);
        if (from < to) return state.tr.removeMark(from, to, link).addMark(from, to, link.create({ href }));
        return state.tr.insert(from, schema.text(href.replace(/^mailto:/, ""), [link.create({ href })]));
      });
    },
    insertText: (text) => change((state) => state.tr.insertText(text).scrollIntoView()),
    insertBody(body) {
      change((state) => {
        // A cell has room for words alone: what is more would tear its table apart.
        const tr = (body.content.length > 1 && behindTable(state)) || state.tr;
        return tr.replaceSelection(Slice.maxOpen(fromBody(body).content)).scrollIntoView();
      });
    },
    mention({ id, name }) {
      change((state) => {
        const { from, to } = typedMention(state) ?? state.selection;
        const nodes = [mention.create({ id, name }), schema.text(" ")];
        return state.tr.replaceWith(from, to, nodes).scrollIntoView();
      });
    },
    replace(body) {
      view.updateState(newState(body, options));
      tell(view, options);
    },
    body: () => toBody(view.state.doc),
  };
}

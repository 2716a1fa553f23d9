// Keys that act by themselves while nobody writes: a table says which, one listener acts. Whoever speaks to their computer or hits
// keys by mistake switches them off, in this browser. Refuses to know what they do.

import { effect, signal } from "@preact/signals";
import { browserStorage } from "../core/shelf.ts";
import type { PlainKey } from "../i18n/index.ts";

export interface SingleKey {
  /** As an event says it, without Shift in small letters. */
  readonly key: string;
  readonly label: PlainKey;
  /** Held down, it goes on. */
  readonly repeats?: boolean;
  /** Does it. False: there is nothing to do it with here, and the key stays what it is. */
  readonly run: () => boolean;
}

const KEPT = "chattar.keys";
const OFF = "off";

/** Whether they act. */
export const acting = signal(browserStorage()?.getItem(KEPT) !== OFF);

export function setActing(on: boolean): void {
  acting.value = on;
  if (on) browserStorage()?.removeItem(KEPT);
  else browserStorage()?.setItem(KEPT, OFF);
}

// A key that is drawn beside what it does isn't, then.
effect(() => {
  document.documentElement.dataset.keys = acting.value ? "on" : OFF;
});

/** Where keys write, or are somebody else's: fields of text, lists and menus that are open. */
const TAKEN =
  'textarea, select, input:not([type="checkbox"], [type="radio"]), [role="menu"], [role="listbox"], .popover';

function isTaken(target: EventTarget | null): boolean {
  if (document.querySelector("dialog:modal") !== null) return true;
  return target instanceof HTMLElement && (target.isContentEditable || target.closest(TAKEN) !== null);
}

/** Act on the keys of a table. Returns what ends it. */
export function listen(table: readonly SingleKey[]): () => void {
  const pressed = (event: KeyboardEvent): void => {
    const { key, shiftKey, repeat } = event;
    if (!acting.value || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const meant = shiftKey ? key : key.toLowerCase();
    const found = table.find((one) => one.key === meant);
    if (found === undefined || (repeat && !found.repeats) || isTaken(event.target)) return;
    if (found.run()) event.preventDefault();
  };
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}

/** The rows of the list that is shown, in their order. */
function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("a[data-row]")].filter(
    (row) => row.getClientRects().length > 0,
  );
}

/** The row that has focus. */
export function rowInFocus(): HTMLElement | undefined {
  return rows().find((row) => row === document.activeElement);
}

/** Go on to a row: from the one in focus, from the chat that is open, or to the first. */
function step(by: 1 | -1): boolean {
  const all = rows();
  const focused = all.indexOf(document.activeElement as HTMLElement);
  const at = focused < 0 ? all.findIndex((row) => row.ariaCurrent === "true") : focused;
  const row = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
  row?.focus();
  return row !== undefined;
}

/** What every list has. */
export const IN_LISTS: readonly SingleKey[] = [
  { key: "j", label: "keys.next", repeats: true, run: () => step(1) },
  { key: "k", label: "keys.previous", repeats: true, run: () => step(-1) },
];

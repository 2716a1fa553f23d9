// Keeping the keyboard inside a dialog. Fetched with the first.

import { focusable } from "./focus.ts";

/** Key handler of a dialog: Tab at the end goes to the beginning, and the other way. */
export function trapTab(event: KeyboardEvent, inside: HTMLElement): void {
  if (event.key !== "Tab") return;
  const items = focusable(inside);
  const [first, last] = [items[0], items.at(-1)];
  const at = (inside.getRootNode() as Document | ShadowRoot).activeElement;
  if (!first || !last) {
    event.preventDefault();
  } else if (event.shiftKey && (at === first || at === inside)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && at === last) {
    event.preventDefault();
    first.focus();
  }
}

// Where the keyboard is: moving inside a group that is one tab stop, keeping it inside a dialog, cycling columns.
// Knows the DOM's focus and nothing else.

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [contenteditable="true"], [tabindex]:not([tabindex="-1"])';

type Axis = "horizontal" | "vertical";

/** The item that an arrow, Home or End leads to, or undefined for any other key. Wraps only horizontally. */
export function nextIndex(key: string, index: number, count: number, axis: Axis): number | undefined {
  const [back, forward] = axis === "horizontal" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
  if (count === 0) return undefined;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key !== back && key !== forward) return undefined;
  const next = index + (key === forward ? 1 : -1);
  if (axis === "horizontal") return (next + count) % count;
  return Math.min(count - 1, Math.max(0, next));
}

/** Key handler of a group: moves focus among the elements that match, and clicks tabs as it goes. */
export function moveFocus(
  event: KeyboardEvent & { currentTarget: HTMLElement },
  selector: string,
  axis: Axis,
): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)].filter(
    (item) => item.getClientRects().length > 0,
  );
  const from = items.findIndex((item) => item.contains(event.target as Node));
  const item = items[nextIndex(event.key, from, items.length, axis) ?? -1];
  if (!item) return;
  event.preventDefault();
  item.focus();
  if (item.getAttribute("role") === "tab") item.click();
}

/** What can be reached with Tab inside an element, in order. */
export function focusable(inside: ParentNode): HTMLElement[] {
  return [...inside.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (item) => item.getClientRects().length > 0,
  );
}

/** F6 goes to the next `[data-column]` that is shown, Shift+F6 to the one before: its marked element, or its first. */
export function cycleColumns(event: KeyboardEvent, root: HTMLElement): void {
  if (event.key !== "F6") return;
  const columns = [...root.querySelectorAll<HTMLElement>("[data-column]")].filter(
    (c) => c.getClientRects().length > 0,
  );
  const from = columns.findIndex((column) => column.contains(document.activeElement));
  const step = event.shiftKey ? -1 : 1;
  const column = columns[from < 0 ? 0 : (from + step + columns.length) % columns.length];
  if (!column) return;
  event.preventDefault();
  (column.querySelector<HTMLElement>("[data-column-focus]") ?? focusable(column)[0] ?? column).focus();
}

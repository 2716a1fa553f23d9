// The row that has focus keeps it while the list around it changes: it may be put elsewhere, or be gone, and then the one that has
// taken its place has it.

import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

const ROW = "a[data-row]";

/** To be used where the rows are drawn: what has focus is looked up before they change, in a row or beside its link. */
export function useKeptRow(list: RefObject<HTMLElement | null>): void {
  const rows = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>(ROW) ?? [])];
  const focused = document.activeElement;
  const before = list.current?.contains(focused) ? rows() : [];
  const at = before.findIndex((row) => row === focused || row.closest("li")?.contains(focused));
  const id = before[at]?.dataset.row;
  useLayoutEffect(() => {
    if (at < 0 || document.activeElement !== document.body) return;
    const now = rows();
    (now.find((row) => row.dataset.row === id) ?? now[Math.min(at, now.length - 1)])?.focus();
  });
}

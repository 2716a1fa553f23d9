// Counts and marks. A count is never a bare dot: it carries its meaning in words for those who can't see it.

import type { ComponentChildren, JSX } from "preact";
import type { Icon } from "./icons.tsx";

export interface CountProps {
  readonly count: number;
  /** What is counted, in full: "3 unread messages". */
  readonly label: string;
}

export function Count({ count, label }: CountProps): JSX.Element | null {
  if (count <= 0) return null;
  return (
    <span class="count">
      <span aria-hidden="true">{count > 99 ? "99+" : count}</span>
      <span class="hidden">{label}</span>
    </span>
  );
}

export interface MarkProps {
  readonly kind: "mention" | "internal" | "overdue" | "due" | "done" | "plain";
  readonly icon?: Icon;
  readonly children: ComponentChildren;
}

/** "You were mentioned", "Internal", "Overdue": an icon and a word, on a tint where it is a pill. */
export function Mark({ kind, icon: Glyph, children }: MarkProps): JSX.Element {
  return (
    <span class={`mark mark--${kind}`}>
      {Glyph && <Glyph size={14} />}
      {children}
    </span>
  );
}

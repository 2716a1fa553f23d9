// A pill: a filter that is on or off.

import "./chip.css";
import type { ComponentChildren, JSX } from "preact";

export interface FilterChipProps {
  readonly pressed: boolean;
  readonly count?: number | undefined;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

export function FilterChip({ pressed, count, onClick, children }: FilterChipProps): JSX.Element {
  return (
    <button type="button" class="chip" aria-pressed={pressed} onClick={onClick}>
      {children}
      {count !== undefined && <span class="chip__count">{count}</span>}
    </button>
  );
}

// A pill: a filter that is on or off, or a chosen thing that can be taken away.

import "./chip.css";
import type { ComponentChildren, JSX } from "preact";
import { CloseIcon } from "./icons.tsx";

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

export interface ChosenChipProps {
  readonly removeLabel: string;
  readonly onRemove: () => void;
  readonly children: ComponentChildren;
}

export function ChosenChip({ removeLabel, onRemove, children }: ChosenChipProps): JSX.Element {
  return (
    <span class="chip chip--chosen">
      {children}
      <button
        type="button"
        class="chip__remove"
        aria-label={removeLabel}
        title={removeLabel}
        onClick={onRemove}
      >
        <CloseIcon size={14} />
      </button>
    </span>
  );
}

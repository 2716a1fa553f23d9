// A pill: a chosen thing that can be taken away.

import "./chip.css";
import type { ComponentChildren, JSX } from "preact";
import { CloseIcon } from "./icons.tsx";

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

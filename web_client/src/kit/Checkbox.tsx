// A box with a tick. The real input stays in place, invisible, so that keyboard, touch and screen readers meet it.

import "./checkbox.css";
import type { ComponentChildren, JSX } from "preact";
import { TickIcon } from "./more_icons.tsx";

export interface CheckboxProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean | undefined;
  /** The name, where no text stands beside the box. */
  readonly label?: string;
  readonly describedBy?: string | undefined;
  readonly children?: ComponentChildren;
}

export function Checkbox({
  checked,
  onChange,
  disabled,
  label,
  describedBy,
  children,
}: CheckboxProps): JSX.Element {
  return (
    <label class="checkbox">
      <input
        type="checkbox"
        class="checkbox__input"
        checked={checked}
        disabled={disabled}
        aria-label={label}
        aria-describedby={describedBy}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class="checkbox__box" aria-hidden="true">
        <TickIcon size={14} />
      </span>
      {children !== undefined && <span class="checkbox__text">{children}</span>}
    </label>
  );
}

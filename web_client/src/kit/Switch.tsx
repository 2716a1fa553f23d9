// On or off, at once. The words belong to it; `hint` is the sentence below them.

import "./switch.css";
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

export interface SwitchProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean | undefined;
  readonly hint?: string;
  /** The words stand before the switch (settings) or after it (composer). */
  readonly labelFirst?: boolean;
  readonly children: ComponentChildren;
}

export function Switch({
  checked,
  onChange,
  disabled,
  hint,
  labelFirst,
  children,
}: SwitchProps): JSX.Element {
  const id = useId();
  const label = (
    <label class="switch__label" for={id}>
      {children}
    </label>
  );
  return (
    <div class={`switch${labelFirst ? " switch--label-first" : ""}`}>
      {labelFirst && label}
      <button
        id={id}
        type="button"
        role="switch"
        class="switch__track"
        aria-checked={checked}
        aria-describedby={hint ? `${id}-hint` : undefined}
        disabled={disabled}
        onClick={() => onChange(!checked)}
      >
        <span class="switch__thumb" />
      </button>
      {!labelFirst && label}
      {hint && (
        <p class="switch__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

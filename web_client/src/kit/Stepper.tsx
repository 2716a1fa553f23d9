// A small whole number between two buttons. Typing is free; what is out of range is said, not corrected.

import type { JSX } from "preact";
import { useId, useLayoutEffect, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { FieldNote } from "./Field.tsx";
import { PlusIcon } from "./icons.tsx";
import { MinusIcon } from "./more_icons.tsx";

export interface StepperProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly disabled?: boolean;
  readonly hint?: string | undefined;
  /** Called with whole numbers in range only. */
  readonly onChange: (value: number) => void;
}

export function Stepper({ label, value, min, max, disabled, hint, onChange }: StepperProps): JSX.Element {
  const id = useId();
  const [typed, setTyped] = useState(String(value));
  useLayoutEffect(() => setTyped(String(value)), [value]);
  const number = /^\d{1,4}$/.test(typed) ? Number(typed) : Number.NaN;
  const valid = number >= min && number <= max;
  const type = (text: string): void => {
    setTyped(text);
    const next = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
    if (next >= min && next <= max) onChange(next);
  };
  const step = (by: number): void =>
    type(String(Math.min(max, Math.max(min, (valid ? number : value) + by))));
  const note = valid ? hint : t("field.range", { min, max });
  return (
    <div class="stepper">
      <label class="stepper__label" for={id}>
        {label}
      </label>
      <div class={`stepper__box${valid ? "" : " stepper__box--error"}`}>
        <button
          type="button"
          aria-label={t("stepper.less", { label })}
          disabled={disabled || number <= min}
          onClick={() => step(-1)}
        >
          <MinusIcon size={16} />
        </button>
        <input
          id={id}
          inputMode="numeric"
          autocomplete="off"
          value={typed}
          disabled={disabled}
          aria-invalid={!valid}
          aria-describedby={note ? `${id}-note` : undefined}
          onInput={(event) => type(event.currentTarget.value.trim())}
          onKeyDown={(event) => {
            if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
            event.preventDefault();
            step(event.key === "ArrowUp" ? 1 : -1);
          }}
          onBlur={() => valid || setTyped(String(value))}
        />
        <button
          type="button"
          aria-label={t("stepper.more", { label })}
          disabled={disabled || number >= max}
          onClick={() => step(1)}
        >
          <PlusIcon size={16} />
        </button>
      </div>
      {note && <FieldNote id={`${id}-note`} error={!valid} text={note} />}
    </div>
  );
}

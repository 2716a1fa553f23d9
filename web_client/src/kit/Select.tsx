// A list to choose one thing from: the browser's own, so that every keyboard, telephone and screen reader has its own way with it.

import "./select.css";
import type { JSX } from "preact";

export interface SelectProps<T extends string> {
  /** Its label points at it by this; or `label` names it. */
  readonly id?: string;
  readonly label?: string;
  readonly describedBy?: string | undefined;
  /** How it looks, where not as a field. */
  readonly class?: string;
  readonly value: T;
  /** Each with what it is called, in order. */
  readonly options: readonly (readonly [value: T, name: string])[];
  readonly onChange: (value: T) => void;
}

export function Select<T extends string>(props: SelectProps<T>): JSX.Element {
  const { id, label, describedBy, class: name = "select", value, options, onChange } = props;
  return (
    <select
      id={id}
      class={name}
      aria-label={label}
      aria-describedby={describedBy}
      value={value}
      // It offers nothing but these.
      onChange={(event) => onChange(event.currentTarget.value as T)}
    >
      {options.map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  );
}

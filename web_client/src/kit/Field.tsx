// A labelled text field, with a hint or an error sentence below that belongs to it for screen readers too.

import "./field.css";
import type { ComponentChildren, InputHTMLAttributes, JSX } from "preact";
import { useId } from "preact/hooks";
import { type Icon, InfoIcon, ProblemIcon } from "./icons.tsx";

/** Only what our forms need of an input; ARIA and events are the component's own. */
type InputProps = Pick<
  InputHTMLAttributes<HTMLInputElement>,
  "placeholder" | "required" | "maxLength" | "autocomplete" | "inputMode" | "disabled"
>;

export interface FieldProps extends InputProps {
  readonly type?: "text" | "email" | "password" | "search" | "url";
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly error?: string | undefined;
  readonly hint?: string | undefined;
  /** The label is for screen readers only, as in a search field whose icon and placeholder say enough. */
  readonly labelHidden?: boolean;
  readonly icon?: Icon;
  readonly after?: ComponentChildren;
  /** The dialog that it stands in begins here. */
  readonly "data-autofocus"?: string;
}

export function Field(props: FieldProps): JSX.Element {
  const {
    label,
    value,
    onInput,
    error,
    hint,
    labelHidden,
    icon: Glyph,
    after,
    type = "text",
    ...rest
  } = props;
  const id = useId();
  const note = error ?? hint;
  return (
    <div class="field">
      <label class={labelHidden ? "hidden" : "field__label"} for={id}>
        {label}
      </label>
      <div class={`field__box${error ? " field__box--error" : ""}`}>
        {Glyph && <Glyph size={16} />}
        <input
          {...rest}
          // Preact's types are one interface for each type of input; ours differ only in keyboard and secrecy.
          type={type as "text"}
          id={id}
          class="field__input"
          value={value}
          aria-invalid={error ? true : undefined}
          aria-describedby={note ? `${id}-note` : undefined}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
        {after}
      </div>
      {note && <FieldNote id={`${id}-note`} error={error !== undefined} text={note} />}
    </div>
  );
}

/** The sentence below a field. */
export function FieldNote({ id, error, text }: { id: string; error: boolean; text: string }): JSX.Element {
  return (
    <p id={id} class={error ? "field__note field__note--error" : "field__note"}>
      {error ? <ProblemIcon size={14} /> : <InfoIcon size={14} />}
      <span>{text}</span>
    </p>
  );
}

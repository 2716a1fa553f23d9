// The field that one searches in above a list or a grid in a popover: it has focus as soon as it is there.

import "./field.css";
import "./picker.css";
import type { JSX, RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { SearchIcon } from "./icons.tsx";
import type { Combobox } from "./picking.ts";

export interface SearchBoxProps {
  readonly label: string;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly value: string;
  readonly onInput: (text: string) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  /** Of a field that points at what is current in a list. */
  readonly combobox?: Combobox;
}

export function SearchBox(props: SearchBoxProps): JSX.Element {
  const { label, field, value, onInput, onKeyDown, combobox } = props;
  useLayoutEffect(() => field.current?.focus(), []);
  return (
    <div class="picker__search field__box">
      <SearchIcon size={16} />
      <input
        {...combobox}
        ref={field}
        class="field__input"
        aria-label={label}
        placeholder={label}
        autocomplete="off"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

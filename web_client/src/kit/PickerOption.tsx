// One choice in a listbox whose keyboard belongs to a field elsewhere: the field keeps focus and points at the option
// with aria-activedescendant. What is locked is shown with a lock, and said to be so.

import type { ComponentChildren, JSX } from "preact";
import { LockIcon } from "./icons.tsx";

export interface PickerOptionProps {
  readonly id?: string;
  readonly current?: boolean;
  /** False: shown, but can't be chosen. */
  readonly able?: boolean;
  /** A lock stands there, and this is what it says to whoever doesn't see it. */
  readonly locked?: string | undefined;
  readonly avatar?: JSX.Element;
  readonly name: ComponentChildren;
  /** At the right, in the place of the lock. */
  readonly note?: ComponentChildren;
  readonly onChoose?: () => void;
  readonly onPoint?: () => void;
}

export function PickerOption(props: PickerOptionProps): JSX.Element {
  const { id, current = false, able = true, locked, avatar, name, note, onChoose, onPoint } = props;
  const state = able ? (current ? " picker__option--current" : "") : " picker__option--unable";
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the field keeps focus
    <div
      id={id}
      role="option"
      aria-selected={current}
      {...(able ? {} : { "aria-disabled": true })}
      class={`picker__option${state}`}
      onClick={onChoose}
      onPointerMove={onPoint}
    >
      {avatar}
      <span class="picker__name">{name}</span>
      {locked === undefined ? (
        note
      ) : (
        <>
          <LockIcon size={14} />
          <span class="hidden"> {locked}</span>
        </>
      )}
    </div>
  );
}

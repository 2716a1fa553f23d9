// One choice in a listbox whose keyboard belongs to a field elsewhere: the field keeps focus and points at the option
// with aria-activedescendant. One that can't be chosen is shown with a lock.

import type { ComponentChildren, JSX } from "preact";
import { LockIcon } from "./icons.tsx";

export interface PickerOptionProps {
  readonly id?: string;
  readonly current?: boolean;
  /** False: shown, but can't be chosen. */
  readonly able?: boolean;
  readonly avatar?: JSX.Element;
  readonly name: ComponentChildren;
  /** At the right, in the place of the lock. */
  readonly note?: ComponentChildren;
  readonly onChoose?: () => void;
  readonly onPoint?: () => void;
}

export function PickerOption(props: PickerOptionProps): JSX.Element {
  const { id, current = false, able = true, avatar, name, note, onChoose, onPoint } = props;
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
      {able ? note : <LockIcon size={14} />}
    </div>
  );
}

// Choosing one of many: a search field over a list, beside the button that opened it. Focus stays in the field, the list
// follows the arrow keys, Enter chooses, Escape leaves.

import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import { Choices } from "./Choices.tsx";
import { Popover } from "./Popover.tsx";
import { type Picking, usePicking } from "./picking.ts";
import { SearchBox } from "./SearchBox.tsx";

export interface PickerProps<T> {
  readonly anchor: HTMLElement;
  readonly align?: "start" | "end";
  readonly prefer?: "below" | "above";
  /** What the field is called, and says while nothing is typed. */
  readonly search: string;
  /** What the list is called. */
  readonly title: string;
  readonly listClass?: string;
  /** What can be chosen for what is typed, in the order of the list. */
  readonly find: (query: string) => readonly T[];
  /** The picker is gone then; where focus goes is the chooser's. */
  readonly onChoose: (option: T) => void;
  readonly onClose: () => void;
  /** Why the list shows nothing at all for what is typed: nothing found, or still being fetched. */
  readonly nothing: (picking: Picking<T>) => string | undefined;
  /** What the list shows. */
  readonly children: (picking: Picking<T>) => ComponentChildren;
  /** Below the list, and reached by Tab. Without it, Tab leaves the picker. */
  readonly foot?: JSX.Element;
}

export function Picker<T>(props: PickerProps<T>): JSX.Element {
  const {
    anchor,
    align,
    prefer,
    search,
    title,
    listClass,
    find,
    onChoose,
    onClose,
    nothing,
    children,
    foot,
  } = props;
  const field = useRef<HTMLInputElement>(null);
  const picking = usePicking(find, (option) => {
    onClose();
    onChoose(option);
  });
  const why = nothing(picking);
  const keys = (event: KeyboardEvent): void => {
    // Else what the picker stands in would take it for its own.
    if (picking.press(event)) event.stopPropagation();
    else if (event.key === "Tab" && !foot) onClose();
  };
  return (
    <Popover
      anchor={anchor}
      {...(align && { align })}
      {...(prefer && { prefer })}
      onClose={(restore) => {
        onClose();
        if (restore) anchor.focus();
      }}
      class="popover--picker"
    >
      <SearchBox
        label={search}
        field={field}
        combobox={picking.combobox(why === undefined)}
        value={picking.query}
        onInput={picking.type}
        onKeyDown={keys}
      />
      <Choices listbox={picking.listbox} title={title} nothing={why} class={listClass}>
        {children(picking)}
      </Choices>
      {foot && <div class="picker__list">{foot}</div>}
    </Popover>
  );
}

// A tool over a text that opens something to choose from, which is fetched.

import type { ComponentType, JSX } from "preact";
import { IconButton } from "../../kit/IconButton.tsx";
import type { Icon } from "../../kit/icons.tsx";
import { type Part, useOnDemand } from "../../kit/on_demand.ts";

/** A press on a tool leaves caret and selection where they are. */
export function keepSelection(event: PointerEvent): void {
  event.preventDefault();
}

export interface PopupToolProps<P> {
  readonly part: Part<P>;
  readonly icon: Icon;
  readonly label: string;
  readonly popup?: "dialog" | "listbox";
  readonly tabIndex?: number;
  /** What is opened, with the place that it stands beside and what closes it. */
  readonly children: (
    Opened: ComponentType<P>,
    open: { readonly anchor: HTMLElement; readonly onClose: () => void },
  ) => JSX.Element;
}

export function PopupTool<P>(props: PopupToolProps<P>): JSX.Element {
  const { part, icon, label, popup = "listbox", tabIndex = -1, children } = props;
  const [Opened, anchor, toggle, onClose] = useOnDemand(part);
  return (
    <>
      <IconButton
        icon={icon}
        label={label}
        tabIndex={tabIndex}
        aria-haspopup={popup}
        aria-expanded={anchor !== null}
        onPointerDown={keepSelection}
        onClick={toggle}
      />
      {anchor && Opened && children(Opened, { anchor, onClose })}
    </>
  );
}

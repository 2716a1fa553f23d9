// The open list of acts. Arrow keys move, letters jump, Escape and a choice bring focus back.

import "./menu.css";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { moveFocus } from "./focus.ts";
import type { MenuItem } from "./Menu.tsx";
import { Popover } from "./Popover.tsx";

export interface MenuListProps {
  readonly anchor: HTMLElement;
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly align?: "start" | "end";
  readonly onClose: () => void;
}

/** Takes focus, and gives it back to the anchor. */
export function MenuList({ anchor, label, items, align = "end", onClose }: MenuListProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => list.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus(), []);
  const close = (restore: boolean): void => {
    onClose();
    if (restore) anchor.focus();
  };
  return (
    <Popover anchor={anchor} align={align} onClose={close}>
      <div
        ref={list}
        class="menu"
        role="menu"
        aria-label={label}
        onKeyDown={(event) => {
          if (event.key === "Tab") close(false);
          else if (event.key.length === 1) jump(event.currentTarget, event.key);
          else moveFocus(event, "[role^=menuitem]", "vertical");
        }}
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role={item.checked === undefined ? "menuitem" : "menuitemradio"}
            {...(item.checked === undefined ? {} : { "aria-checked": item.checked })}
            tabIndex={-1}
            class={`menu__item${item.danger ? " menu__item--danger" : ""}${item.checked ? " menu__item--checked" : ""}`}
            onClick={() => {
              close(true);
              item.onSelect();
            }}
          >
            {item.icon && <item.icon size={18} />}
            <span class="menu__label">{item.label}</span>
            {item.note !== undefined && <span class="menu__note">{item.note}</span>}
          </button>
        ))}
      </div>
    </Popover>
  );
}

function jump(list: HTMLElement, letter: string): void {
  const items = [...list.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  items.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter.toLowerCase()))?.focus();
}

// A button that opens a list of acts. The list is fetched; see MenuList.tsx.

import type { JSX } from "preact";
import { IconButton } from "./IconButton.tsx";
import { type Icon, MoreIcon } from "./icons.tsx";
import { part, useOnDemand } from "./on_demand.ts";

/** The open list, for a button of any look. */
export const menuList = part(async () => (await import("./MenuList.tsx")).MenuList);

export interface MenuItem {
  readonly label: string;
  readonly icon?: Icon;
  readonly danger?: boolean;
  /** Drawn as chosen, as a radio item. */
  readonly checked?: boolean;
  readonly note?: string | undefined;
  readonly onSelect: () => void;
}

export interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly icon?: Icon;
  readonly outlined?: boolean;
  readonly align?: "start" | "end";
  readonly tabIndex?: number;
}

/** An icon button with a menu. */
export function Menu({
  label,
  items,
  icon = MoreIcon,
  outlined = false,
  align = "end",
  tabIndex = 0,
}: MenuProps): JSX.Element {
  const [MenuList, anchor, toggle, close] = useOnDemand(menuList);
  return (
    <>
      <IconButton
        icon={icon}
        label={label}
        outlined={outlined}
        tabIndex={tabIndex}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={toggle}
      />
      {anchor && MenuList && (
        <MenuList anchor={anchor} label={label} items={items} align={align} onClose={close} />
      )}
    </>
  );
}

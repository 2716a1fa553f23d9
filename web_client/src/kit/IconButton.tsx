// A button that shows only an icon: always with a name, which is its tooltip too.

import type { ButtonHTMLAttributes, JSX } from "preact";
import type { Icon } from "./icons.tsx";

export interface IconButtonProps
  extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "size" | "label"> {
  readonly icon: Icon;
  readonly label: string;
  readonly outlined?: boolean;
  readonly size?: number;
  /** A shortcut, shown in the tooltip after the name. */
  readonly hint?: string;
}

export function IconButton(props: IconButtonProps): JSX.Element {
  const { icon: Glyph, label, outlined, size = 18, hint, class: extra, ...rest } = props;
  const classes = ["icon-button", outlined && "icon-button--outlined", extra].filter(Boolean).join(" ");
  return (
    <button
      type="button"
      aria-label={label}
      title={hint ? `${label} (${hint})` : label}
      {...rest}
      class={classes}
    >
      <Glyph size={size} />
    </button>
  );
}

// What a person presses: a verb, sometimes with an icon before it. One primary in a view.

import type { ButtonHTMLAttributes, ComponentChildren, JSX } from "preact";
import type { Icon } from "./icons.tsx";

export type ButtonKind = "primary" | "secondary" | "quiet" | "danger" | "danger-filled" | "note" | "link";

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "size"> {
  readonly kind?: ButtonKind;
  readonly icon?: Icon | undefined;
  readonly after?: Icon | undefined;
  readonly small?: boolean;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

export function Button(props: ButtonProps): JSX.Element {
  const {
    kind = "secondary",
    icon: Before,
    after: After,
    small,
    wide,
    children,
    class: extra,
    ...rest
  } = props;
  const classes = ["button", `button--${kind}`, small && "button--small", wide && "button--wide", extra];
  return (
    <button type="button" {...rest} class={classes.filter(Boolean).join(" ")}>
      {Before && <Before size={18} />}
      <span class="button__text">{children}</span>
      {After && <After size={16} />}
    </button>
  );
}

// A bar that stays while something is so: offline, viewing as a client, e-mails bouncing.

import type { ComponentChildren, JSX } from "preact";
import type { Icon } from "./icons.tsx";

export interface BannerProps {
  readonly kind?: "plain" | "ink" | "danger";
  readonly icon?: Icon;
  readonly lead?: ComponentChildren;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
  readonly children: ComponentChildren;
}

export function Banner({ kind = "plain", icon: Glyph, lead, action, children }: BannerProps): JSX.Element {
  return (
    <div class={`banner banner--${kind}`}>
      {Glyph ? <Glyph size={18} /> : lead}
      <span class="banner__text">{children}</span>
      {action && (
        <button type="button" class="banner__action" onClick={action.run}>
          {action.label}
        </button>
      )}
    </div>
  );
}

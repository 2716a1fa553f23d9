// Nothing here: one icon, one line, one sentence, at most one button.

import type { ComponentChildren, JSX } from "preact";
import type { Icon } from "./icons.tsx";

export interface EmptyStateProps {
  readonly icon: Icon;
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly action?: ComponentChildren;
}

export function EmptyState({ icon: Glyph, title, children, action }: EmptyStateProps): JSX.Element {
  return (
    <div class="empty">
      <Glyph size={30} />
      <p class="empty__title">{title}</p>
      {children !== undefined && <p class="empty__text">{children}</p>}
      {action}
    </div>
  );
}

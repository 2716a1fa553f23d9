// A link inside the page: followed without loading the page anew, unless its reader wants it in another tab or window.

import type { AnchorHTMLAttributes, JSX } from "preact";

export interface PageLinkProps
  extends Pick<AnchorHTMLAttributes, "href" | "class" | "aria-current" | "tabIndex" | "children"> {
  readonly href: string;
  readonly onGo: () => void;
  /** The id of the row that the link is. */
  readonly "data-row"?: string;
}

export function PageLink({ href, onGo, ...link }: PageLinkProps): JSX.Element {
  return (
    <a
      {...link}
      href={href}
      onClick={(event) => {
        const { button, ctrlKey, metaKey, shiftKey, altKey } = event;
        if (button !== 0 || ctrlKey || metaKey || shiftKey || altKey) return;
        event.preventDefault();
        onGo();
      }}
    />
  );
}

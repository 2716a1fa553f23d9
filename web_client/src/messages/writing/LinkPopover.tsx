// Asking for a link's address: refused with a sentence when it isn't one; a link that is there can be taken away.

import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { Button } from "../../kit/Button.tsx";
import { AddressPopover } from "./AddressPopover.tsx";
import { linkFrom } from "./typed_link.ts";

export interface LinkPopoverProps {
  readonly anchor: HTMLElement | DOMRect;
  readonly href: string;
  /** Undefined takes the link away. */
  readonly onSave: (href: string | undefined) => void;
  /** With `restore`, focus goes back to where it came from. */
  readonly onClose: (restore: boolean) => void;
}

export function LinkPopover({ anchor, href, onSave, onClose }: LinkPopoverProps): JSX.Element {
  return (
    <AddressPopover
      anchor={anchor}
      label={t("link.address")}
      address={href}
      verb={t("link.save")}
      wrong={t("link.wrong")}
      onTake={(typed) => {
        const link = linkFrom(typed);
        if (link !== undefined) onSave(link);
        return link !== undefined;
      }}
      other={() =>
        href !== "" && (
          <Button kind="quiet" onClick={() => onSave(undefined)}>
            {t("link.remove")}
          </Button>
        )
      }
      onClose={onClose}
    />
  );
}

// Asking for a video's address, which is embedded. What is no video of the four providers is refused with a sentence, and may
// stay as an ordinary link (VD-1, VD-3).

import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { Button } from "../../kit/Button.tsx";
import type { BodyDoc } from "../models.ts";
import { videoOf, videoParagraph } from "../videos.ts";
import { AddressPopover } from "./AddressPopover.tsx";
import { linkFrom } from "./typed_link.ts";

export interface VideoPopoverProps {
  readonly anchor: HTMLElement;
  readonly onEmbed: (body: BodyDoc) => void;
  /** The address as an ordinary link. */
  readonly onLink: (href: string) => void;
  readonly onClose: () => void;
}

export function VideoPopover({ anchor, onEmbed, onLink, onClose }: VideoPopoverProps): JSX.Element {
  return (
    <AddressPopover
      anchor={anchor}
      label={t("video.address")}
      hint={t("video.providers")}
      address=""
      verb={t("video")}
      wrong={t("video.unsupported")}
      onTake={(typed) => {
        const video = videoOf(typed.trim());
        if (video === undefined) return false;
        onClose();
        onEmbed({ content: [videoParagraph(video), { type: "paragraph", content: [] }] });
        return true;
      }}
      other={(typed, refused) => {
        const link = refused ? linkFrom(typed) : undefined;
        return (
          link !== undefined && (
            <Button
              kind="quiet"
              onClick={() => {
                onClose();
                onLink(link);
              }}
            >
              {t("video.asLink")}
            </Button>
          )
        );
      }}
      onClose={(restore) => {
        onClose();
        if (restore) anchor.focus();
      }}
    />
  );
}

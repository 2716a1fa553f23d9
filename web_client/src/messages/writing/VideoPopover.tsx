// Asking for a video's address: beside the button, embedded with Enter. What is no video of the four providers is refused with
// a sentence, and may stay as an ordinary link (VD-1, VD-3).

import "./link.css";
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Video } from "../../core/protocol.gen.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../kit/Button.tsx";
import { Field } from "../../kit/Field.tsx";
import { Popover } from "../../kit/Popover.tsx";
import type { BodyDoc } from "../models.ts";
import { videoOf, videoParagraph } from "../videos.ts";
import { linkFrom } from "./typed_link.ts";

export interface VideoPopoverProps {
  readonly anchor: HTMLElement;
  readonly onEmbed: (body: BodyDoc) => void;
  /** The address as an ordinary link. */
  readonly onLink: (href: string) => void;
  readonly onClose: () => void;
}

export function VideoPopover({ anchor, onEmbed, onLink, onClose }: VideoPopoverProps): JSX.Element {
  const [typed, setTyped] = useState("");
  const [refused, setRefused] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), []);
  const link = refused ? linkFrom(typed) : undefined;
  const embed = (video: Video | undefined): void => {
    if (!video) {
      setRefused(true);
      return;
    }
    onClose();
    onEmbed({ content: [videoParagraph(video), { type: "paragraph", content: [] }] });
  };
  return (
    <Popover
      anchor={anchor}
      prefer="above"
      onClose={(restore) => {
        onClose();
        if (restore) anchor.focus();
      }}
      class="popover--form"
    >
      <form
        ref={form}
        class="link-form"
        onSubmit={(event) => {
          event.preventDefault();
          embed(videoOf(typed.trim()));
        }}
      >
        <Field
          label={t("video.address")}
          value={typed}
          inputMode="url"
          placeholder="https://"
          error={refused ? t("video.unsupported") : undefined}
          hint={t("video.providers")}
          onInput={(value) => {
            setTyped(value);
            setRefused(false);
          }}
        />
        <div class="link-form__acts">
          {link !== undefined && (
            <Button
              kind="quiet"
              onClick={() => {
                onClose();
                onLink(link);
              }}
            >
              {t("video.asLink")}
            </Button>
          )}
          <Button kind="primary" type="submit">
            {t("video")}
          </Button>
        </div>
      </form>
    </Popover>
  );
}

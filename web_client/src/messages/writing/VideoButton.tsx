// Asks for a video and puts it where the caret is. What it asks with is fetched while the page is idle.

import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { part } from "../../kit/on_demand.ts";
import { VideoIcon } from "../../kit/video_icon.tsx";
import type { EditorHandle } from "./EditorField.tsx";
import { PopupTool } from "./PopupTool.tsx";

const videoPopover = part(async () => (await import("./VideoPopover.tsx")).VideoPopover);

export function VideoButton({
  editor,
}: {
  readonly editor: { readonly current: EditorHandle | null };
}): JSX.Element {
  return (
    <PopupTool part={videoPopover} icon={VideoIcon} label={t("video")} popup="dialog">
      {(VideoPopover, open) => (
        <VideoPopover
          {...open}
          onEmbed={(body) => editor.current?.insertBody(body)}
          onLink={(href) => editor.current?.setLink(href)}
        />
      )}
    </PopupTool>
  );
}

// A button that brings all documents of a thread as one zip: a picture alone, where there is no room for words. Fetched.

import type { JSX } from "preact";
import type { Id } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { IconButton } from "../kit/IconButton.tsx";
import { DownloadIcon } from "../kit/more_icons.tsx";
import { downloadAll } from "./download_all.ts";

export interface DownloadAllProps {
  readonly threadId: Id;
}

export function DownloadAll({ threadId }: DownloadAllProps): JSX.Element {
  return (
    <IconButton
      icon={DownloadIcon}
      size={22}
      label={t("docs.downloadAllOf")}
      onClick={() => downloadAll("threads", threadId)}
    />
  );
}

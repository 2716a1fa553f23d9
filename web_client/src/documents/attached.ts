// What a message carries, fetched while the page is idle: most messages carry nothing, and what is carried is asked for first.

import { lazy } from "../shell/lazy.tsx";
import type { AttachmentView } from "./Attachments.tsx";

export const Attachments = lazy<{ readonly items: readonly AttachmentView[] }>(
  async () => (await import("./Attachments.tsx")).Attachments,
);

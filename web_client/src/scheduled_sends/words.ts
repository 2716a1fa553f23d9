// Why something that was to go later did not (SS-1), in the reader's language.

import type { ScheduledSend } from "../core/protocol.gen.ts";
import { found, t } from "../i18n/index.ts";

/** A sentence; for a reason of a newer server one that holds for any. */
export function stoppedText(why: NonNullable<ScheduledSend["stopped"]> | string): string {
  return found(`unsent.${why}`) ?? t("unsent.refused");
}

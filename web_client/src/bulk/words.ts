// Why a client got no chat in a bulk run (BK-5), and how a run is, in the reader's language.

import type { BulkRun, LeftOut } from "../core/protocol.gen.ts";
import { found, t } from "../i18n/index.ts";

/** A few words; for a reason of a newer server some that hold for any. */
export function whyText(why: LeftOut["why"]): string {
  return found(`leftOut.${why}`) ?? t("leftOut.refused");
}

export function stateText({ state }: Pick<BulkRun, "state">): string {
  return found(`bulkState.${state}`) ?? t("bulkState.running");
}

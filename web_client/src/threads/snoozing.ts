// The words for a thread that is put off, or that has come back (SS-2).

import type { Thread } from "../core/protocol.gen.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { backAt } from "./order.ts";

/** Why a thread is out of sight, or has come back; nothing of any other. */
export function snoozeText(row: Thread): string | undefined {
  const { snooze, back } = row.staff ?? {};
  if (snooze) return untilText(snooze.until);
  if (!back || !backAt(row)) return undefined;
  return t(back.why === "time" ? "snooze.backByTime" : "snooze.backByAnswer");
}

/** Until when a thread is put off. */
export function untilText(until: number | undefined): string {
  return until === undefined
    ? t("snooze.untilAnswer")
    : t("snooze.until", { when: format.value.full(until, now.value) });
}

// When something is to go later: a day and a time of the firm's clock, and the moment that they mean (SS-1). Pure.

import type { Format } from "../i18n/format.ts";

const DAY = 86_400_000;

export interface Meant {
  readonly at: number;
  /** The clock is changed: it never shows that time on that day, or shows it twice. */
  readonly clock?: "skipped" | "twice";
}

/** What a day ("2026-12-04") and a time ("08:00") mean in the zone that the page shows; undefined while one is missing. A time
 *  that the clock skips is as much later, and of one that comes twice the first is meant: as with reminders. */
export function meantBy(day: string, time: string, shown: Format): Meant | undefined {
  const wall = Date.parse(`${day}T${time}Z`);
  if (!/^\d\d:\d\d$/.test(time) || Number.isNaN(wall)) return undefined;
  // The clock is never changed twice within two days.
  const before = wall - offsetAt(wall - DAY, shown);
  const after = wall - offsetAt(wall + DAY, shown);
  const [first, last] = before < after ? [before, after] : [after, before];
  const shows = (at: number): boolean => offsetAt(at, shown) === wall - at;
  if (first === last) return { at: first };
  if (shows(first)) return shows(last) ? { at: first, clock: "twice" } : { at: first };
  return shows(last) ? { at: last } : { at: before, clock: "skipped" };
}

/** How far the zone's clock is ahead of UTC's at a moment. */
function offsetAt(at: number, shown: Format): number {
  const minute = at - (at % 60_000);
  return Date.parse(`${shown.dayKey(minute)}T${shown.time(minute)}Z`) - minute;
}

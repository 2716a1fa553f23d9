// Until when one may put a thread off, in the zone that the page shows (SS-2). Pure.

import type { Format } from "../i18n/format.ts";
import type { PlainKey } from "../i18n/index.ts";

const HOUR = 3_600_000;
/** The hour at which a day begins, of those that are chosen by day. */
const MORNING = 8;
const LATER_H = 3;
const LAST_HOUR = 18;

export interface SnoozeChoice {
  readonly label: PlainKey;
  readonly at: number;
}

/** Later today while there is enough of it left; tomorrow; next week, which begins on Monday. */
export function snoozeChoices(at: number, shown: Format): SnoozeChoice[] {
  const today = shown.dayKey(at);
  const later = onTheHour(at + LATER_H * HOUR, shown);
  const monday = 7 - ((new Date(`${today}T00:00Z`).getUTCDay() + 6) % 7);
  const choices: SnoozeChoice[] = [
    { label: "snooze.tomorrow", at: morningOf(dayAfter(today, 1), shown) },
    { label: "snooze.nextWeek", at: morningOf(dayAfter(today, monday), shown) },
  ];
  const fits = shown.dayKey(later) === today && shown.time(later) <= `${LAST_HOUR}:00`;
  return fits ? [{ label: "snooze.laterToday", at: later }, ...choices] : choices;
}

/** When a calendar day's work begins, in the zone. */
export function morningOf(day: string, shown: Format): number {
  // From noon, which every day has, by as much as the clock says; again, where a change of the clock lay between.
  let at = Date.parse(`${day}T12:00Z`);
  for (let look = 0; look < 2; look += 1) {
    const [hours = 0, minutes = 0] = shown.time(at).split(":").map(Number);
    const days = (Date.parse(day) - Date.parse(shown.dayKey(at))) / (24 * HOUR);
    at += (days * 24 + MORNING - hours) * HOUR - minutes * 60_000;
  }
  return at;
}

/** So many days after a calendar day. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 24 * HOUR).toISOString().slice(0, 10);
}

/** The last full hour of the clock up to a time. */
function onTheHour(at: number, shown: Format): number {
  return at - (at % 60_000) - Number(shown.time(at).slice(3)) * 60_000;
}

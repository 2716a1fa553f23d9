// Hairlines with a date between days, and the same in petrol where the unread begins.

import type { JSX } from "preact";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";

export function DaySeparator({ at }: { readonly at: number }): JSX.Element {
  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr can't hold a date
    <div class="day" role="separator" aria-label={format.value.dayLine(at, now.value)}>
      <span>{format.value.dayLine(at, now.value)}</span>
    </div>
  );
}

export interface UnreadDividerProps {
  readonly at: number;
  /** It stands at the start of a day, so it carries the date; otherwise the time from which on it is new. */
  readonly day: boolean;
}

export function UnreadDivider({ at, day }: UnreadDividerProps): JSX.Element {
  const line = format.value.dayLine(at, now.value);
  const lower = language_lower(line);
  const text = day
    ? t("stream.newDay", { day: lower })
    : t("stream.newSince", { time: format.value.time(at) });
  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr can't hold a date
    <div class="day day--unread" role="separator" aria-label={text}>
      <span>{text}</span>
    </div>
  );
}

/** Within a sentence only "Today" loses its capital in English; Swedish weekdays lose theirs, too. */
function language_lower(line: string): string {
  const word = line.split(/[ ,]/)[0] ?? "";
  const english = /^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$/.test(word);
  return english ? line : line.charAt(0).toLowerCase() + line.slice(1);
}

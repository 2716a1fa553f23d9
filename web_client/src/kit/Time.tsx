// A time as people write it, by the firm's clock; in the tooltip the whole date, and by the reader's clock where that
// differs. For machines in UTC.

import type { JSX } from "preact";
import { now } from "../i18n/clock.ts";
import { format, here, t } from "../i18n/index.ts";

export type TimeForm = "time" | "day" | "weekday" | "long" | "full" | "listTime" | "timeBeside";

export interface TimeProps {
  readonly at: number;
  readonly form: TimeForm;
  readonly class?: string;
}

export function Time({ at, form, class: name }: TimeProps): JSX.Element {
  const { value: words } = format;
  // Beside this very moment: a time of today needs no date.
  const write: (at: number, now: number, beside: number) => string = words[form];
  const exact = words.full(at, now.value);
  const own = here.value.full(at, now.value);
  return (
    <time
      class={name ? `time ${name}` : "time"}
      dateTime={new Date(at).toISOString()}
      title={exact === own ? exact : t("time.here", { exact, own })}
    >
      {write(at, now.value, now.value)}
    </time>
  );
}

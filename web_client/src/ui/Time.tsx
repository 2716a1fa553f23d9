// A time as people write it, with the whole date for machines and in the tooltip.

import type { JSX } from "preact";
import { now } from "../i18n/clock.ts";
import type { Format } from "../i18n/format.ts";
import { format } from "../i18n/index.ts";

export type TimeForm = "time" | "day" | "weekday" | "long" | "full" | "listTime";

export interface TimeProps {
  readonly at: number;
  readonly form: TimeForm;
  readonly class?: string;
}

export function Time({ at, form, class: name }: TimeProps): JSX.Element {
  const { value: words } = format;
  const write: Format[TimeForm] = words[form];
  return (
    <time
      class={name ? `time ${name}` : "time"}
      dateTime={new Date(at).toISOString()}
      title={words.full(at, now.value)}
    >
      {write(at, now.value)}
    </time>
  );
}

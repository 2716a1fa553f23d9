// How many of how many: one segment each for a few tasks, one bar in keyed parts for a bulk run. Counts stand beside it.

import type { JSX } from "preact";

export interface SegmentsProps {
  readonly done: number;
  readonly total: number;
}

/** "2 of 5 done" as five strokes. The number is written beside it, so this is decoration. */
export function Segments({ done, total }: SegmentsProps): JSX.Element {
  return (
    <div class="segments" aria-hidden="true">
      {Array.from({ length: total }, (_, index) => (
        <span key={index} class={index < done ? "segments__part segments__part--done" : "segments__part"} />
      ))}
    </div>
  );
}

export interface BarPart {
  readonly kind: "sent" | "failed" | "skipped";
  readonly count: number;
}

export interface BarProps {
  readonly label: string;
  readonly parts: readonly BarPart[];
  readonly total: number;
}

/** One bar in keyed parts; announced by whoever shows it, at 25 % steps. */
export function Bar({ label, parts, total }: BarProps): JSX.Element {
  const done = parts.reduce((sum, part) => sum + part.count, 0);
  return (
    <div
      class="bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done}
    >
      {parts.map(
        (part) =>
          part.count > 0 && (
            <span
              key={part.kind}
              class={`bar__part bar__part--${part.kind}`}
              style={{ flexGrow: part.count }}
            />
          ),
      )}
      {total > done && <span class="bar__rest" style={{ flexGrow: total - done }} />}
    </div>
  );
}

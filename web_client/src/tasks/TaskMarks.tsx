// How many tasks are done, small: a tick each and "2/5"; green only when all are. Above eight, the numbers alone.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";

const TICKS_MAX = 8;

export interface TaskMarksProps {
  readonly done: number;
  readonly total: number;
}

export function TaskMarks({ done, total }: TaskMarksProps): JSX.Element | null {
  if (total === 0) return null;
  return (
    <span class={done === total ? "task-marks task-marks--all" : "task-marks"}>
      {total <= TICKS_MAX && (
        <span class="task-marks__ticks" aria-hidden="true">
          {Array.from({ length: total }, (_, index) => (
            <span
              key={index}
              class={index < done ? "task-marks__tick task-marks__tick--done" : "task-marks__tick"}
            />
          ))}
        </span>
      )}
      <span aria-hidden="true">
        {done}/{total}
      </span>
      <span class="hidden">{t("tasks.doneOf", { n: done, done, total })}</span>
    </span>
  );
}

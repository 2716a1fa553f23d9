// Choosing when something is to go: a few times that are near, or a day and a time; and in words when that is, by whose clock,
// and what becomes of it where the clock is changed.

import "./later.css";
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { FieldNote } from "../kit/Field.tsx";
import { dayAfter, snoozeChoices } from "../threads/snooze_choices.ts";
import { meantBy } from "./later_times.ts";

const DAYS_MAX = 365;

export interface TimeFieldsProps {
  readonly at: number | undefined;
  readonly zone: string;
  /** Undefined: what stands there is no time that can be chosen. */
  readonly onChange: (at: number | undefined) => void;
}

export function TimeFields({ at, zone, onChange }: TimeFieldsProps): JSX.Element {
  const id = useId();
  const shown = format.value;
  const today = shown.dayKey(now.value);
  const [day, setDay] = useState(at === undefined ? "" : shown.dayKey(at));
  const [time, setTime] = useState(at === undefined ? "08:00" : shown.time(at));
  const meant = meantBy(day, time, shown);
  const last = dayAfter(today, DAYS_MAX);
  const fits = meant !== undefined && meant.at > now.value && day <= last;
  const set = (nextDay: string, nextTime: string): void => {
    setDay(nextDay);
    setTime(nextTime);
    const next = meantBy(nextDay, nextTime, shown);
    onChange(next !== undefined && next.at > now.value && nextDay <= last ? next.at : undefined);
  };
  return (
    <div class="later-times">
      <ul class="later-times__near">
        {snoozeChoices(now.value, shown).map((choice) => (
          <li key={choice.label}>
            <button
              type="button"
              class="chip"
              aria-pressed={fits && meant.at === choice.at}
              onClick={() => set(shown.dayKey(choice.at), shown.time(choice.at))}
            >
              {t(choice.label)} {shown.time(choice.at)}
            </button>
          </li>
        ))}
      </ul>
      <div class="later-times__fields">
        <span class="field">
          <label class="field__label" for={`${id}-day`}>
            {t("later.day")}
          </label>
          <span class="field__box">
            <input
              id={`${id}-day`}
              class="field__input"
              type="date"
              min={today}
              max={last}
              value={day}
              onInput={(event) => set(event.currentTarget.value, time)}
            />
          </span>
        </span>
        <span class="field">
          <label class="field__label" for={`${id}-time`}>
            {t("later.time")}
          </label>
          <span class="field__box">
            <input
              id={`${id}-time`}
              class="field__input"
              type="time"
              value={time}
              onInput={(event) => set(day, event.currentTarget.value)}
            />
          </span>
        </span>
      </div>
      <output class="later-times__meant" for={`${id}-day ${id}-time`}>
        {fits
          ? t("later.goes", { when: shown.full(meant.at, now.value), zone })
          : t(meant === undefined ? "later.choose" : "later.outside")}
      </output>
      {fits && meant.clock !== undefined && (
        <FieldNote
          id={`${id}-clock`}
          error={false}
          text={t(meant.clock === "skipped" ? "later.skipped" : "later.twice", {
            time,
            goes: shown.time(meant.at),
          })}
        />
      )}
    </div>
  );
}

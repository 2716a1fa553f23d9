// Until when a thread is to be put off: a few times that are near, the client's answer, or a day.

import "./snooze.css";
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { dayAfter, morningOf, snoozeChoices } from "./snooze_choices.ts";

const DAYS_MAX = 365;

export interface SnoozeDialogProps {
  /** Absent: until the client answers. */
  readonly onChoose: (until?: number) => void;
  readonly onClose: () => void;
  /** Drawn where it stands, for the gallery. */
  readonly inline?: boolean;
}

export function SnoozeDialog({ onChoose, onClose, inline = false }: SnoozeDialogProps): JSX.Element {
  const id = useId();
  const shown = format.value;
  const today = shown.dayKey(now.value);
  const [first, last] = [dayAfter(today, 1), dayAfter(today, DAYS_MAX)];
  const [day, setDay] = useState("");
  const fits = day >= first && day <= last;
  const choose = (until?: number): void => {
    onClose();
    onChoose(until);
  };
  return (
    <Dialog
      title={t("snooze.title")}
      onClose={onClose}
      inline={inline}
      footer={<Button onClick={onClose}>{t("cancel")}</Button>}
    >
      <p class="snooze__hint">{t("snooze.hint")}</p>
      <ul class="snooze">
        {snoozeChoices(now.value, shown).map(({ label, at }) => (
          <li key={label}>
            <button type="button" class="menu__item" onClick={() => choose(at)}>
              <span class="menu__label">{t(label)}</span>
              <span class="menu__note">{shown.full(at, now.value)}</span>
            </button>
          </li>
        ))}
        <li>
          <button type="button" class="menu__item" onClick={() => choose()}>
            <span class="menu__label">{t("snooze.answer")}</span>
          </button>
        </li>
      </ul>
      <form
        class="snooze__day"
        onSubmit={(event) => {
          event.preventDefault();
          if (fits) choose(morningOf(day, shown));
        }}
      >
        <label class="field__label" for={id}>
          {t("snooze.day")}
        </label>
        <span class="field__box">
          <input
            id={id}
            class="field__input"
            type="date"
            min={first}
            max={last}
            value={day}
            onInput={(event) => setDay(event.currentTarget.value)}
          />
        </span>
        <Button type="submit" disabled={!fits}>
          {t("snooze.choose")}
        </Button>
        {/* The field writes a date as the browser likes; here it stands in the page's words. */}
        <output class="menu__note" for={id}>
          {fits && shown.full(morningOf(day, shown), now.value)}
        </output>
      </form>
    </Dialog>
  );
}

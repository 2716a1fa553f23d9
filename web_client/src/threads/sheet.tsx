// The rows of the form of a new chat and of a template: label at the left, what is said at the right. Refuses to know which of
// the two it is.

import "../kit/checkbox.css";
import "../tasks/tasks.css";
import "./sheet.css";
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useId, useState } from "preact/hooks";
import { now } from "../i18n/clock.ts";
import { format, parts, t } from "../i18n/index.ts";
import { Rich } from "../i18n/Rich.tsx";
import { ChevronUpIcon } from "../kit/contact_icons.tsx";
import { FieldNote } from "../kit/Field.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { ChevronDownIcon, CloseIcon } from "../kit/icons.tsx";
import { Stepper } from "../kit/Stepper.tsx";
import { Switch } from "../kit/Switch.tsx";
import { AfterLastToBe } from "../reminders/AfterLast.tsx";
import { DAYS_MAX, NUMBER_MAX, NUMBER_WARN, type ReminderSetting } from "../reminders/RemindersPanel.tsx";
import { CodedInput } from "../shortcodes/CodedInput.tsx";
import { AddTask } from "../tasks/AddTask.tsx";

interface SheetRowProps {
  readonly label: string;
  readonly error?: string | undefined;
  readonly top?: boolean;
  readonly children: ComponentChildren;
}

export function SheetRow({ label, error, top = false, children }: SheetRowProps): JSX.Element {
  const id = useId();
  return (
    <div class={`sheet__row${top ? " sheet__row--top" : ""}${error ? " sheet__row--error" : ""}`}>
      <span class="sheet__label" aria-hidden="true">
        {label}
      </span>
      <div class="sheet__value">
        {children}
        {error && (
          <div role="alert">
            <FieldNote id={id} error text={error} />
          </div>
        )}
      </div>
    </div>
  );
}

export interface SubjectRowProps {
  readonly subject: string;
  readonly error: string | undefined;
  readonly onChange: (subject: string) => void;
  readonly field?: RefObject<HTMLInputElement | null> | undefined;
  /** The dialog begins here. */
  readonly first?: boolean | undefined;
}

export function SubjectRow({ subject, error, onChange, field, first }: SubjectRowProps): JSX.Element {
  return (
    <SheetRow label={t("newChat.subject")} error={error}>
      <CodedInput
        label={t("newChat.subject")}
        placeholder={t("newChat.subjectPlaceholder")}
        maxLength={200}
        value={subject}
        onChange={onChange}
        field={field}
        first={first}
      />
    </SheetRow>
  );
}

interface RemindersRowProps {
  readonly setting: ReminderSetting;
  readonly onChange: (setting: ReminderSetting) => void;
}

export function RemindersRow({ setting, onChange }: RemindersRowProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const { after_last, ...rhythm } = setting;
  const { enabled, days, number } = rhythm;
  return (
    <SheetRow label={t("newChat.reminders")} top={open}>
      <div class="sheet__line">
        <Switch checked={enabled} onChange={(on) => onChange({ ...setting, enabled: on })}>
          {enabled ? (
            <Rich
              of={
                days === 1
                  ? parts("newChat.rhythmDaily", { n: number })
                  : parts("newChat.rhythm", { days, n: number })
              }
            />
          ) : (
            t("newChat.noReminders")
          )}
        </Switch>
        {enabled && (
          <>
            <span class="sheet__dates">{dates(days, number)}</span>
            <IconButton
              icon={open ? ChevronUpIcon : ChevronDownIcon}
              label={t("newChat.remindersChange")}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            />
          </>
        )}
      </div>
      {open && enabled && (
        <div class="sheet__steppers">
          <Stepper
            label={t("reminder.days")}
            value={days}
            min={1}
            max={DAYS_MAX}
            onChange={(value) => onChange({ ...setting, days: value })}
          />
          <Stepper
            label={t("reminder.number")}
            value={number}
            min={1}
            max={NUMBER_MAX}
            hint={number > NUMBER_WARN ? t("reminder.many") : undefined}
            onChange={(value) => onChange({ ...setting, number: value })}
          />
          <AfterLastToBe
            value={after_last}
            onChange={(chosen) => onChange(chosen ? { ...rhythm, after_last: chosen } : rhythm)}
          />
        </div>
      )}
    </SheetRow>
  );
}

const DATES_SHOWN = 3;

/** "Sat 6 Dec, Tue 9 Dec and Fri 12 Dec 10:47" */
function dates(days: number, number: number): string {
  const words = format.value;
  const all = Array.from({ length: Math.min(number, DATES_SHOWN) }, (_, index) =>
    words.daysLater(now.value, days * (index + 1)),
  );
  const list = all.map((at) => words.weekday(at, now.value)).join(", ");
  return `${list}${number > DATES_SHOWN ? ", …" : ""} ${words.time(now.value)}`;
}

interface TasksRowProps {
  readonly tasks: readonly string[];
  readonly onChange: (tasks: readonly string[]) => void;
}

export function TasksRow({ tasks, onChange }: TasksRowProps): JSX.Element {
  return (
    <SheetRow label={t("newChat.tasks")} top>
      <ul class="sheet__tasks">
        {tasks.map((text, index) => (
          <li key={`${index}-${text}`} class="sheet__task">
            <span class="checkbox__box" aria-hidden="true" />
            <span>{text}</span>
            <IconButton
              icon={CloseIcon}
              size={14}
              label={t("newChat.taskRemove", { text })}
              onClick={() => onChange(tasks.filter((_, at) => at !== index))}
            />
          </li>
        ))}
      </ul>
      <AddTask onAdd={(text) => onChange([...tasks, text])} />
    </SheetRow>
  );
}

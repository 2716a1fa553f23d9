// Starting a thread: to whom, subject, message, reminders, tasks. Cancel creates nothing; leaving it dirty asks (TH-6).

import "../kit/checkbox.css";
import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { AccountSearch } from "../accounts/AccountSearch.tsx";
import type { AccountChoice } from "../accounts/models.ts";
import { oneLine, saysNothing } from "../core/blank.ts";
import { now } from "../i18n/clock.ts";
import { format, parts, t } from "../i18n/index.ts";
import { Rich } from "../i18n/Rich.tsx";
import { Button } from "../kit/Button.tsx";
import { FieldNote } from "../kit/Field.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { ChevronDownIcon, ChevronUpIcon, CloseIcon, EnterIcon, PlusIcon } from "../kit/icons.tsx";
import { Stepper } from "../kit/Stepper.tsx";
import { Switch } from "../kit/Switch.tsx";
import { isBlank, trimmed } from "../messages/body_text.ts";
import type { BodyDoc } from "../messages/models.ts";
import { modifier } from "../messages/writing/FormatBar.tsx";
import { DAYS_MAX, NUMBER_MAX, NUMBER_WARN, type ReminderSetting } from "../reminders/RemindersPanel.tsx";
import { TaskEditor } from "../tasks/TaskEditor.tsx";
import type { NewChatDraft } from "./models.ts";
import { FirstMessage, NewChatForm } from "./NewChatForm.tsx";

export interface NewChatDialogProps {
  readonly accounts: readonly AccountChoice[] | undefined;
  /** Already chosen when opened from an account. */
  readonly account?: AccountChoice;
  /** The firm's default. */
  readonly reminder: ReminderSetting;
  readonly busy?: boolean;
  /** Why the last try was refused. */
  readonly problem?: string | undefined;
  readonly inline?: boolean;
  readonly onAccountQuery: (query: string) => void;
  readonly onCreate: (draft: NewChatDraft) => void;
  readonly onClose: () => void;
}

export function NewChatDialog(props: NewChatDialogProps): JSX.Element {
  const { accounts, busy, problem, inline = false, onCreate, onClose } = props;
  const [account, setAccount] = useState(props.account);
  const [subject, setSubject] = useState("");
  const [body, setBody] = useState<BodyDoc | null>(null);
  const [tasks, setTasks] = useState<readonly string[]>([]);
  const [reminder, setReminder] = useState(props.reminder);
  const [tried, setTried] = useState(false);
  const missing = {
    account: account === undefined,
    receive: account?.noReader !== undefined,
    subject: saysNothing(subject),
    body: isBlank(body),
  };
  const create = (): void => {
    setTried(true);
    if (busy || missing.account || missing.receive || missing.subject || missing.body) return;
    onCreate({
      accountId: account?.account.id ?? "",
      subject: oneLine(subject),
      body: trimmed(body as BodyDoc),
      tasks,
      reminder,
    });
  };
  return (
    <NewChatForm
      class="sheet"
      title={t("newChat.title")}
      verb={busy ? t("newChat.creating") : t("newChat.create")}
      dirty={subject !== "" || !isBlank(body) || tasks.length > 0}
      busy={busy}
      problem={problem}
      note={<p class="dialog__note">{account ? audience(account) : ""}</p>}
      hint={
        <span class="composer__hint" aria-hidden="true">
          {modifier()} <EnterIcon size={14} />
        </span>
      }
      inline={inline}
      onCreate={create}
      onClose={onClose}
    >
      <SheetRow
        label={t("newChat.to")}
        error={tried && missing.account ? t("newChat.toMissing") : cannot(account)}
      >
        <AccountSearch
          choices={accounts}
          chosen={account}
          onQuery={props.onAccountQuery}
          onChoose={setAccount}
        />
      </SheetRow>
      <SheetRow
        label={t("newChat.subject")}
        error={tried && missing.subject ? t("newChat.subjectMissing") : undefined}
      >
        <input
          class="sheet__input"
          aria-label={t("newChat.subject")}
          placeholder={t("newChat.subjectPlaceholder")}
          maxLength={200}
          value={subject}
          onInput={(event) => setSubject(event.currentTarget.value)}
        />
      </SheetRow>
      <div class="sheet__message">
        <FirstMessage
          placeholder={t("newChat.messagePlaceholder")}
          onChange={setBody}
          onSubmit={create}
          error={tried && missing.body ? t("newChat.bodyMissing") : undefined}
        />
      </div>
      <RemindersRow setting={reminder} onChange={setReminder} />
      <TasksRow tasks={tasks} onChange={setTasks} />
    </NewChatForm>
  );
}

/** "Two people see the chat in the portal. E-mail goes to Klara; Jens has switched e-mail off." */
function audience({ readers, mailed }: AccountChoice): string {
  const words = format.value;
  const off = readers.filter((name) => !mailed.includes(name));
  const seen = t("newChat.readers", { n: readers.length });
  if (readers.length === 0) return "";
  if (mailed.length === 0) return `${seen} ${t("newChat.nobodyMailed")}`;
  const sent = t("newChat.mailed", { names: words.list(mailed) });
  return off.length === 0
    ? `${seen} ${sent}.`
    : `${seen} ${sent}; ${t("newChat.mailOff", { n: off.length, names: words.list(off) })}`;
}

function cannot(account: AccountChoice | undefined): string | undefined {
  return account?.noReader && t(account.noReader, { account: account.account.name });
}

interface SheetRowProps {
  readonly label: string;
  readonly error?: string | undefined;
  readonly top?: boolean;
  readonly children: ComponentChildren;
}

function SheetRow({ label, error, top = false, children }: SheetRowProps): JSX.Element {
  const id = useId();
  return (
    <div class={`sheet__row${top ? " sheet__row--top" : ""}${error ? " sheet__row--error" : ""}`}>
      <span class="sheet__label" aria-hidden="true">
        {label}
      </span>
      <div class="sheet__value">
        {children}
        {error && <FieldNote id={id} error text={error} />}
      </div>
    </div>
  );
}

interface RemindersRowProps {
  readonly setting: ReminderSetting;
  readonly onChange: (setting: ReminderSetting) => void;
}

function RemindersRow({ setting, onChange }: RemindersRowProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const { enabled, days, number } = setting;
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

function TasksRow({ tasks, onChange }: TasksRowProps): JSX.Element {
  const [adding, setAdding] = useState(0);
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
      {adding > 0 ? (
        <TaskEditor
          key={adding}
          initial=""
          placeholder={t("tasks.placeholder")}
          onSave={(text) => {
            onChange([...tasks, text]);
            setAdding(adding + 1);
          }}
          onCancel={() => setAdding(0)}
        />
      ) : (
        <Button kind="link" icon={PlusIcon} onClick={() => setAdding(1)}>
          {t("tasks.add")}
        </Button>
      )}
    </SheetRow>
  );
}

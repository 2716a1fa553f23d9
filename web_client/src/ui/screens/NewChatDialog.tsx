// Starting a thread: to whom, subject, message, reminders, tasks. Cancel creates nothing; leaving it dirty asks (TH-6).

import type { ComponentChildren, JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { oneLine, saysNothing } from "../../core/blank.ts";
import { now } from "../../i18n/clock.ts";
import { format, language, parts, t } from "../../i18n/index.ts";
import { Button } from "../Button.tsx";
import { isBlank, trimmed } from "../body_text.ts";
import { ConfirmDialog } from "../ConfirmDialog.tsx";
import { Dialog } from "../Dialog.tsx";
import { EditorField, type EditorHandle, type ToolbarState } from "../EditorField.tsx";
import { FieldNote } from "../Field.tsx";
import { FormatBar, modifier } from "../FormatBar.tsx";
import { IconButton } from "../IconButton.tsx";
import { ChevronDownIcon, ChevronUpIcon, CloseIcon, EnterIcon, PlusIcon } from "../icons.tsx";
import type { AccountChoice, BodyDoc, NewChatDraft } from "../models.ts";
import { Rich } from "../Rich.tsx";
import { Stepper } from "../Stepper.tsx";
import { Switch } from "../Switch.tsx";
import { TaskEditor } from "../TaskItem.tsx";
import { AccountSearch } from "./AccountSearch.tsx";
import { DAYS_MAX, NUMBER_MAX, NUMBER_WARN, type ReminderSetting } from "./RemindersPanel.tsx";

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
  const [asking, setAsking] = useState(false);
  const dirty = subject !== "" || !isBlank(body) || tasks.length > 0;
  const missing = {
    account: account === undefined,
    receive: account !== undefined && !account.canReceive,
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
  const leave = (): void => (dirty ? setAsking(true) : onClose());
  const footer = (
    <>
      <p class="dialog__note">{account ? audience(account) : ""}</p>
      <Button kind="quiet" onClick={leave}>
        {t("cancel")}
      </Button>
      <span class="composer__hint" aria-hidden="true">
        {modifier()} <EnterIcon size={14} />
      </span>
      <Button kind="primary" disabled={busy} onClick={create}>
        {busy ? t("newChat.creating") : t("newChat.create")}
      </Button>
    </>
  );
  return (
    <>
      <Dialog
        size="form"
        title={t("newChat.title")}
        footer={footer}
        onClose={leave}
        onSubmit={create}
        inline={inline}
      >
        <div class="sheet">
          {problem && <FieldNote id="new-chat-problem" error text={problem} />}
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
          <MessageField
            onChange={setBody}
            onSubmit={create}
            error={tried && missing.body ? t("newChat.bodyMissing") : undefined}
          />
          <RemindersRow setting={reminder} onChange={setReminder} />
          <TasksRow tasks={tasks} onChange={setTasks} />
        </div>
      </Dialog>
      {asking && (
        <ConfirmDialog
          title={t("newChat.leave")}
          verb={t("newChat.leaveVerb")}
          danger
          onConfirm={onClose}
          onCancel={() => setAsking(false)}
        >
          {t("newChat.leaveWhy")}
        </ConfirmDialog>
      )}
    </>
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
  return account && !account.canReceive ? t("thread.noLogin", { account: account.account.name }) : undefined;
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

interface MessageFieldProps {
  readonly error: string | undefined;
  readonly onChange: (body: BodyDoc) => void;
  readonly onSubmit: () => void;
}

function MessageField({ error, onChange, onSubmit }: MessageFieldProps): JSX.Element {
  const id = useId();
  const editor = useRef<EditorHandle | null>(null);
  const [toolbar, setToolbar] = useState<ToolbarState>();
  return (
    <div class="sheet__message">
      <div class={error ? "composer composer--error" : "composer"}>
        <FormatBar editor={editor} state={toolbar} />
        <div class="composer__text composer__text--tall">
          <EditorField
            body={null}
            docKey="new"
            label={t("newChat.message")}
            placeholder={t("newChat.messagePlaceholder")}
            lang={language.value}
            onReady={(handle) => {
              editor.current = handle;
            }}
            onToolbar={setToolbar}
            onChange={onChange}
            onSubmit={onSubmit}
          />
        </div>
      </div>
      {error && <FieldNote id={id} error text={error} />}
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

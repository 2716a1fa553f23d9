// Starting a thread: to whom, from which template, subject, message, reminders, tasks. Cancel creates nothing; leaving it dirty
// asks (TH-6), and so does a template that would take the place of what was written.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { AccountSearch } from "../accounts/AccountSearch.tsx";
import type { AccountChoice } from "../accounts/models.ts";
import type { ChatWriting } from "../core/begun_chats.ts";
import { oneLine, saysNothing } from "../core/blank.ts";
import type { Id, Link, Template } from "../core/protocol.gen.ts";
import { plainText } from "../core/threads.ts";
import type { DraftFiles } from "../documents/draft_files.ts";
import { format, t } from "../i18n/index.ts";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { ClockIcon, EnterIcon } from "../kit/icons.tsx";
import { bodyOf, isBlank, trimmed } from "../messages/body_text.ts";
import type { BodyDoc } from "../messages/models.ts";
import { modifier } from "../messages/writing/FormatBar.tsx";
import type { ReminderSetting } from "../reminders/RemindersPanel.tsx";
import { type Resolve, useResolving } from "../shortcodes/resolving.ts";
import { Says } from "../shortcodes/Says.tsx";
import { reminderOf } from "../templates/listed.ts";
import type { NewChatDraft } from "./models.ts";
import { NewChatForm } from "./NewChatForm.tsx";
import { RemindersRow, SheetRow, SubjectRow, TasksRow } from "./sheet.tsx";
import { MessageRow, TemplateRow } from "./staff_rows.tsx";

export interface NewChatDialogProps {
  readonly accounts: readonly AccountChoice[] | undefined;
  /** Already chosen when opened from an account. */
  readonly account?: AccountChoice;
  /** Those of the firm, as they are to be listed. */
  readonly templates?: readonly Template[];
  /** Begin with it. */
  readonly template?: Template | undefined;
  /** What was written before. */
  readonly begun?: ChatWriting | undefined;
  readonly onWritten?: (writing: ChatWriting) => void;
  /** The firm's default. */
  readonly reminder: ReminderSetting;
  readonly busy?: boolean;
  /** Why the last try was refused. */
  readonly problem?: string | undefined;
  readonly inline?: boolean;
  /** What a text says with the values of its shortcodes. */
  readonly resolve?: Resolve;
  /** Those that go with the first message; absent for whoever may attach none. `onReady` is told what creates it, which is to be
   *  done once they are saved. */
  readonly files?: DraftFiles | undefined;
  readonly linksOf?: ((accountId: Id) => readonly Link[] | undefined) | undefined;
  readonly onReady?: (create: () => void) => void;
  /** Another account was chosen. */
  readonly onAccount?: (accountId: Id | undefined) => void;
  readonly onAccountQuery: (query: string) => void;
  readonly onCreate: (draft: NewChatDraft) => void;
  /** It is to be created at a later time: absent where that is what `onCreate` asks for, too. */
  readonly onLater?: ((draft: NewChatDraft) => void) | undefined;
  /** On the button that creates it, and what it is called, where it isn't a new one. */
  readonly verb?: string | undefined;
  readonly title?: string | undefined;
  readonly onClose: () => void;
}

type Written = Pick<NewChatDraft, "subject" | "tasks"> & { readonly body: BodyDoc | null };

const NOTHING: Written = { subject: "", body: null, tasks: [] };

export function NewChatDialog(props: NewChatDialogProps): JSX.Element {
  const { accounts, templates = [], busy, problem, inline = false, files, onCreate, onClose } = props;
  const { begun } = props;
  const [account, setAccount] = useState(props.account);
  const [templateId, setTemplateId] = useState(props.template?.id ?? begun?.templateId);
  const [filled, setFilled] = useState(props.template ? writtenBy(props.template) : NOTHING);
  const [written, setWritten] = useState(begun ? writtenBy(begun) : filled);
  const [reminder, setReminder] = useState(
    props.template?.reminder ? reminderOf(props.template) : (begun?.reminder ?? props.reminder),
  );
  /** What stands in the editor, and of which text it is. */
  const [text, setText] = useState({ body: written.body, key: "new" });
  const subjectField = useRef<HTMLInputElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current)
      props.onWritten?.({
        ...(account ? { accountId: account.account.id } : {}),
        ...(templateId ? { templateId } : {}),
        ...written,
        ...(same(reminder, props.reminder) ? {} : { reminder }),
      });
    isFirst.current = false;
  }, [account, templateId, written, reminder]);
  const [wanted, setWanted] = useState<Template>();
  const [tried, setTried] = useState(false);
  const { subject, body, tasks } = written;
  // One that was deleted meanwhile is none: what it said stands in the form.
  const template = templates.find(({ id }) => id === templateId);
  const missing = {
    account: account === undefined,
    receive: account?.noReader !== undefined,
    subject: saysNothing(subject),
    body: isBlank(body) && !files?.all.value.length,
  };
  const { resolved, seen } = useResolving(props.resolve, account?.account.id, written);
  const create = async (act = onCreate): Promise<void> => {
    setTried(true);
    if (busy || missing.account || missing.receive || missing.subject || missing.body) return;
    if (!(await seen().catch(() => true))) return; // who can't ask can't create either, and is told why
    if (files?.unsaved) {
      files.sendWhenSaved(false);
      return;
    }
    act({
      accountId: account?.account.id ?? "",
      subject: oneLine(subject),
      body: trimmed(body ?? bodyOf("")),
      tasks,
      reminder,
      attachments: files?.documentIds ?? [],
      ...(template ? { templateId: template.id } : {}),
    });
  };
  const latest = useRef(create);
  latest.current = create;
  useLayoutEffect(() => props.onReady?.(() => void latest.current()), []);
  const fill = (from: Template): void => {
    const next = writtenBy(from);
    setWanted(undefined);
    setTemplateId(from.id);
    setFilled(next);
    setWritten(next);
    setText({ body: next.body, key: from.id });
    if (from.reminder) setReminder(reminderOf(from));
  };
  const choose = (id: string): void => {
    const from = templates.find((one) => one.id === id);
    if (from === undefined) setTemplateId(undefined);
    else if (isEdited(written, filled)) setWanted(from);
    else fill(from);
  };
  return (
    <>
      <NewChatForm
        class="sheet"
        title={props.title ?? t("newChat.title")}
        verb={busy ? t("newChat.creating") : (props.verb ?? t("newChat.create"))}
        dirty={subject !== "" || !isBlank(body) || tasks.length > 0}
        busy={busy}
        problem={problem}
        files={files}
        note={<p class="dialog__note">{account ? audience(account) : ""}</p>}
        hint={
          <>
            <span class="composer__hint" aria-hidden="true">
              {modifier()} <EnterIcon size={14} />
            </span>
            {props.onLater && (
              <IconButton
                icon={ClockIcon}
                label={t("laterChat.title")}
                outlined
                // What is still on its way is saved first.
                disabled={busy || files?.unsaved}
                aria-haspopup="dialog"
                onClick={() => void create(props.onLater)}
              />
            )}
          </>
        }
        inline={inline}
        onCreate={() => void create()}
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
            onDone={() => subjectField.current?.focus()}
            onChoose={(next) => {
              setAccount(next);
              props.onAccount?.(next?.account.id);
            }}
          />
        </SheetRow>
        <TemplateRow templates={templates} chosen={template?.id} onChoose={choose} />
        <SubjectRow
          field={subjectField}
          first={props.account !== undefined}
          subject={subject}
          error={tried && missing.subject ? t("newChat.subjectMissing") : undefined}
          onChange={(next) => setWritten((now) => ({ ...now, subject: next }))}
        />
        <Says text={written} resolved={resolved} reader={account?.readers[0]} />
        <MessageRow
          body={text.body}
          docKey={text.key}
          missing={tried && missing.body}
          onChange={(next) => setWritten((now) => ({ ...now, body: next }))}
          onSubmit={() => void create()}
          // In whose folders they are saved has to be known.
          files={account && files}
          linksOf={props.linksOf}
        />
        <RemindersRow setting={reminder} onChange={setReminder} />
        <TasksRow tasks={tasks} onChange={(next) => setWritten((now) => ({ ...now, tasks: next }))} />
      </NewChatForm>
      {wanted && (
        <ConfirmDialog
          title={t("newChat.refill")}
          verb={t("newChat.refillVerb")}
          danger
          onConfirm={() => fill(wanted)}
          onCancel={() => setWanted(undefined)}
        >
          {t("newChat.refillWhy", { name: wanted.name })}
        </ConfirmDialog>
      )}
    </>
  );
}

function same(a: ReminderSetting, b: ReminderSetting): boolean {
  return (
    a.enabled === b.enabled && a.days === b.days && a.number === b.number && a.after_last === b.after_last
  );
}

function writtenBy({ subject, body, tasks = [] }: Template | Written): Written {
  return { subject, body, tasks };
}

/** Somebody has written what no template says. */
function isEdited(written: Written, filled: Written): boolean {
  if (isBlank(written.body) && written.subject === "" && written.tasks.length === 0) return false;
  return plain(written) !== plain(filled);
}

/** Told apart by what it says: an editor writes out what a body may leave out. */
function plain({ subject, body, tasks }: Written): string {
  return JSON.stringify([subject, tasks, body && plainText(body)]);
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

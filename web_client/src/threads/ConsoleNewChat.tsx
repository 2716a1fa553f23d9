// Starting a thread, fed from the desk: accounts by what is typed, and one key for all tries.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { AccountChoice } from "../accounts/models.ts";
import { noReader, readersOf } from "../accounts/reachable.ts";
import type { Desk } from "../console/desk.ts";
import { insist } from "../core/api.ts";
import type { BegunChat, ChatWriting } from "../core/begun_chats.ts";
import { oneLine } from "../core/blank.ts";
import type { DraftFile } from "../core/drafts.ts";
import type { Account, Id, Me, ScheduledChat, Template } from "../core/protocol.gen.ts";
import { useCustomFields } from "../custom_fields/kept.ts";
import { useBegun } from "../documents/begun.ts";
import { t } from "../i18n/index.ts";
import { scheduleChat } from "../scheduled_chats/schedule.ts";
import type { LaterDialogProps } from "../scheduled_sends/LaterDialog.tsx";
import { lazy } from "../shell/lazy.tsx";
import { go } from "../shell/router.ts";
import { attempt } from "../shell/toasts.ts";
import { templatesOf } from "../templates/listed.ts";
import { useBeginning, useNewChat } from "./begin.ts";
import type { NewChatDraft } from "./models.ts";
import { NewChatDialog } from "./NewChatDialog.tsx";

const LaterDialog = lazy<LaterDialogProps>(
  async () => (await import("../scheduled_sends/LaterDialog.tsx")).LaterDialog,
);

const ASK_AFTER_MS = 200;
const ASK_AGAIN_MS = 2_000;

export interface NewChatProps {
  readonly desk: Desk;
  /** Begin with it. */
  readonly template?: Template | undefined;
  /** One that is to be created later, and is changed. */
  readonly scheduled?: ScheduledChat | undefined;
}

export function NewChat(props: NewChatProps): JSX.Element | null {
  const { desk, template, scheduled } = props;
  const { client } = desk;
  // With a template it is something new: what was begun before waits. What is scheduled is kept by the server.
  const draft = useNewChat(client, scheduled ? "unkept" : template ? "afresh" : "last");
  const [begun, setBegun] = useState<Begun>();
  useEffect(() => {
    if (draft)
      void attempt(async () => setBegun(await begunOf(desk, scheduled, draft.kept))).then((had) => {
        if (!had) desk.newChat.value = undefined;
      });
  }, [draft]);
  return draft && begun ? <Writing {...props} draft={draft} begun={begun} /> : null;
}

/** What a form begins with. */
interface Begun {
  readonly account: Account | undefined;
  readonly reminder: { readonly days: number; readonly number: number };
  readonly written: Written | undefined;
}

type Written = ChatWriting & { readonly files: readonly DraftFile[] };

async function begunOf(
  desk: Desk,
  scheduled: ScheduledChat | undefined,
  kept: Written | undefined,
): Promise<Begun> {
  const written = scheduled ? await writtenIn(desk, scheduled) : kept;
  const accountId = written?.accountId;
  const [reminder, account] = await Promise.all([
    firmDefault(desk),
    accountId === undefined
      ? undefined
      : // Nobody to write to any more, or not to be had now: it is chosen anew.
        desk.client.api.call("account.read", { account_id: accountId }).catch(() => undefined),
  ]);
  return { reminder, account, written };
}

/** What is scheduled, as it is written; its documents as far as they are there. */
async function writtenIn(desk: Desk, scheduled: ScheduledChat): Promise<Written> {
  const { account, template_id, subject, body, tasks = [], reminder, attachments = [] } = scheduled;
  const documents =
    attachments.length > 0
      ? (await insist(() => desk.client.api.call("document.get", { document_ids: [...attachments] })))
          .documents
      : [];
  return {
    accountId: account.id,
    ...(template_id ? { templateId: template_id } : {}),
    subject,
    body,
    tasks,
    reminder: { ...NO_REMINDER, ...reminder },
    files: documents.map(({ id, name, size }) => ({ key: id, name, size, document_id: id })),
  };
}

const NO_REMINDER = { enabled: false, days: 3, number: 1 };

interface WritingProps extends NewChatProps {
  readonly draft: BegunChat;
  readonly begun: Begun;
}

function Writing({ desk, template, scheduled, draft, begun }: WritingProps): JSX.Element {
  const { client } = desk;
  const [later, setLater] = useState<NewChatDraft>();
  const [accounts, setAccounts] = useState<readonly AccountChoice[]>();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const asked = useRef<string | undefined>("");
  const query = (text: string): void => {
    asked.current = text;
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => {
        client.api.call("account.list", { search: oneLine(text), limit: 20 }).then(
          (page) => {
            for (const { id, links: people } of page.accounts) links.current.set(id, people);
            if (asked.current === text) setAccounts(page.accounts.map(choiceOf));
          },
          () => {
            // The list says that it is being fetched, and so it is.
            if (asked.current === text) timer.current = setTimeout(() => query(text), ASK_AGAIN_MS);
          },
        );
      },
      text === "" ? 0 : ASK_AFTER_MS,
    );
  };
  useEffect(() => client.keep("template"), []);
  useCustomFields(client);
  useEffect(() => {
    query("");
    return () => {
      asked.current = undefined;
      clearTimeout(timer.current);
    };
  }, []);
  const close = (): void => {
    desk.newChat.value = undefined;
  };
  const account = useRef<Id | undefined>(begun.account?.id);
  const ready = useRef((): void => undefined);
  const links = useRef(new Map(begun.account ? [[begun.account.id, begun.account.links]] : []));
  const files = useBegun(
    desk.attaching,
    () => account.current,
    () => ready.current(),
    undefined,
    { kept: keptFiles(begun), keep: (kept) => draft.attach(kept) },
  );
  const { busy, problem, begin } = useBeginning(client, draft, (threadId) => {
    desk.toWrite = threadId;
    close();
    go(desk.hrefOf(threadId));
  });
  const create = ({ accountId, tasks, templateId, attachments, ...said }: NewChatDraft): Promise<void> =>
    begin({
      ...said,
      account_id: accountId,
      ...(templateId ? { template_id: templateId } : {}),
      ...(attachments.length > 0 ? { attachments } : {}),
      tasks: tasks.map((text, index) => ({ text, client_task_id: `${draft.key.slice(0, 24)}-${index}` })),
    });
  const schedule = async (at: number): Promise<boolean> => {
    const taken = later !== undefined && (await scheduleChat(client, draft, later, at, scheduled?.id));
    if (taken) close();
    return taken;
  };
  return (
    <>
      <NewChatDialog
        accounts={accounts}
        templates={templatesOf(client.state.value)}
        template={template}
        {...(begun.account ? { account: choiceOf(begun.account) } : {})}
        begun={begun.written}
        onWritten={(writing) => draft.put(writing)}
        reminder={{ enabled: false, ...begun.reminder }}
        busy={busy}
        problem={problem}
        resolve={desk.resolve}
        files={desk.attaching.may.value ? files : undefined}
        linksOf={(id) => links.current.get(id)}
        onReady={(act) => {
          ready.current = act;
        }}
        onAccount={(id) => {
          account.current = id;
          files?.moved();
        }}
        onAccountQuery={query}
        onCreate={(said) => (scheduled ? setLater(said) : void create(said))}
        onLater={scheduled ? undefined : setLater}
        title={scheduled && t("laterChat.edit")}
        verb={scheduled && t("later.schedule")}
        onClose={() => {
          files?.giveUp();
          draft.end();
          close();
        }}
      />
      {later && (
        <LaterDialog
          begins
          at={scheduled && !scheduled.stopped ? scheduled.due_at : undefined}
          zone={desk.me.value.firm.time_zone ?? ""}
          onChoose={schedule}
          onClose={() => setLater(undefined)}
        />
      )}
    </>
  );
}

/** Documents are of the account that they were saved for. */
function keptFiles({ written, account }: Begun): readonly DraftFile[] {
  const files = written?.files ?? [];
  return account ? files : files.filter(({ document_id }) => document_id === undefined);
}

function choiceOf(account: Account): AccountChoice {
  const readers = readersOf(account);
  const why = noReader(account);
  return {
    account: { id: account.id, name: account.name, shortId: account.short_id },
    people: account.links.map((link) => link.name),
    readers: readers.map((link) => link.name),
    mailed: readers.filter((link) => link.notify).map((link) => link.name),
    ...(why ? { noReader: why } : {}),
  };
}

/** What the firm chose for new threads; those who may not read the settings get the product's default. */
async function firmDefault(desk: Desk): Promise<{ days: number; number: number }> {
  const products = { days: 3, number: 1 };
  const role: Me["role"] = desk.me.value.role;
  if (role === "employee") return products;
  try {
    const { settings } = await insist(() => desk.client.api.call("firm.read", {}));
    return {
      days: settings.reminder_days ?? products.days,
      number: settings.reminder_number ?? products.number,
    };
  } catch {
    return products; // away for longer: the form says which reminders there will be, and they can be changed
  }
}

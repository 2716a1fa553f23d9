// The three tabs beside a thread, fed from the desk.

import "../tasks/tasks.css";
import "./panel_tabs.css";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { AccountDetails } from "../accounts/AccountDetails.tsx";
import { InfoPanel } from "../accounts/InfoPanel.tsx";
import type { Desk } from "../console/desk.ts";
import { ContactDetails } from "../contacts/ContactDetails.tsx";
import { insist } from "../core/api.ts";
import { newKey } from "../core/keys.ts";
import type { AuditRow, Id, ReminderView } from "../core/protocol.gen.ts";
import { fieldsOf, useCustomFields } from "../custom_fields/kept.ts";
import { facts } from "../custom_fields/values.ts";
import { t } from "../i18n/index.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { tryAgain } from "../letters/retry.ts";
import { RemindersPanel } from "../reminders/RemindersPanel.tsx";
import { attempt, say } from "../shell/toasts.ts";
import { TasksPanel } from "../tasks/TasksPanel.tsx";
import { changeView } from "../tasks/trail.ts";
import { infoView, managesAccounts, reminderView } from "./panels.ts";

interface TabProps {
  readonly desk: Desk;
  readonly threadId: Id;
}

export function TasksTab({ desk, threadId }: TabProps): JSX.Element {
  const { api, state } = desk.client;
  const thread = state.value.opened[threadId];
  const trail = useTrail(desk, threadId);
  const tasks = desk.ticks.shown(thread?.tasks ?? []);
  return (
    <TasksPanel
      view={{ tasks, changes: trail.map(changeView) }}
      onAdd={(text) => void desk.addTask(threadId, text)}
      onTick={(id, done) => void desk.ticks.set(threadId, id, done)}
      onEdit={(task_id, text) =>
        void attempt(() => api.call("task.edit", { thread_id: threadId, task_id, text }))
      }
      onMove={(task_id, before) => {
        const place = before === null ? {} : { before_id: before };
        void attempt(() => api.call("task.move", { thread_id: threadId, task_id, ...place }));
      }}
      onDelete={(task_id) => void attempt(() => api.call("task.delete", { thread_id: threadId, task_id }))}
    />
  );
}

/** A change is in the trail once its event comes; several that come together are asked for at once. */
const ASK_AFTER_MS = 300;

/** The thread's trail, newest first; as good as absent while it can't be had. */
function useTrail(desk: Desk, threadId: Id): readonly AuditRow[] {
  const [rows, setRows] = useState<readonly AuditRow[]>();
  const { head, staff } = desk.client.state.value.rows.get(threadId) ?? {};
  useEffect(() => {
    if (head === undefined) return;
    let wanted = true;
    const timer = setTimeout(
      () => {
        desk.client.api.call("audit.list", { thread_id: threadId }).then(
          (page) => wanted && setRows(page.rows),
          () => undefined, // shown as it was; the next change asks again
        );
      },
      rows === undefined ? 0 : ASK_AFTER_MS,
    );
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [threadId, head, staff?.notes_head]);
  return rows ?? [];
}

const LOOK_MS = 5_000;

/** A number that grows while somebody looks at the page: what becomes of a letter may be told in no stream that a window
 *  follows (an invitation, another colleague's try), so a tab that shows it asks again. */
function useLooks(): number {
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") setLooks((before) => before + 1);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return looks;
}

export function RemindersTab({ desk, threadId }: TabProps): JSX.Element {
  const { client, directory } = desk;
  const row = client.state.value.rows.get(threadId);
  const accountId = row?.account.id;
  const live = row?.staff?.reminder;
  // What became of letters is told in the notes.
  const settled = client.state.value.opened[threadId]?.notes.findLast(
    ({ event }) => event.type === "reminder.settled" || event.type === "reminder.sent",
  )?.seq;
  const look = useLooks();
  const [view, setView] = useState<ReminderView>();
  const [sending, setSending] = useState(false);
  const key = useRef("");
  useEffect(() => {
    if (accountId === undefined) return;
    let wanted = true;
    const timer = setTimeout(
      () => {
        // Both: why nobody is reminded stands in the account.
        const reading = insist(() => client.api.call("reminder.read", { thread_id: threadId }));
        Promise.all([reading, directory.loadAccount(accountId)]).then(
          ([read]) => wanted && setView(read),
          () => undefined, // shown as it was; the next change reads again
        );
      },
      view === undefined ? 0 : 300,
    );
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [threadId, accountId, live, settled, look]);
  if (view === undefined) return <Skeleton kind="rows" count={3} />;
  return (
    <RemindersPanel
      view={reminderView(view, undefined, sending, directory.account(accountId))}
      archived={row?.state === "archived"}
      onSave={(setting) =>
        void attempt(async () => {
          setView(await client.api.call("reminder.set", { thread_id: threadId, ...setting }));
        })
      }
      onRetry={(letterIds) =>
        void attempt(async () => {
          await tryAgain(client.api, accountId ?? "", letterIds);
          setView(await client.api.call("reminder.read", { thread_id: threadId }));
        })
      }
      onRemindNow={async () => {
        setSending(true);
        // The same key until it is certain: a retry must not send twice (RM-11).
        key.current ||= newKey();
        const done = await attempt(async () => {
          setView(
            await client.api.call("reminder.send", { thread_id: threadId, client_message_id: key.current }),
          );
        });
        setSending(false);
        if (!done) return;
        key.current = "";
        say(t("toast.reminded"), { icon: "bell" });
      }}
    />
  );
}

export function InfoTab({ desk, threadId }: TabProps): JSX.Element {
  const { client, directory } = desk;
  const state = client.state.value;
  const row = state.rows.get(threadId);
  const account = directory.account(row?.account.id);
  const accountId = row?.account.id;
  const look = useLooks();
  const fields = useCustomFields(client);
  useEffect(() => {
    if (accountId !== undefined) void desk.loadAccount(accountId);
  }, [accountId, look]);
  if (row === undefined || account === undefined) return <Skeleton kind="rows" count={3} />;
  const ofAccounts = fieldsOf(fields, "account");
  const closeOver = (): void => {
    desk.over.value = null;
  };
  const name = (id: Id): string => account.links.find((link) => link.contact_id === id)?.name ?? "";
  const change = (act: () => Promise<unknown>): Promise<boolean> =>
    attempt(async () => {
      await act();
      await directory.loadAccount(account.id);
    });
  return (
    <InfoPanel
      view={{
        ...infoView(account, row, state, directory.staff.value),
        custom: facts(ofAccounts, account.custom),
        canFill: ofAccounts.length > 0 && managesAccounts(state.me),
      }}
      onFill={() => {
        desk.over.value = <AccountDetails desk={desk} account={account} onClose={closeOver} />;
      }}
      onFollow={(following) =>
        void attempt(async () => {
          directory.put(await client.api.call("account.follow", { account_id: account.id, following }));
        })
      }
      onLogin={(contact_id, login) =>
        void change(() => client.api.call("link.update", { account_id: account.id, contact_id, login }))
      }
      onNotify={(contact_id, notify) =>
        void change(() => client.api.call("link.update", { account_id: account.id, contact_id, notify }))
      }
      onCorrect={(contactId) => {
        desk.contact.value = { accountId: account.id, contactId };
      }}
      onDetails={(contactId) => {
        desk.over.value = (
          <ContactDetails client={client} accountId={account.id} contactId={contactId} onClose={closeOver} />
        );
      }}
      onRetry={(letterIds) => void change(() => tryAgain(client.api, account.id, letterIds))}
      onInvite={async (contact_id) => {
        const sent = await change(() =>
          client.api.call("invitation.send", { account_id: account.id, contact_id }),
        );
        if (sent) say(t("toast.invited", { name: name(contact_id) }), { icon: "check" });
      }}
    />
  );
}

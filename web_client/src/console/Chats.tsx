// The chats: list, thread and panel, fed from the desk.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { rowView } from "../core/views/rows.ts";
import { lazy } from "../shell/lazy.tsx";
import { go } from "../shell/router.ts";
import type { ThreadListView } from "../ui/models.ts";
import { Panel } from "../ui/screens/Panel.tsx";
import { ThreadList } from "../ui/screens/ThreadList.tsx";
import { NoThread, ThreadView } from "../ui/screens/ThreadView.tsx";
import { type Desk, hrefOf } from "./desk.ts";

const TasksTab = lazy(async () => (await import("./panels.tsx")).TasksTab);
const RemindersTab = lazy(async () => (await import("./panels.tsx")).RemindersTab);
const InfoTab = lazy(async () => (await import("./panels.tsx")).InfoTab);

export function ChatList({ desk }: { readonly desk: Desk }): JSX.Element {
  const { lists, client, directory } = desk;
  const query = lists.query.value;
  const list = lists.state.value;
  const state = client.state.value;
  const drafts = client.drafts?.begun.value;
  const selectedId = desk.threadId.value;
  const view: ThreadListView = {
    tab: query.state,
    filter: query.only,
    search: query.search,
    activeCount: lists.counts.value.active,
    unreadCount: lists.counts.value.unread,
    rows: lists.rows.value.map((row) =>
      rowView(row, state, { staff: directory.staff.value, ...(drafts ? { drafts } : {}) }),
    ),
    state: list.state,
    more: list.next !== undefined,
    ...(selectedId ? { selectedId } : {}),
  };
  const search = useLater((text: string) => lists.show({ ...lists.query.value, search: text }));
  return (
    <ThreadList
      view={view}
      hrefOf={hrefOf}
      onOpen={(id) => go(hrefOf(id))}
      onNew={() => {
        desk.newChat.value = true;
      }}
      onTab={(tab) => lists.show({ ...query, state: tab })}
      onFilter={(only) => lists.show({ ...lists.query.value, only })}
      onSearch={(text) => {
        lists.query.value = { ...lists.query.value, search: text };
        search(text);
      }}
      onMore={() => void lists.load(true)}
      onRetry={() => void lists.load()}
    />
  );
}

const SEARCH_AFTER_MS = 250;

/** The same function, once the calls have paused. */
function useLater<T>(act: (value: T) => void): (value: T) => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (value) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => act(value), SEARCH_AFTER_MS);
  };
}

export function ChatThread({ desk }: { readonly desk: Desk }): JSX.Element {
  const { thread, client } = desk;
  const first = useRef(true);
  const view = thread.view.value;
  const id = view?.header.id;
  useEffect(() => {
    if (id !== undefined) first.current = false;
  }, [id]);
  if (view === undefined || id === undefined) return <NoThread />;
  const accountId = client.state.value.rows[id]?.account.id;
  const lastWord = desk.lastWord(id);
  return (
    <ThreadView
      view={view}
      meId={desk.me.value.person.id}
      focusHeading={!first.current}
      people={desk.mentionable(accountId)}
      staff={desk.choices(accountId)}
      onStaffNeeded={() => desk.needStaff(accountId)}
      onAssign={(staffId) => void desk.assign(id, staffId)}
      onArchive={(archived) => void desk.archive(id, archived)}
      onRename={(subject) => void desk.rename(id, subject)}
      onUnread={lastWord === undefined ? undefined : () => void desk.markUnread(id, lastWord)}
      onPanel={(tab) => {
        if (tab) desk.panel.value = tab;
        desk.panelOpen.value = true;
      }}
      onBack={() => go("/console")}
      onSend={({ body, internal, quoteKey }) => thread.onSend(body, internal, quoteKey)}
      onDraft={thread.onDraft}
      onTyping={thread.onTyping}
      onQuoteRemove={thread.onQuoteRemove}
      onOlder={thread.onOlder}
      onSeen={thread.onSeen}
      onReload={thread.onReload}
      onReply={thread.onReply}
      onRetry={thread.onRetry}
      onDiscard={thread.onDiscard}
    />
  );
}

export function ChatPanel({ desk }: { readonly desk: Desk }): JSX.Element | null {
  const id = desk.threadId.value;
  const row = id === null ? undefined : desk.client.state.value.rows[id];
  if (id === null || row === undefined) return null;
  const tab = desk.panel.value;
  return (
    <Panel
      tab={tab}
      onTab={(next) => {
        desk.panel.value = next;
      }}
      tasksDone={row.tasks_done ?? 0}
      tasksTotal={row.tasks_total ?? 0}
      onClose={() => {
        desk.panelOpen.value = false;
      }}
    >
      {tab === "tasks" && <TasksTab desk={desk} threadId={id} />}
      {tab === "reminders" && <RemindersTab key={id} desk={desk} threadId={id} />}
      {tab === "info" && <InfoTab key={id} desk={desk} threadId={id} />}
    </Panel>
  );
}

// The chats: list, thread and panel, fed from the desk.

import type { JSX } from "preact";
import { type Desk, listed } from "../console/desk.ts";
import type { DocumentsTabProps } from "../documents/DocumentsTab.tsx";
import type { ReplyButtonProps } from "../saved_replies/ReplyButton.tsx";
import { SCHEDULED } from "../scheduled_chats/place.ts";
import type { LaterProps } from "../scheduled_sends/Later.tsx";
import { lazy } from "../shell/lazy.tsx";
import { go, hasMoved } from "../shell/router.ts";
import { useStaffChoices } from "../staff/choices.ts";
import { actsOn } from "./acts.tsx";
import type { ThreadListView } from "./models.ts";
import { useReturning } from "./opening.ts";
import { Panel } from "./Panel.tsx";
import { rowView } from "./rows.ts";
import { useSearch } from "./searching.ts";
import { snoozeText } from "./snoozing.ts";
import { ThreadList } from "./ThreadList.tsx";
import { NoThread, ThreadView } from "./ThreadView.tsx";

const tools = () => import("./ComposerTools.tsx");
const Tools = lazy<ReplyButtonProps>(async () => (await tools()).ComposerTools);
const Later = lazy<LaterProps>(async () => (await tools()).Later);
const TasksTab = lazy(async () => (await import("./ConsolePanels.tsx")).TasksTab);
const DocumentsTab = lazy<DocumentsTabProps>(
  async () => (await import("../documents/DocumentsTab.tsx")).DocumentsTab,
);
const RemindersTab = lazy(async () => (await import("./ConsolePanels.tsx")).RemindersTab);
const InfoTab = lazy(async () => (await import("./ConsolePanels.tsx")).InfoTab);

export function ChatList({ desk }: { readonly desk: Desk }): JSX.Element {
  const { lists, client, directory } = desk;
  const query = lists.query.value;
  const list = lists.state.value;
  const state = client.state.value;
  const drafts = client.drafts?.begun.value;
  const selectedId = desk.threadId.value;
  useReturning(selectedId);
  const view: ThreadListView = {
    tab: query.state,
    filter: query.only,
    search: query.search,
    activeCount: lists.counts.value.active,
    unreadCount: lists.counts.value.unread,
    rows: lists.rows.value.map((row) => ({
      ...rowView(row, state, { staff: directory.staff.value, ...(drafts ? { drafts } : {}) }),
      why: snoozeText(row),
    })),
    state: list.state,
    more: list.next !== undefined,
    ...(selectedId ? { selectedId } : {}),
  };
  const search = useSearch(lists);
  return (
    <ThreadList
      view={view}
      hrefOf={desk.hrefOf}
      onOpen={(id) => go(desk.hrefOf(id))}
      onNew={() => {
        desk.newChat.value = {};
      }}
      onScheduled={() => go(SCHEDULED)}
      onTab={listed.state.choose}
      onFilter={listed.only.choose}
      onSearch={search}
      onMore={() => void lists.load(true)}
      onRetry={() => void lists.load()}
    />
  );
}

export function ChatThread({ desk }: { readonly desk: Desk }): JSX.Element {
  const { thread, client } = desk;
  const view = thread.view.value;
  const id = view?.header.id;
  const accountId = id === undefined ? undefined : client.state.value.rows.get(id)?.account.id;
  const [staff, onStaffNeeded] = useStaffChoices(desk, accountId);
  if (view === undefined || id === undefined) return <NoThread />;
  return (
    <ThreadView
      view={view}
      files={thread.files.value}
      linksOf={(id) => desk.directory.account(id)?.links}
      meId={desk.me.value.person.id}
      openedFor={desk.toWrite === id ? "writing" : hasMoved() ? "reading" : undefined}
      people={desk.mentionable(accountId)}
      staff={staff}
      onStaffNeeded={onStaffNeeded}
      onAssign={(staffId) => void desk.assign(id, staffId)}
      onArchive={(archived) => void desk.archive(id, archived)}
      onRename={(subject) => void desk.rename(id, subject)}
      acts={actsOn(client.state.value.rows.get(id), desk)}
      onPanel={(tab) => desk.openPanel(tab)}
      onBack={() => go(desk.chatsHref())}
      onSend={({ body, internal, quoteKey }) => thread.onSend(body, internal, quoteKey)}
      onDraft={thread.onDraft}
      onTyping={thread.onTyping}
      onQuoteRemove={thread.onQuoteRemove}
      tools={(editor) => <Tools desk={desk} editor={editor} />}
      later={(send) => <Later desk={desk} send={send} />}
      resolve={desk.resolve}
      onOlder={thread.onOlder}
      onSeen={thread.onSeen}
      onReload={thread.onReload}
      onReply={thread.onReply}
      onRetry={thread.onRetry}
      onDiscard={thread.onDiscard}
    >
      <Later key={id} desk={desk} />
    </ThreadView>
  );
}

export function ChatPanel({ desk }: { readonly desk: Desk }): JSX.Element | null {
  const id = desk.threadId.value;
  const row = id === null ? undefined : desk.client.state.value.rows.get(id);
  if (id === null || row === undefined) return null;
  const chosen = desk.panel.value;
  const tab = chosen === "documents" && !row.has_documents ? "tasks" : chosen;
  return (
    <Panel
      tab={tab}
      hasDocuments={row.has_documents}
      onTab={desk.choosePanel}
      tasksDone={row.tasks_done ?? 0}
      tasksTotal={row.tasks_total ?? 0}
      onClose={desk.closePanel}
    >
      {tab === "tasks" && <TasksTab key={id} desk={desk} threadId={id} />}
      {tab === "documents" && <DocumentsTab key={id} desk={desk} threadId={id} />}
      {tab === "reminders" && <RemindersTab key={id} desk={desk} threadId={id} />}
      {tab === "info" && <InfoTab key={id} desk={desk} threadId={id} />}
    </Panel>
  );
}

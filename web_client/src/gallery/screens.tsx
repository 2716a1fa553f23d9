// Whole screens with made-up views, one per address.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { InfoPanel } from "../accounts/InfoPanel.tsx";
import { type Column, ConsoleLayout } from "../console/ConsoleLayout.tsx";
import type { Place } from "../console/Rail.tsx";
import { ContactDialog } from "../contacts/ContactDialog.tsx";
import { InboxPage } from "../inbox/InboxPage.tsx";
import { PortalHome } from "../portal/PortalHome.tsx";
import { PortalLayout, type PortalPlace } from "../portal/PortalLayout.tsx";
import { RemindersPanel } from "../reminders/RemindersPanel.tsx";
import { AccountPage } from "../sessions/AccountPage.tsx";
import { TasksPage } from "../tasks/TasksPage.tsx";
import { TasksPanel } from "../tasks/TasksPanel.tsx";
import { ContactNewChat } from "../threads/ContactNewChat.tsx";
import type { ThreadView as View } from "../threads/models.ts";
import { NewChatDialog } from "../threads/NewChatDialog.tsx";
import { Panel, type PanelTab } from "../threads/Panel.tsx";
import { PortalChats } from "../threads/PortalChats.tsx";
import { PortalThread } from "../threads/PortalThread.tsx";
import { SnoozeDialog } from "../threads/SnoozeDialog.tsx";
import { ThreadList } from "../threads/ThreadList.tsx";
import { NoThread, ThreadView } from "../threads/ThreadView.tsx";
import { WidgetPanel } from "../widget/WidgetPanel.tsx";
import * as cast from "./cast.ts";
import { Parts } from "./Parts.tsx";

const nothing = (): void => undefined;
const online = { state: "online" } as const;

const threadView: View = {
  header: cast.header,
  entries: cast.entries,
  unreadFrom: "m3",
  typing: ["Petra"],
  draft: { body: null, internal: false },
  receivers: ["Petra"],
  state: "ready",
  older: false,
};

function Console(props: {
  readonly place?: Place;
  readonly tab?: PanelTab;
  readonly column?: Column;
  readonly extra?: JSX.Element;
  readonly page?: JSX.Element;
  readonly thread?: JSX.Element;
}): JSX.Element {
  const [tab, setTab] = useState<PanelTab>(props.tab ?? "reminders");
  const [column, setColumn] = useState<Column>(props.column ?? "thread");
  const [open, setOpen] = useState(props.column === "panel");
  return (
    <ConsoleLayout
      rail={{
        me: cast.me,
        place: props.place ?? "chats",
        inboxCount: 10,
        unreadCount: 4,
        hrefOf: (place) => `#${place}`,
        onGo: nothing,
        onLogout: nothing,
      }}
      connection={online}
      onRetry={nothing}
      toast={undefined}
      onToastDone={nothing}
      column={column}
      panelOpen={open}
      onPanelClose={() => {
        setOpen(false);
        setColumn("thread");
      }}
      {...(props.page
        ? { page: props.page }
        : {
            list: <List onOpen={() => setColumn("thread")} />,
            thread: props.thread ?? (
              <Thread
                onBack={() => setColumn("list")}
                onPanel={(to) => {
                  if (to) setTab(to);
                  setOpen(true);
                  setColumn("panel");
                }}
              />
            ),
            panel: (
              <Panel tab={tab} onTab={setTab} tasksDone={2} tasksTotal={5} onClose={() => setOpen(false)}>
                {panels[tab]}
              </Panel>
            ),
          })}
    >
      {props.extra}
    </ConsoleLayout>
  );
}

const panels: Record<PanelTab, JSX.Element> = {
  tasks: (
    <TasksPanel
      view={{
        tasks: cast.tasks,
        changes: [
          {
            key: "1",
            at: cast.at("12-01T09:48"),
            change: {
              event: { type: "task.completed", task_id: "t1" },
              actor: "Petra",
              text: "Ladda upp bankutdrag sep–nov",
            },
          },
          {
            key: "2",
            at: cast.at("11-27T13:10"),
            change: {
              event: { type: "task.edited", task_id: "t2", text: "Godkänn preliminär resultatrapport" },
              actor: "Anna",
            },
          },
          {
            key: "3",
            at: cast.at("11-25T16:03"),
            change: {
              event: { type: "task.completed", task_id: "t3" },
              actor: "Petra",
              text: "Bekräfta firmatecknare",
            },
          },
        ],
      }}
      onAdd={nothing}
      onTick={nothing}
      onEdit={nothing}
      onMove={nothing}
      onDelete={nothing}
    />
  ),
  reminders: (
    <RemindersPanel
      view={cast.reminder}
      archived={false}
      onSave={nothing}
      onRemindNow={nothing}
      onRetry={nothing}
    />
  ),
  info: (
    <InfoPanel
      view={{
        account: cast.holm,
        contacts: [
          { person: cast.petra, email: "petra@holmbygg.se", login: true, notify: true, state: "activated" },
          cast.refused,
        ],
        staff: [cast.anna, cast.sofia],
        following: true,
        createdAt: cast.at("11-20T09:00"),
        createdBy: "Anna Lindberg",
        canManage: true,
      }}
      onFollow={nothing}
      onLogin={nothing}
      onNotify={nothing}
      onInvite={nothing}
      onRetry={nothing}
      onCorrect={nothing}
    />
  ),
};

function List({ onOpen = nothing }: { readonly onOpen?: () => void }): JSX.Element {
  const [search, setSearch] = useState("");
  return (
    <ThreadList
      view={{
        tab: "active",
        filter: "mine",
        search,
        activeCount: 38,
        unreadCount: 4,
        rows: cast.rows,
        selectedId: "t1",
        state: "ready",
        more: true,
      }}
      hrefOf={(id) => `#${id}`}
      onOpen={onOpen}
      onNew={nothing}
      onTab={nothing}
      onFilter={nothing}
      onSearch={setSearch}
      onMore={nothing}
      onRetry={nothing}
    />
  );
}

function Thread({
  onBack = nothing,
  onPanel = nothing,
  view = threadView,
}: {
  readonly onBack?: () => void;
  readonly onPanel?: (tab?: "reminders") => void;
  readonly view?: View;
}): JSX.Element {
  return (
    <ThreadView
      view={view}
      meId="an"
      staff={cast.staff}
      people={cast.staff}
      onStaffNeeded={nothing}
      onAssign={nothing}
      onArchive={nothing}
      acts={[]}
      onRename={nothing}
      onPanel={onPanel}
      onBack={onBack}
      onSend={nothing}
      onDraft={nothing}
      onTyping={nothing}
      onQuoteRemove={nothing}
      onOlder={nothing}
      onSeen={nothing}
      onReload={nothing}
      onReply={nothing}
      onRetry={nothing}
      onDiscard={nothing}
    />
  );
}

const accounts = [
  {
    account: cast.vinterhav,
    readers: ["Klara Vinter", "Jens Vinter"],
    mailed: ["Klara Vinter"],
  },
  { account: cast.holm, readers: ["Petra Holm", "Linn Holm"], mailed: ["Petra Holm"] },
  {
    account: cast.account("z", "Aldrig Aktiv AB", "AA1"),
    readers: [],
    mailed: [],
    noReader: "thread.noLogin" as const,
  },
];

function Inbox(): JSX.Element {
  return (
    <InboxPage
      entries={cast.inbox}
      filter="all"
      archived={false}
      state="ready"
      more={false}
      staff={cast.staff}
      hrefOf={(id) => `#${id}`}
      onOpen={nothing}
      onFilter={nothing}
      onArchived={nothing}
      onArchiveRead={nothing}
      onMore={nothing}
      onRetry={nothing}
      onArchive={nothing}
      onAssign={nothing}
      onMailAgain={nothing}
    />
  );
}

function Account({ me }: { readonly me: typeof cast.me }): JSX.Element {
  return (
    <AccountPage
      me={me}
      theme="system"
      languages={["en", "sv"]}
      passwordSent={false}
      onLanguage={nothing}
      onTheme={nothing}
      onPassword={nothing}
      onLogout={nothing}
    />
  );
}

function Portal({
  place,
  thread = false,
  children,
}: {
  readonly place: PortalPlace;
  readonly thread?: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <PortalLayout
      me={cast.contactMe}
      accounts={[cast.holm, cast.vinterhav]}
      accountId="holm"
      place={place}
      unreadCount={2}
      inThread={thread}
      connection={online}
      toast={undefined}
      hrefOf={(to) => `#${to}`}
      onGo={nothing}
      onAccount={nothing}
      onLogout={nothing}
      onRetry={nothing}
      onToastDone={nothing}
    >
      {children}
    </PortalLayout>
  );
}

const contactThread: View = {
  ...threadView,
  header: { ...cast.header, people: [{ ...cast.anna, online: true }, cast.erik] },
  entries: cast.contactEntries,
  typing: ["Anna"],
  receivers: ["Anna"],
};
delete (contactThread as { unreadFrom?: string }).unreadFrom;

function Chats({ open }: { readonly open: boolean }): JSX.Element {
  return (
    <PortalChats
      view={{
        tab: "active",
        activeCount: 4,
        rows: cast.contactRows,
        state: "ready",
        ...(open && { selectedId: "t1" }),
      }}
      canCreate
      hrefOf={(id) => `#${id}`}
      onOpen={nothing}
      onNew={nothing}
      onTab={nothing}
      onMore={nothing}
      onRetry={nothing}
    >
      {open && (
        <PortalThread
          view={contactThread}
          tasks={cast.tasks}
          meId="petr"
          teamOnline
          onBack={nothing}
          onSend={nothing}
          onDraft={nothing}
          onTyping={nothing}
          onTick={nothing}
          onRetry={nothing}
          onDiscard={nothing}
          onOlder={nothing}
          onSeen={nothing}
          onReload={nothing}
        />
      )}
    </PortalChats>
  );
}

function Home({ empty = false }: { readonly empty?: boolean }): JSX.Element {
  const open = cast.tasks.filter((task) => !task.done);
  return (
    <PortalHome
      view={{
        state: "ready",
        asked: [],
        unread: empty ? [] : cast.contactRows.slice(0, 2).map((row) => ({ ...row, tasksTotal: 0 })),
        groups: empty
          ? []
          : [
              { threadId: "t1", subject: "Årsbokslut 2025 – underlag", done: 2, total: 5, tasks: open },
              {
                threadId: "t2",
                subject: "Lönekörning december",
                done: 2,
                total: 3,
                tasks: [
                  {
                    id: "x",
                    text: "Bekräfta semesterdagar för Linn",
                    done: false,
                    dueAt: cast.at("12-12T12:00"),
                  },
                ],
              },
            ],
        elsewhere: [{ account: cast.vinterhav, waiting: 2 }],
      }}
      hrefOf={(id) => `#${id}`}
      onOpen={nothing}
      onTick={nothing}
      onAccount={nothing}
      onRetry={nothing}
    />
  );
}

function Widget({ thread = true }: { readonly thread?: boolean }): JSX.Element {
  return (
    <WidgetPanel
      firm={{ name: "Lindberg & Falk" }}
      teamOnline
      onlineName="Anna"
      state="ready"
      threads={cast.contactRows}
      view={thread ? contactThread : undefined}
      tasks={cast.tasks}
      meId="petr"
      canCreate
      connection={online}
      onOpen={nothing}
      onBack={nothing}
      onClose={nothing}
      onSend={nothing}
      onDraft={nothing}
      onTyping={nothing}
      onTick={nothing}
      onMessageRetry={nothing}
      onMessageDiscard={nothing}
      onReload={nothing}
      onOlder={nothing}
      onSeen={nothing}
      onRetry={nothing}
    />
  );
}

const contact = (
  <ContactDialog
    contact={cast.refused}
    account={cast.holm.name}
    canManage
    busy={false}
    onSave={nothing}
    onRetry={nothing}
    onClose={nothing}
  />
);

const newChat = (
  <NewChatDialog
    accounts={accounts}
    account={accounts[0] as (typeof accounts)[number]}
    reminder={{ enabled: true, days: 3, number: 3 }}
    onAccountQuery={nothing}
    onCreate={nothing}
    onClose={nothing}
  />
);

const snooze = <SnoozeDialog onChoose={nothing} onClose={nothing} />;

const noLogin: View = {
  ...threadView,
  cannotSend: "thread.notAccepted",
  receivers: [],
  entries: cast.entries.slice(0, 3),
};

/** Address to screen. */
export const screens: Readonly<Record<string, () => JSX.Element>> = {
  parts: () => <Parts />,
  console: () => <Console />,
  "console-snooze": () => <Console extra={snooze} />,
  "console-list": () => <Console column="list" />,
  "console-tasks": () => <Console tab="tasks" />,
  "console-panel": () => <Console tab="tasks" column="panel" />,
  "console-info": () => <Console tab="info" column="panel" />,
  "console-empty": () => <Console column="list" thread={<NoThread />} />,
  "console-blocked": () => <Console thread={<Thread view={noLogin} />} />,
  "new-chat": () => <Console extra={newChat} />,
  contact: () => <Console extra={contact} />,
  inbox: () => <Console place="inbox" page={<Inbox />} />,
  tasks: () => (
    <Console
      place="tasks"
      page={
        <TasksPage
          rows={cast.taskRows}
          filter="open"
          mineOnly={false}
          state="ready"
          more={false}
          hrefOf={(id) => `#${id}`}
          onOpen={nothing}
          onTick={nothing}
          onFilter={nothing}
          onMineOnly={nothing}
          onMore={nothing}
          onRetry={nothing}
        />
      }
    />
  ),
  account: () => <Console place="account" page={<Account me={cast.me} />} />,
  "portal-home": () => (
    <Portal place="home">
      <Home />
    </Portal>
  ),
  "portal-nothing": () => (
    <Portal place="home">
      <Home empty />
    </Portal>
  ),
  "portal-chats": () => (
    <Portal place="chats">
      <Chats open={false} />
    </Portal>
  ),
  "portal-thread": () => (
    <Portal place="chats" thread>
      <Chats open />
    </Portal>
  ),
  "portal-new": () => (
    <Portal place="chats">
      <Chats open={false} />
      <ContactNewChat firmName="Lindberg & Falk Redovisning" onCreate={nothing} onClose={nothing} />
    </Portal>
  ),
  "portal-account": () => (
    <Portal place="account">
      <Account me={cast.contactMe as typeof cast.me} />
    </Portal>
  ),
  widget: () => <Widget />,
  "widget-list": () => <Widget thread={false} />,
};

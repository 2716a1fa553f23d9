// Whole screens with made-up views, one per address.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { ThreadView as View } from "../ui/models.ts";
import { AccountPage } from "../ui/screens/AccountPage.tsx";
import { ClientNewChat } from "../ui/screens/ClientNewChat.tsx";
import { type Column, ConsoleLayout } from "../ui/screens/ConsoleLayout.tsx";
import { InboxPage } from "../ui/screens/InboxPage.tsx";
import { InfoPanel } from "../ui/screens/InfoPanel.tsx";
import { LoginPage, type LoginStep } from "../ui/screens/LoginPage.tsx";
import { NewChatDialog } from "../ui/screens/NewChatDialog.tsx";
import { Panel, type PanelTab } from "../ui/screens/Panel.tsx";
import { PortalChats } from "../ui/screens/PortalChats.tsx";
import { PortalHome } from "../ui/screens/PortalHome.tsx";
import { PortalLayout, type PortalPlace } from "../ui/screens/PortalLayout.tsx";
import { PortalThread } from "../ui/screens/PortalThread.tsx";
import type { Place } from "../ui/screens/Rail.tsx";
import { RemindersPanel } from "../ui/screens/RemindersPanel.tsx";
import { TasksPage } from "../ui/screens/TasksPage.tsx";
import { TasksPanel } from "../ui/screens/TasksPanel.tsx";
import { ThreadList } from "../ui/screens/ThreadList.tsx";
import { NoThread, ThreadView } from "../ui/screens/ThreadView.tsx";
import { WidgetPanel } from "../ui/screens/WidgetPanel.tsx";
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
        canEdit: true,
        changes: [
          {
            key: "1",
            at: cast.at("12-01T09:48"),
            change: { kind: "task_completed", actor: "Petra", text: "Ladda upp bankutdrag sep–nov" },
          },
          {
            key: "2",
            at: cast.at("11-27T13:10"),
            change: { kind: "task_added", actor: "Anna", text: "Godkänn preliminär resultatrapport" },
          },
          {
            key: "3",
            at: cast.at("11-25T16:03"),
            change: { kind: "task_completed", actor: "Petra", text: "Bekräfta firmatecknare" },
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
  reminders: <RemindersPanel view={cast.reminder} archived={false} onSave={nothing} onRemindNow={nothing} />,
  info: (
    <InfoPanel
      view={{
        account: cast.holm,
        contacts: [
          { person: cast.petra, email: "petra@holmbygg.se", login: true, notify: true, state: "activated" },
          { person: cast.linn, email: "linn@holmbygg.se", login: true, notify: false, state: "invited" },
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
      onUnread={nothing}
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
    canReceive: true,
  },
  { account: cast.holm, readers: ["Petra Holm", "Linn Holm"], mailed: ["Petra Holm"], canReceive: true },
  { account: cast.account("z", "Aldrig Aktiv AB", "AA1"), readers: [], mailed: [], canReceive: false },
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
      onFilter={nothing}
      onArchived={nothing}
      onArchiveRead={nothing}
      onMore={nothing}
      onRetry={nothing}
      onArchive={nothing}
      onAssign={nothing}
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
      me={cast.client}
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

const clientThread: View = {
  ...threadView,
  header: { ...cast.header, people: [{ ...cast.anna, online: true }, cast.erik] },
  entries: cast.clientEntries,
  typing: ["Anna"],
  receivers: ["Anna"],
};
delete (clientThread as { unreadFrom?: string }).unreadFrom;

function Chats({ open }: { readonly open: boolean }): JSX.Element {
  return (
    <PortalChats
      view={{
        tab: "active",
        filter: "all",
        search: "",
        activeCount: 4,
        unreadCount: 2,
        rows: cast.clientRows,
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
          view={clientThread}
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
        unread: empty ? [] : cast.clientRows.slice(0, 2).map((row) => ({ ...row, tasksTotal: 0 })),
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
      threads={cast.clientRows}
      view={thread ? clientThread : undefined}
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
      onOlder={nothing}
      onSeen={nothing}
      onRetry={nothing}
    />
  );
}

function Login({ step, problem }: { readonly step: LoginStep; readonly problem?: string }): JSX.Element {
  return (
    <LoginPage
      step={step}
      firmName="Lindberg & Falk Redovisning"
      busy={false}
      problem={problem}
      languages={["sv", "en"]}
      language="sv"
      onLanguage={nothing}
      onLogin={nothing}
      onFirm={nothing}
      onForgot={nothing}
      onPassword={nothing}
      onStep={nothing}
    />
  );
}

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

const noLogin: View = {
  ...threadView,
  cannotSend: "no_login",
  receivers: [],
  entries: cast.entries.slice(0, 3),
};

/** Address to screen. */
export const screens: Readonly<Record<string, () => JSX.Element>> = {
  parts: () => <Parts />,
  console: () => <Console />,
  "console-list": () => <Console column="list" />,
  "console-tasks": () => <Console tab="tasks" />,
  "console-panel": () => <Console tab="tasks" column="panel" />,
  "console-info": () => <Console tab="info" column="panel" />,
  "console-empty": () => <Console column="list" thread={<NoThread />} />,
  "console-blocked": () => <Console thread={<Thread view={noLogin} />} />,
  "new-chat": () => <Console extra={newChat} />,
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
  login: () => <Login step={{ kind: "login" }} />,
  "login-wrong": () => (
    <Login
      step={{ kind: "login", email: "petra@holmbygg.se" }}
      problem="Mejladressen eller lösenordet stämmer inte."
    />
  ),
  "login-firm": () => (
    <Login
      step={{
        kind: "firm",
        firms: [
          { id: "1", name: "Lindberg & Falk Redovisning" },
          { id: "2", name: "Harbour Advisers" },
        ],
      }}
    />
  ),
  invitation: () => (
    <Login
      step={{
        kind: "invitation",
        name: "Petra Holm",
        email: "petra@holmbygg.se",
        accountName: cast.holm.name,
      }}
    />
  ),
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
      <ClientNewChat firmName="Lindberg & Falk Redovisning" onCreate={nothing} onClose={nothing} />
    </Portal>
  ),
  "portal-account": () => (
    <Portal place="account">
      <Account me={cast.client as typeof cast.me} />
    </Portal>
  ),
  widget: () => <Widget />,
  "widget-list": () => <Widget thread={false} />,
};

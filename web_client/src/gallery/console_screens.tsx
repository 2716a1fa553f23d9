// The staff's screens, with made-up views.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { InfoPanel } from "../accounts/InfoPanel.tsx";
import { type Column, ConsoleLayout } from "../console/ConsoleLayout.tsx";
import type { Place } from "../console/Rail.tsx";
import { ContactDialog } from "../contacts/ContactDialog.tsx";
import { InboxPage } from "../inbox/InboxPage.tsx";
import { RemindersPanel } from "../reminders/RemindersPanel.tsx";
import { TasksPage } from "../tasks/TasksPage.tsx";
import { TasksPanel } from "../tasks/TasksPanel.tsx";
import type { ThreadView as View } from "../threads/models.ts";
import { NewChatDialog } from "../threads/NewChatDialog.tsx";
import { Panel, type PanelTab } from "../threads/Panel.tsx";
import { SnoozeDialog } from "../threads/SnoozeDialog.tsx";
import { ThreadList } from "../threads/ThreadList.tsx";
import { NoThread, ThreadView } from "../threads/ThreadView.tsx";
import * as cast from "./cast.ts";
import { Account, nothing, online, threadView } from "./common.tsx";

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

const panels: Partial<Record<PanelTab, JSX.Element>> = {
  tasks: (
    <TasksPanel
      view={{
        tasks: cast.tasks,
        changes: [
          {
            key: "1",
            at: cast.at("12-01T09:48"),
            what: "Petra Holm bockade av ”Ladda upp bankutdrag sep–nov”",
            ofTasks: true,
            from: "petra@holmbygg.example · 192.0.2.4 · Firefox · Android",
          },
          {
            key: "2",
            at: cast.at("11-27T13:10"),
            what: "Anna Lindberg ändrade en uppgift: ”Rapport → Godkänn preliminär resultatrapport”",
            ofTasks: true,
            from: "anna@lindbergfalk.example · 192.0.2.1 · Firefox · Windows",
          },
          {
            key: "3",
            at: cast.at("11-25T16:03"),
            what: "Petra Holm bockade av ”Bekräfta firmatecknare”",
            ofTasks: true,
            from: "petra@holmbygg.example · 192.0.2.4 · Firefox · Android",
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
      onDetails={nothing}
    />
  ),
};

function List({ onOpen = nothing }: { readonly onOpen?: () => void }): JSX.Element {
  const [search, setSearch] = useState("");
  return (
    <ThreadList
      onScheduled={nothing}
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
      openedFor={undefined}
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
    people: ["Klara Vinter", "Jens Vinter"],
    readers: ["Klara Vinter", "Jens Vinter"],
    mailed: ["Klara Vinter"],
  },
  {
    account: cast.holm,
    people: ["Petra Holm", "Linn Holm"],
    readers: ["Petra Holm", "Linn Holm"],
    mailed: ["Petra Holm"],
  },
  {
    account: cast.account("z", "Aldrig Aktiv AB", "AA1"),
    people: [],
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
export const consoleScreens: Readonly<Record<string, () => JSX.Element>> = {
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
};

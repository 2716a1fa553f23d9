// The clients' screens, in the portal and in the widget, with made-up views.

import type { ComponentChildren, JSX } from "preact";
import { PortalHome } from "../portal/PortalHome.tsx";
import { PortalLayout, type PortalPlace } from "../portal/PortalLayout.tsx";
import { ContactNewChat } from "../threads/ContactNewChat.tsx";
import type { ThreadView as View } from "../threads/models.ts";
import { PortalChats } from "../threads/PortalChats.tsx";
import { PortalThread } from "../threads/PortalThread.tsx";
import { WidgetPanel } from "../widget/WidgetPanel.tsx";
import * as cast from "./cast.ts";
import { Account, nothing, online, threadView } from "./common.tsx";

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
        search: "",
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
      onSearch={nothing}
      onMore={nothing}
      onRetry={nothing}
    >
      {open && (
        <PortalThread
          openedFor={undefined}
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
      openedFor={undefined}
      firm={{ name: "Lindberg & Falk" }}
      teamOnline
      onlineName="Anna"
      answerHours={1}
      state="ready"
      threads={cast.contactRows}
      view={thread ? contactThread : undefined}
      tasks={cast.tasks}
      meId="petr"
      canCreate
      connection={online}
      more={false}
      onOpen={nothing}
      onMore={nothing}
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

/** Address to screen. */
export const contactScreens: Readonly<Record<string, () => JSX.Element>> = {
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

// What waits for a client: unread chats, then each thread's open tasks; nothing else. Empty is good news.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { EmptyState } from "../kit/EmptyState.tsx";
import { Failed } from "../kit/Failed.tsx";
import { CheckIcon } from "../kit/icons.tsx";
import { PageLink } from "../kit/PageLink.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { TaskItem } from "../tasks/TaskItem.tsx";
import { TaskMarks } from "../tasks/TaskMarks.tsx";
import { ContactRow } from "../threads/ContactRow.tsx";
import type { PortalHomeView, TodoGroupView } from "./models.ts";

export interface PortalHomeProps {
  readonly view: PortalHomeView;
  readonly hrefOf: (threadId: string) => string;
  readonly onOpen: (threadId: string) => void;
  readonly onTick: (threadId: string, taskId: string, done: boolean) => void;
  readonly onAccount: (accountId: string) => void;
  readonly onRetry: () => void;
}

export function PortalHome({
  view,
  hrefOf,
  onOpen,
  onTick,
  onAccount,
  onRetry,
}: PortalHomeProps): JSX.Element {
  const open = view.groups.reduce((sum, group) => sum + group.tasks.filter((task) => !task.done).length, 0);
  const chats = view.unread.length;
  if (view.state === "loading") return <Skeleton kind="rows" />;
  if (view.state === "failed") return <Failed onRetry={onRetry} />;
  return (
    <div class="home">
      <h1 class="hidden">{t("portal.home")}</h1>
      {chats + open + view.asked.length === 0 ? (
        <EmptyState icon={CheckIcon} title={t(homeEmpty(view.elsewhere.length))}>
          {t("home.nothingWhy")}
        </EmptyState>
      ) : (
        <header class="home__head">
          <h2 class="home__title">{t("home.title")}</h2>
          <p class="home__sum">{summary(chats, open)}</p>
        </header>
      )}
      {[
        { heading: t("home.asked"), rows: view.asked },
        { heading: t("unread"), rows: view.unread },
      ].map(
        ({ heading, rows }) =>
          rows.length > 0 && (
            <section key={heading} class="home__part">
              <h2 class="home__heading">{heading}</h2>
              <ul class="rows rows--plain">
                {rows.map((row) => (
                  <ContactRow key={row.id} row={row} href={hrefOf(row.id)} onOpen={onOpen} />
                ))}
              </ul>
            </section>
          ),
      )}
      {view.groups.map((group) => (
        <Group
          key={group.threadId}
          group={group}
          href={hrefOf(group.threadId)}
          onOpen={onOpen}
          onTick={onTick}
        />
      ))}
      {view.elsewhere.length > 0 && (
        <section class="home__part">
          <h2 class="home__heading">{t("home.elsewhere")}</h2>
          <ul class="home__elsewhere">
            {view.elsewhere.map(({ account, waiting }) => (
              <li key={account.id}>
                <button type="button" onClick={() => onAccount(account.id)}>
                  <span>{account.name}</span>
                  <span class="home__waiting">{t("home.waiting", { n: waiting })}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** Where nothing is waiting: other clients of the same person may have something. */
export function homeEmpty(elsewhere: number) {
  return elsewhere > 0 ? "home.nothingHere" : "home.nothing";
}

/** "Two unread chats and four tasks", with words for small numbers. */
function summary(chats: number, tasks: number): string {
  const said = (key: "home.chats" | "home.tasks", n: number) =>
    n > 0 ? t(key, { n, count: inWords(n) }) : "";
  const [unread, open] = [said("home.chats", chats), said("home.tasks", tasks)];
  const text = unread && open ? t("home.both", { chats: unread, tasks: open }) : unread || open;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function inWords(count: number): string {
  const words = t("numbers").split(" ");
  return words[count] ?? String(count);
}

interface GroupProps {
  readonly group: TodoGroupView;
  readonly href: string;
  readonly onOpen: (threadId: string) => void;
  readonly onTick: (threadId: string, taskId: string, done: boolean) => void;
}

function Group({ group, href, onOpen, onTick }: GroupProps): JSX.Element {
  return (
    <section class="home__part">
      <h2 class="home__heading home__heading--tasks">
        <PageLink href={href} onGo={() => onOpen(group.threadId)}>
          {group.subject}
        </PageLink>
        <TaskMarks done={group.done} total={group.total} />
      </h2>
      <ul class="todo__list">
        {group.tasks.map((task) => (
          <TaskItem
            key={task.id}
            task={task}
            contact
            onTick={(id, done) => onTick(group.threadId, id, done)}
          />
        ))}
      </ul>
    </section>
  );
}

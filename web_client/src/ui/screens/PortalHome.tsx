// What waits for a client: unread chats, then each thread's open tasks; nothing else. Empty is good news.

import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { Button } from "../Button.tsx";
import { EmptyState } from "../EmptyState.tsx";
import { CheckIcon, ProblemIcon } from "../icons.tsx";
import { ClientListRow } from "../ListRow.tsx";
import type { PortalHomeView, TodoGroupView } from "../models.ts";
import { Skeleton } from "../Skeleton.tsx";
import { TaskItem } from "../TaskItem.tsx";
import { TaskMarks } from "../TaskMarks.tsx";

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
  if (view.state === "failed") {
    return (
      <EmptyState
        icon={ProblemIcon}
        title={t("list.failed")}
        action={<Button onClick={onRetry}>{t("retry")}</Button>}
      >
        {t("list.failedWhy")}
      </EmptyState>
    );
  }
  return (
    <div class="home">
      {chats + open === 0 ? (
        <EmptyState icon={CheckIcon} title={t("home.nothing")}>
          {t("home.nothingWhy")}
        </EmptyState>
      ) : (
        <header class="home__head">
          <h1 class="home__title">{t("home.title")}</h1>
          <p class="home__sum">{summary(chats, open)}</p>
        </header>
      )}
      {chats > 0 && (
        <section class="home__part">
          <h2 class="home__heading">{t("unread")}</h2>
          <ul class="rows rows--plain">
            {view.unread.map((row) => (
              <ClientListRow key={row.id} row={row} href={hrefOf(row.id)} onOpen={onOpen} />
            ))}
          </ul>
        </section>
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

/** "Two unread chats and four tasks", with words for small numbers. */
function summary(chats: number, tasks: number): string {
  const some = [
    chats > 0 && t("home.chats", { n: chats, count: inWords(chats) }),
    tasks > 0 && t("home.tasks", { n: tasks, count: inWords(tasks) }),
  ];
  const said = some.filter((part) => part !== false);
  const text =
    said.length === 2 ? t("home.both", { chats: said[0] ?? "", tasks: said[1] ?? "" }) : (said[0] ?? "");
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
        <a
          href={href}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            onOpen(group.threadId);
          }}
        >
          {group.subject}
        </a>
        <TaskMarks done={group.done} total={group.total} />
      </h2>
      <ul class="todo__list">
        {group.tasks.map((task) => (
          <TaskItem
            key={task.id}
            task={task}
            client
            onTick={(id, done) => onTick(group.threadId, id, done)}
          />
        ))}
      </ul>
    </section>
  );
}

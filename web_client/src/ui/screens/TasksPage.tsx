// Tasks over all threads, so that staff can follow what clients still owe (TK-7).

import type { JSX } from "preact";
import { now } from "../../i18n/clock.ts";
import { format, t } from "../../i18n/index.ts";
import { Avatar, NobodyAvatar } from "../Avatar.tsx";
import { Mark } from "../Badge.tsx";
import { Button } from "../Button.tsx";
import { Checkbox } from "../Checkbox.tsx";
import { EmptyState } from "../EmptyState.tsx";
import { BellIcon, ProblemIcon, TasksIcon } from "../icons.tsx";
import type { TaskRowView } from "../models.ts";
import { Skeleton } from "../Skeleton.tsx";
import { Tabs } from "../Tabs.tsx";
import { Time } from "../Time.tsx";

export type TaskFilter = "open" | "done" | "all";

export interface TasksPageProps {
  readonly rows: readonly TaskRowView[];
  readonly filter: TaskFilter;
  readonly mineOnly: boolean;
  readonly state: "loading" | "ready" | "failed";
  readonly more: boolean;
  readonly hrefOf: (threadId: string) => string;
  readonly onOpen: (threadId: string) => void;
  readonly onTick: (threadId: string, taskId: string, done: boolean) => void;
  readonly onFilter: (filter: TaskFilter) => void;
  readonly onMineOnly: (mine: boolean) => void;
  readonly onMore: () => void;
  readonly onRetry: () => void;
}

export function TasksPage(props: TasksPageProps): JSX.Element {
  const { filter, mineOnly, onFilter, onMineOnly } = props;
  return (
    <div class="page">
      <header class="page__head">
        <h1 class="page__title">{t("tasksPage.title")}</h1>
        <div class="page__acts">
          <button type="button" class="chip" aria-pressed={mineOnly} onClick={() => onMineOnly(!mineOnly)}>
            {t("tasksPage.mine")}
          </button>
        </div>
      </header>
      <Tabs
        name="tasks"
        label={t("tasksPage.state")}
        selected={filter}
        onSelect={onFilter}
        tabs={[
          { id: "open", label: t("tasksPage.open") },
          { id: "done", label: t("tasksPage.done") },
          { id: "all", label: t("tasksPage.all") },
        ]}
      />
      <div role="tabpanel" id="tasks-panel" aria-labelledby={`tasks-${filter}`}>
        <Table {...props} />
      </div>
    </div>
  );
}

function Table({
  rows,
  state,
  more,
  filter,
  hrefOf,
  onOpen,
  onTick,
  onMore,
  onRetry,
}: TasksPageProps): JSX.Element {
  if (state === "loading" && rows.length === 0) return <Skeleton kind="entries" />;
  if (state === "failed") {
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
  if (rows.length === 0) {
    return (
      <EmptyState icon={TasksIcon} title={filter === "open" ? t("tasksPage.noneOpen") : t("tasksPage.none")}>
        {t("tasksPage.noneWhy")}
      </EmptyState>
    );
  }
  return (
    <>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("tasksPage.task")}</th>
            <th scope="col">{t("tasksPage.chat")}</th>
            <th scope="col">{t("tasksPage.status")}</th>
            <th scope="col">{t("tasksPage.reminder")}</th>
            <th scope="col">{t("tasksPage.assignee")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={`${row.threadId}/${row.task.id}`}
              row={row}
              href={hrefOf(row.threadId)}
              onOpen={onOpen}
              onTick={onTick}
            />
          ))}
        </tbody>
      </table>
      {more && (
        <div class="thread-list__more">
          <Button kind="quiet" onClick={onMore}>
            {t("list.more")}
          </Button>
        </div>
      )}
    </>
  );
}

interface RowProps extends Pick<TasksPageProps, "onOpen" | "onTick"> {
  readonly row: TaskRowView;
  readonly href: string;
}

function Row({ row, href, onOpen, onTick }: RowProps): JSX.Element {
  const { task } = row;
  return (
    <tr class={task.done ? "table__row--done" : undefined}>
      <td class="table__task">
        <Checkbox checked={task.done} onChange={(done) => onTick(row.threadId, task.id, done)}>
          {task.text}
        </Checkbox>
      </td>
      <td class="table__chat">
        <a
          href={href}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            onOpen(row.threadId);
          }}
        >
          <strong>{row.account.name}</strong>
          <span>{row.subject}</span>
        </a>
      </td>
      <td class="table__status">
        <Status row={row} />
      </td>
      <td class="table__reminder">
        {!task.done && row.reminderNextAt !== undefined ? (
          <Mark kind="plain" icon={BellIcon}>
            <Time at={row.reminderNextAt} form="weekday" />
          </Mark>
        ) : (
          <span class="table__nothing">{task.done ? "" : t("tasksPage.noReminder")}</span>
        )}
      </td>
      <td class="table__assignee">
        {row.assignee ? (
          <>
            <Avatar person={row.assignee} size={20} />
            <span>{row.assignee.name.split(" ")[0]}</span>
          </>
        ) : (
          <NobodyAvatar named />
        )}
      </td>
    </tr>
  );
}

function Status({ row: { task, createdAt } }: { readonly row: TaskRowView }): JSX.Element {
  const words = format.value;
  if (task.done)
    return (
      <>
        {t("tasksPage.doneBy", {
          name: task.doneBy ?? "",
          day: task.doneAt === undefined ? "" : words.day(task.doneAt, now.value),
        })}
      </>
    );
  return <>{t("tasksPage.openSince", { day: words.day(createdAt, now.value) })}</>;
}

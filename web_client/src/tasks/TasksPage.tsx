// Tasks over all threads, so that staff can follow what clients still owe (TK-7).

import type { JSX } from "preact";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { Avatar, NobodyAvatar } from "../kit/Avatar.tsx";
import { Mark } from "../kit/Badge.tsx";
import { Checkbox } from "../kit/Checkbox.tsx";
import { FilterChip } from "../kit/Chip.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { BellIcon, TasksIcon } from "../kit/icons.tsx";
import { Listing } from "../kit/Listing.tsx";
import { PageLink } from "../kit/PageLink.tsx";
import { Tabs } from "../kit/Tabs.tsx";
import { Time } from "../kit/Time.tsx";
import type { TaskRowView } from "./models.ts";

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
          <FilterChip pressed={mineOnly} onClick={() => onMineOnly(!mineOnly)}>
            {t("tasksPage.mine")}
          </FilterChip>
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

/** What is so where nothing stands, whatever is behind the other filters. */
export function tasksEmpty(filter: "open" | "done" | "all", mineOnly: boolean) {
  if (mineOnly) return "tasksPage.noneMine";
  return filter === "all"
    ? "tasksPage.none"
    : filter === "open"
      ? "tasksPage.noneOpen"
      : "tasksPage.noneDone";
}

function Table({
  rows,
  state,
  more,
  filter,
  mineOnly,
  hrefOf,
  onOpen,
  onTick,
  onMore,
  onRetry,
}: TasksPageProps): JSX.Element {
  const empty = (
    <EmptyState icon={TasksIcon} title={t(tasksEmpty(filter, mineOnly))}>
      {t("tasksPage.noneWhy")}
    </EmptyState>
  );
  return (
    <Listing
      skeleton="entries"
      state={state}
      empty={rows.length === 0 ? empty : undefined}
      more={more}
      onMore={onMore}
      onRetry={onRetry}
    >
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
    </Listing>
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
        <PageLink href={href} onGo={() => onOpen(row.threadId)}>
          <strong>{row.account.name}</strong>
          <span>{row.subject}</span>
        </PageLink>
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

// A thread in a list. Staff get three dense lines, clients an avatar and two roomy ones. The whole row is one link.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Avatar, NobodyAvatar } from "./Avatar.tsx";
import { Count } from "./Badge.tsx";
import { PaperclipIcon } from "./icons.tsx";
import type { ThreadRowView } from "./models.ts";
import { TaskMarks } from "./TaskMarks.tsx";
import { Time } from "./Time.tsx";

export interface ListRowProps {
  readonly row: ThreadRowView;
  readonly href: string;
  readonly selected?: boolean;
  /** The row that Tab reaches; arrow keys move on from it. */
  readonly tabStop?: boolean;
  /** Opens without loading a page; absent, the link is followed. */
  readonly onOpen?: (id: string) => void;
}

export function ListRow({ row, href, selected, tabStop = true, onOpen }: ListRowProps): JSX.Element {
  const unread = row.unread > 0;
  return (
    <li class="rows__item">
      <a
        href={href}
        class={`row${selected ? " row--selected" : ""}${unread ? " row--unread" : ""}`}
        aria-current={selected ? "true" : undefined}
        tabIndex={tabStop ? 0 : -1}
        data-row={row.id}
        onClick={(event) => open(event, row.id, onOpen)}
      >
        <span class="row__line">
          <span class="row__account">{row.account.name}</span>
          <Time at={row.at} form="listTime" class="row__time" />
        </span>
        <span class="row__line">
          <span class="row__subject">{row.subject}</span>
          {row.hasDocuments && <Documents />}
          <TaskMarks done={row.tasksDone} total={row.tasksTotal} />
        </span>
        <span class="row__line">
          <Excerpt row={row} />
          <Count count={row.unread} label={t("unread.messages", { n: row.unread })} />
          {row.assignee ? (
            <Avatar person={{ ...row.assignee, online: false }} size={20} named />
          ) : (
            <NobodyAvatar named />
          )}
        </span>
      </a>
    </li>
  );
}

/** The same thread for a client: the writer's avatar, subject and excerpt. */
export function ClientListRow({ row, href, selected, tabStop = true, onOpen }: ListRowProps): JSX.Element {
  const face = row.counterpart ?? row.last?.author;
  return (
    <li class="rows__item">
      <a
        href={href}
        class={`client-row${selected ? " client-row--selected" : ""}${row.unread > 0 ? " client-row--unread" : ""}`}
        aria-current={selected ? "true" : undefined}
        tabIndex={tabStop ? 0 : -1}
        data-row={row.id}
        onClick={(event) => open(event, row.id, onOpen)}
      >
        {face && <Avatar person={face} size={40} />}
        <span class="client-row__text">
          <span class="row__line">
            <span class="client-row__subject">{row.subject}</span>
            <Time at={row.at} form="listTime" class="row__time" />
          </span>
          <span class="row__line">
            <Excerpt row={row} />
            <TaskMarks done={row.tasksDone} total={row.tasksTotal} />
            <Count count={row.unread} label={t("unread.messages", { n: row.unread })} />
          </span>
        </span>
      </a>
    </li>
  );
}

function Excerpt({ row }: { readonly row: ThreadRowView }): JSX.Element {
  if (row.draft) return <span class="row__excerpt row__excerpt--draft">{t("list.draft")}</span>;
  if (!row.last) return <span class="row__excerpt" />;
  const who = row.last.mine ? t("you") : row.last.author.name.split(" ")[0];
  return (
    <span class="row__excerpt">
      {who}: {row.last.text}
    </span>
  );
}

function Documents(): JSX.Element {
  return (
    <span class="row__clip">
      <PaperclipIcon size={14} />
      <span class="hidden">{t("list.documents")}</span>
    </span>
  );
}

function open(event: MouseEvent, id: string, onOpen: ((id: string) => void) | undefined): void {
  if (!onOpen || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
    return;
  event.preventDefault();
  onOpen(id);
}

// One entry of the staff feed: who, which thread, what happened; marks; assignee or Assign; time; archive (NS-4).

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { AssignButton } from "./AssignButton.tsx";
import { Avatar } from "./Avatar.tsx";
import { Mark } from "./Badge.tsx";
import { IconButton } from "./IconButton.tsx";
import { ArchiveIcon, AtIcon, DoubleCheckIcon, InboxIcon, LockIcon, PaperclipIcon } from "./icons.tsx";
import type { InboxEntryView, StaffChoice } from "./models.ts";
import { TaskMarks } from "./TaskMarks.tsx";
import { Time } from "./Time.tsx";

export interface InboxEntryProps {
  readonly entry: InboxEntryView;
  readonly href: string;
  readonly staff: readonly StaffChoice[] | undefined;
  readonly tabStop?: boolean;
  readonly onOpen?: (entry: InboxEntryView) => void;
  readonly onArchive: (id: string, archived: boolean) => void;
  readonly onAssign: (threadId: string, staffId: string | null) => void;
  readonly onPickerOpen?: (accountId: string) => void;
}

/** What happened, in a sentence. */
export function inboxText(entry: InboxEntryView): string {
  const name = entry.actor.name;
  const text = entry.text ?? "";
  switch (entry.kind) {
    case "message_from_contact":
    case "message_from_staff":
      return text ? t("inbox.wrote", { name, text }) : t("inbox.wroteNothing", { name });
    case "thread_created":
      return text ? t("inbox.started", { name, text }) : t("inbox.startedNothing", { name });
    case "tasks_changed":
      return text ? t("inbox.tasksText", { name, text }) : t("inbox.tasks", { name });
    case "tasks_completed":
      return t("inbox.tasksDone", { name });
    case "mention":
      return t("inbox.mention", { name, text });
    case "assignment":
      return t("inbox.assigned", { name });
    case "assignment_changed":
      return t("inbox.assignedTo", { name, text });
    case "assignment_lost":
      return t("inbox.assignmentLost", { name: text });
    case "thread_reopened":
      return t("inbox.reopened", { name });
  }
}

export function InboxEntry(props: InboxEntryProps): JSX.Element {
  const { entry, href, staff, tabStop = true, onOpen, onArchive, onAssign, onPickerOpen } = props;
  return (
    <li class={entry.unread ? "entry entry--unread" : "entry"}>
      <Avatar person={entry.actor} size={32} />
      <div class="entry__text">
        <p class="entry__line">
          {/* The link covers the entry, so that a press anywhere opens it; the buttons lie above it. */}
          <a
            class="entry__link"
            href={href}
            data-row={entry.id}
            tabIndex={tabStop ? 0 : -1}
            onClick={(event) => {
              if (!onOpen || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              onOpen(entry);
            }}
          >
            {entry.unread && <span class="hidden">{t("unread")}. </span>}
            <strong>{entry.account.name}</strong>
            <span aria-hidden="true"> · </span>
            <span class="entry__subject">{entry.subject}</span>
          </a>
          {entry.mentioned && (
            <Mark kind="mention" icon={AtIcon}>
              {t("inbox.mentioned")}
            </Mark>
          )}
          {entry.internal && (
            <Mark kind="internal" icon={LockIcon}>
              {t("internal")}
            </Mark>
          )}
          {entry.tasksTotal !== undefined && (
            <TaskMarks done={entry.tasksDone ?? 0} total={entry.tasksTotal} />
          )}
          {entry.hasDocuments && <PaperclipIcon size={14} />}
        </p>
        <p class="entry__what">{inboxText(entry)}</p>
      </div>
      {entry.readBy.length > 0 && (
        <span class="entry__read">
          <DoubleCheckIcon size={14} />
          {t("inbox.readBy", {
            n: entry.readBy.length,
            name: (entry.readBy[0] ?? "").split(" ")[0] ?? "",
            more: entry.readBy.length - 1,
          })}
        </span>
      )}
      <span class="entry__assign">
        <AssignButton
          kind="entry"
          account={entry.account}
          assignee={entry.assignee}
          choices={staff}
          onOpen={() => onPickerOpen?.(entry.account.id)}
          onAssign={(id) => onAssign(entry.threadId, id)}
        />
      </span>
      <Time at={entry.at} form="time" class="entry__time" />
      <IconButton
        icon={entry.archived ? InboxIcon : ArchiveIcon}
        label={entry.archived ? t("inbox.unarchive") : t("inbox.archive")}
        class="entry__archive"
        onClick={() => onArchive(entry.id, !entry.archived)}
      />
    </li>
  );
}

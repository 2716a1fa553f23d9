// One entry of the inbox: who, which thread, what happened; marks; assignee or Assign; time; archive (NS-4).

import type { JSX } from "preact";
import type { BulkCounts, Unanswered } from "../core/protocol.gen.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { isolated } from "../i18n/isolated.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Mark } from "../kit/Badge.tsx";
import { Button } from "../kit/Button.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { ArchiveIcon, DoubleCheckIcon, InboxIcon, LockIcon, PaperclipIcon } from "../kit/icons.tsx";
import { AtIcon } from "../kit/more_icons.tsx";
import { PageLink } from "../kit/PageLink.tsx";
import { Time } from "../kit/Time.tsx";
import { standTexts } from "../letters/fates.ts";
import { serverWords } from "../letters/refusals.ts";
import { stoppedText } from "../scheduled_sends/words.ts";
import { AssignButton } from "../staff/AssignButton.tsx";
import type { StaffChoice } from "../staff/models.ts";
import { TaskMarks } from "../tasks/TaskMarks.tsx";
import type { GatheredView, InboxEntryView } from "./models.ts";

export interface InboxEntryProps {
  readonly entry: InboxEntryView;
  readonly href: string;
  readonly staff: readonly StaffChoice[] | undefined;
  readonly tabStop?: boolean;
  readonly onOpen: (entry: InboxEntryView) => void;
  readonly onArchive: (id: string, archived: boolean) => void;
  readonly onAssign: (threadId: string, staffId: string | null) => void;
  readonly onPickerOpen?: (accountId: string) => void;
  /** Send letters that failed again. */
  readonly onMailAgain: (entry: InboxEntryView) => void;
}

/** What happened, in a sentence: what was written first, and what else was done. Of mails that failed in sentences of their
 *  own, which say why; before all else that reminders went unanswered, which is nobody's doing. */
export function inboxText({ gathered, bulk }: InboxEntryView): string {
  if (bulk) return bulkText(bulk);
  const alone = gathered.filter(({ kind }) => kind === "reminders_exhausted");
  const done = gathered.filter((line) => line.kind !== "mail_failed" && !alone.includes(line));
  const people = [...new Set(done.map(({ actor }) => actor.id))];
  const lines = people.flatMap((id) => done.filter(({ actor }) => actor.id === id));
  const mails = gathered.filter(({ kind }) => kind === "mail_failed");
  return [
    ...alone.map(whole),
    ...(lines.length > 0 ? [format.value.list(lines.map((line, at) => told(line, lines[at - 1])))] : []),
    ...standTexts(
      mails.map(({ became, actor, email, text, count, more }) => ({
        state: became,
        name: email ?? actor.name,
        said: text,
        count,
        more,
      })),
    ),
  ].join(". ");
}

/** What a bulk run came to (BK-5). */
function bulkText({ total, created = 0, skipped = 0, failed = 0, cancelled }: BulkCounts): string {
  const parts = [t("inbox.bulkCreated", { n: created, total })];
  if (skipped > 0) parts.push(t("inbox.bulkSkipped", { n: skipped }));
  if (failed > 0) parts.push(t("inbox.bulkFailed", { n: failed }));
  if (cancelled) parts.push(t("inbox.bulkCancelled"));
  return parts.join(" · ");
}

/** Those that can be tried again. */
export function lettersOf({ gathered }: InboxEntryView): string[] {
  return gathered.flatMap(({ letterIds }) => letterIds);
}

/** A thing by itself. */
function whole(line: GatheredView): string {
  const { count, text, documents = 0 } = line;
  const kind = line.kind as Exclude<GatheredView["kind"], "mail_failed" | "bulk_done">;
  const name = line.actor.name;
  switch (kind) {
    case "message_from_contact":
    case "message_from_staff":
      if (documents > 0 && !text) return t("inbox.sent", { name, n: documents });
      return withDocuments(
        count > 1 && text
          ? t("inbox.wroteMany", { name, n: howMany(line), text })
          : text
            ? t("inbox.wrote", { name, text })
            : t("inbox.wroteNothing", { name }),
        documents,
      );
    case "thread_created":
      return withDocuments(
        text ? t("inbox.started", { name, text }) : t("inbox.startedNothing", { name }),
        documents,
      );
    case "tasks_changed": {
      if (text) return t("inbox.tasksText", { name, text });
      const did = deed(line);
      return did === undefined ? t("inbox.tasks", { name }) : `${isolated(name)} ${did}`;
    }
    case "tasks_completed":
      return t("inbox.tasksDone", { name });
    case "mention":
      return t("inbox.mention", { name, text });
    case "assignment":
      return t("inbox.assigned", { name });
    case "assignment_changed":
      return text ? t("inbox.assignedTo", { name, text }) : t("system.tookOver", { actor: name });
    case "assignment_lost":
      return t("inbox.assignmentLost", { name: text });
    case "thread_reopened":
      return t("inbox.reopened", { name });
    case "snooze_ended":
      return t("snooze.backByTime");
    case "reminders_exhausted":
      return t(`unanswered.${text as Unanswered}`);
    case "send_stopped":
      return t(line.event.startsWith("scheduled_chat.") ? "laterChat.stoppedInbox" : "later.stoppedInbox", {
        name,
        why: stoppedText(text),
      });
    case "documents_uploaded":
      return t("inbox.uploaded", { name, n: documents });
    case "uploads_finished":
      return t("inbox.uploadsFinished", { name });
    case "document_refused":
      return t("inbox.refused", { name, n: documents });
    case "mail_away":
      return t("inbox.mailAway", { time: format.value.full(line.at, now.value) });
    case "mail_back":
      return t("inbox.mailBack");
    default:
      // Of a newer server; none of ours gets here, or this is a type error.
      kind satisfies never;
      return t("inbox.newer", { name });
  }
}

/** Words, and that documents came with them (DC-6). */
function withDocuments(words: string, documents: number): string {
  return documents > 0 ? `${words} (${t("documents.count", { n: documents })})` : words;
}

/** A thing behind another: without the name where that has just been said. Words are never left out. */
function told(line: GatheredView, before: GatheredView | undefined): string {
  const did = line.text || line.documents ? undefined : deed(line);
  return did === undefined || line.actor.id !== before?.actor.id ? whole(line) : did;
}

const DEEDS = {
  "message.sent": "inbox.did.wrote",
  "task.added": "inbox.did.added",
  "task.edited": "inbox.did.edited",
  "task.completed": "inbox.did.ticked",
  "task.reopened": "inbox.did.unticked",
  "task.deleted": "inbox.did.deleted",
} as const;

/** What somebody did and how often, without saying who. */
function deed(line: GatheredView): string | undefined {
  const { kind, event } = line;
  if (kind === "tasks_completed") return t("inbox.did.finished");
  if (kind === "thread_created" || kind === "mention" || !(event in DEEDS)) return undefined;
  return t(DEEDS[event as keyof typeof DEEDS], { n: howMany(line) });
}

function howMany({ count, more }: GatheredView): number | string {
  return more && count > 1 ? `${count}+` : count;
}

/** What stands in the place of a client's name: it is the firm's own, or something of one's own whose client one may not see. */
function withoutAccount({ bulk, gathered }: InboxEntryView): string {
  if (bulk) return t("inbox.bulk");
  return t(gathered[0].kind === "send_stopped" ? "later.own" : "inbox.firmMail");
}

export function InboxEntry(props: InboxEntryProps): JSX.Element {
  const { entry, href, staff, tabStop = true, onOpen, onArchive, onAssign, onPickerOpen } = props;
  const raw = entry.gathered.flatMap(({ kind, became, text }) =>
    kind.startsWith("mail_") && became === "failed" ? (serverWords(text) ?? []) : [],
  );
  return (
    <li class={entry.unread ? "entry entry--unread" : "entry"}>
      <Avatar person={entry.gathered[0].actor} size={32} />
      <div class="entry__text">
        <p class="entry__line">
          {/* The link covers the entry, so that a press anywhere opens it; the buttons lie above it. */}
          <PageLink
            class="entry__link"
            href={href}
            data-row={entry.id}
            tabIndex={tabStop ? 0 : -1}
            onGo={() => onOpen(entry)}
          >
            {entry.unread && <span class="hidden">{t("inbox.unread")}. </span>}
            <strong>{entry.account.name || withoutAccount(entry)}</strong>
            {entry.subject && <span aria-hidden="true"> · </span>}
            <span class="entry__subject">{entry.subject}</span>
          </PageLink>
          {entry.mentioned && (
            <Mark kind="mention" icon={AtIcon}>
              {t("inbox.mentioned")}
            </Mark>
          )}
          {entry.gathered.some(({ internal }) => internal) && (
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
        {[...new Set(raw)].map((words) => (
          <p key={words} class="letter__said">
            {words}
          </p>
        ))}
        {(entry.copies || lettersOf(entry).length > 0) && (
          <p class="entry__again">
            <Button small onClick={() => props.onMailAgain(entry)}>
              {t("retry")}
            </Button>
          </p>
        )}
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
      {entry.about === undefined && (
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
      )}
      <Time at={entry.at} form="time" class="entry__time" />
      <IconButton
        icon={entry.archived ? InboxIcon : ArchiveIcon}
        label={entry.archived ? t("inbox.unarchive") : t("inbox.archive")}
        class="entry__archive"
        data-key="e"
        onClick={() => onArchive(entry.id, !entry.archived)}
      />
    </li>
  );
}

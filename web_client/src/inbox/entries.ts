// The feed's entries as they are shown. Pure.

import { runHref } from "../bulk/addresses.ts";
import { personView } from "../core/people.ts";
import type * as p from "../core/protocol.gen.ts";
import type { State } from "../core/state.ts";
import { isolated } from "../i18n/isolated.ts";
import { SCHEDULED } from "../scheduled_chats/place.ts";
import { memberView, type Staff } from "../staff/members.ts";
import { accountView } from "../threads/rows.ts";
import { documentsOf } from "./documents_of.ts";
import type { GatheredView, InboxEntryView } from "./models.ts";

export function inboxEntryView(entry: p.Notification, state: State, staff: Staff): InboxEntryView {
  const row = state.rows.get(entry.thread_id);
  // The row is live; the entry says what was so when it was made.
  const assignee = memberView(row?.staff ? row.staff.assignee_id : entry.assignee_id, state, staff);
  // An older server tells the latest only.
  const [first, ...rest] = entry.gathered ?? [];
  return {
    id: entry.id,
    threadId: entry.thread_id,
    account: accountView(entry.account),
    subject: row?.subject ?? (entry.bulk ? (entry.text ?? "") : entry.subject),
    gathered: [
      gatheredView(first ?? entry, state, entry.email),
      ...rest.map((line) => gatheredView(line, state)),
    ],
    at: entry.at,
    unread: entry.unread ?? true,
    mentioned: entry.mentioned ?? false,
    readBy: entry.read_by ?? [],
    archived: entry.archived ?? false,
    ...aboutOf(entry),
    ...(entry.bulk ? { bulk: entry.bulk } : {}),
    ...(entry.copies ? { copies: true } : {}),
    ...(assignee ? { assignee } : {}),
    ...(row ? { tasksDone: row.tasks_done ?? 0, tasksTotal: row.tasks_total ?? 0 } : {}),
  };
}

function aboutOf(entry: p.Notification): Pick<InboxEntryView, "about"> {
  switch (entry.about ?? "thread") {
    case "thread":
      return {};
    case "contact":
      return { about: { contactId: entry.actor.id } };
    case "documents":
      return { about: { href: documentsOf(entry.account.id) } };
    case "bulk":
      return { about: { href: runHref(entry.thread_id) } };
    case "scheduled_chat":
      return { about: { href: SCHEDULED } };
    default:
      return { about: {} };
  }
}

function gatheredView(line: p.Gathered | p.Notification, state: State, address = ""): GatheredView {
  // An older server tells of one letter.
  const of = {
    event: "",
    count: 1,
    documents: 0,
    more: false,
    letter_id: undefined,
    letter_ids: undefined,
    became: null,
    ...line,
  };
  const { event, count, documents, more, letter_id } = of;
  const email =
    address && line.actor.name !== address ? `${isolated(line.actor.name)} (${address})` : address;
  return {
    kind: line.kind,
    event,
    actor: personView(line.actor, state),
    at: line.at,
    count,
    more,
    text: line.text ?? "",
    internal: line.internal ?? false,
    ...(documents > 0 ? { documents } : {}),
    ...(email ? { email } : {}),
    letterIds: of.letter_ids ?? (letter_id ? [letter_id] : []),
    became: of.became ?? "failed",
  };
}

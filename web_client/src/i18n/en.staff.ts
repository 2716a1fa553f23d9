// English for the console: what only staff read. The words of each noun stand beside it; here are those of none, and why the
// server refused something. A noun that has words for the first time is named here and in the other languages.

import { accounts } from "../accounts/en.staff.ts";
import { bulk } from "../bulk/en.staff.ts";
import { rail } from "../console/en.staff.ts";
import { contacts } from "../contacts/en.staff.ts";
import type { ReasonToStaff } from "../core/protocol.gen.ts";
import { customFields } from "../custom_fields/en.staff.ts";
import { documents } from "../documents/en.staff.ts";
import { inbox } from "../inbox/en.staff.ts";
import { letters } from "../letters/en.staff.ts";
import { messages } from "../messages/en.staff.ts";
import { reminders } from "../reminders/en.staff.ts";
import { savedReplies } from "../saved_replies/en.staff.ts";
import { scheduledChats } from "../scheduled_chats/en.staff.ts";
import { scheduledSends } from "../scheduled_sends/en.staff.ts";
import { shortcodes } from "../shortcodes/en.staff.ts";
import { staff } from "../staff/en.staff.ts";
import { tasks } from "../tasks/en.staff.ts";
import { templates } from "../templates/en.staff.ts";
import { threads } from "../threads/en.staff.ts";
import type { Words } from "./types.ts";

export const enStaff = {
  ...accounts,
  ...bulk,
  ...rail,
  ...contacts,
  ...customFields,
  ...documents,
  ...inbox,
  ...letters,
  ...messages,
  ...reminders,
  ...savedReplies,
  ...scheduledChats,
  ...scheduledSends,
  ...shortcodes,
  ...staff,
  ...tasks,
  ...templates,
  ...threads,

  internal: "Internal",
  "stepper.less": "{label}: one less",
  "stepper.more": "{label}: one more",
  "problem.account_archived": "The client is archived.",
  "problem.account_not_activated": "Nobody at the client can log in yet.",
  "problem.already_activated": "This person has chosen a password already.",
  "problem.already_linked": "This person belongs to the client already.",
  "problem.assignee_without_access": "This colleague has no access to the client.",
  "problem.email_address": "This can’t be an e-mail address.",
  "problem.email_taken": "Somebody else has this address.",
  "problem.field_exists": "There is a field of this name already.",
  "problem.login_off": "Switch login on first.",
  "problem.mention_without_access": "Somebody mentioned has no access to the client.",
  "problem.no_copy_address": "The firm has no address for copies.",
  "problem.nobody_to_notify": "Nobody at the client gets e-mail.",
  "problem.nothing_to_remind_of": "Nothing was sent: the client wrote last, and no task is open.",
  "problem.one_owner": "A firm has exactly one owner.",
  "problem.owner_only": "Only the owner makes, changes or removes admins.",
  "problem.owner_stays": "The owner’s role and rights stay as they are.",
  "problem.secret_gone": "Its link is gone. Send a new one.",
  "problem.bulk_over": "This bulk message is finished or cancelled already.",
  "problem.send_gone": "It has been sent or removed already.",
  "problem.template_gone": "This template has been deleted. Choose another one, or none.",
} as const satisfies Words<ReasonToStaff>;

export default enStaff;

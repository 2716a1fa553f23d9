// Svenska för konsolen: det som bara medarbetare läser. Orden för varje sak står bredvid den; här står de som inte hör
// till någon, och varför servern sade nej.

import { accounts } from "../accounts/sv.staff.ts";
import { bulk } from "../bulk/sv.staff.ts";
import { rail } from "../console/sv.staff.ts";
import { contacts } from "../contacts/sv.staff.ts";
import { customFields } from "../custom_fields/sv.staff.ts";
import { documents } from "../documents/sv.staff.ts";
import { inbox } from "../inbox/sv.staff.ts";
import { letters } from "../letters/sv.staff.ts";
import { messages } from "../messages/sv.staff.ts";
import { reminders } from "../reminders/sv.staff.ts";
import { savedReplies } from "../saved_replies/sv.staff.ts";
import { scheduledChats } from "../scheduled_chats/sv.staff.ts";
import { scheduledSends } from "../scheduled_sends/sv.staff.ts";
import { shortcodes } from "../shortcodes/sv.staff.ts";
import { staff } from "../staff/sv.staff.ts";
import { tasks } from "../tasks/sv.staff.ts";
import { templates } from "../templates/sv.staff.ts";
import { threads } from "../threads/sv.staff.ts";
import type { enStaff } from "./en.staff.ts";
import type { Translated } from "./types.ts";

const svStaff: Translated<typeof enStaff> = {
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

  internal: "Intern",
  "stepper.less": "{label}: en färre",
  "stepper.more": "{label}: en fler",
  "problem.account_archived": "Klienten är arkiverad.",
  "problem.account_not_activated": "Ingen hos klienten kan logga in ännu.",
  "problem.already_activated": "Personen har redan valt ett lösenord.",
  "problem.already_linked": "Personen hör redan till klienten.",
  "problem.assignee_without_access": "Kollegan har inte tillgång till klienten.",
  "problem.email_address": "Det kan inte vara en e-postadress.",
  "problem.email_taken": "Någon annan har den adressen.",
  "problem.field_exists": "Det finns redan ett fält med det namnet.",
  "problem.login_off": "Slå på inloggning först.",
  "problem.mention_without_access": "Någon som nämns har inte tillgång till klienten.",
  "problem.no_copy_address": "Byrån har ingen adress för kopior.",
  "problem.nobody_to_notify": "Ingen hos klienten får mejl.",
  "problem.nothing_to_remind_of": "Inget skickades: klienten skrev sist, och ingen uppgift är öppen.",
  "problem.one_owner": "En byrå har exakt en ägare.",
  "problem.owner_only": "Bara ägaren utser, ändrar eller tar bort administratörer.",
  "problem.owner_stays": "Ägarens roll och rättigheter ändras inte.",
  "problem.secret_gone": "Länken gäller inte längre. Skicka en ny.",
  "problem.bulk_over": "Utskicket är redan klart eller avbrutet.",
  "problem.send_gone": "Det är redan skickat eller borttaget.",
  "problem.template_gone": "Mallen är borttagen. Välj en annan, eller ingen.",
};

export default svStaff;

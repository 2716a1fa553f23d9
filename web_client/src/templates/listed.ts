// What is shown of templates: the list by name, in the reader's language, and a reminder with what the wire leaves out.

import { keptOf } from "../core/keeping.ts";
import type { Template } from "../core/protocol.gen.ts";
import type { State } from "../core/state.ts";
import { language } from "../i18n/index.ts";
import type { ReminderSetting } from "../reminders/RemindersPanel.tsx";

export function templatesOf({ kept }: Pick<State, "kept">): readonly Template[] {
  return keptOf(kept, "template").sort((a, b) => a.name.localeCompare(b.name, language.value));
}

/** What a template says of reminders; off, where it says nothing. */
export function reminderOf({ reminder }: Partial<Template>): ReminderSetting {
  return { enabled: false, days: 3, number: 1, ...reminder };
}

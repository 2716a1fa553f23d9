import assert from "node:assert/strict";
import { test } from "node:test";
import type * as p from "../../src/core/protocol.gen.ts";
import { loadLanguage } from "../../src/i18n/index.ts";
import type { ReminderVerdict, ReminderView } from "../../src/reminders/models.ts";
import { countedOf, endText, stopText } from "../../src/reminders/ReminderTimeline.tsx";
import { reminderView } from "../../src/threads/panels.ts";

const verdicts: Record<ReminderVerdict, true> = {
  due: true,
  disabled: true,
  closed: true,
  count_reached: true,
  nobody_to_notify: true,
  nothing_to_remind_of: true,
  tasks_done_and_read: true,
  replied: true,
};

test("every reason why no reminder goes out is a sentence of its own, in both languages", async () => {
  // RM-20
  for (const language of ["sv", "en"]) {
    await loadLanguage(language, { withStaff: true });
    const said = Object.keys(verdicts).map((verdict) =>
      stopText({
        verdict: verdict as ReminderVerdict,
        number: 2,
        recipients: [] as const,
      } as unknown as ReminderView),
    );
    for (const sentence of said) assert.match(sentence, /^\p{Lu}\p{L}.{2,}/u);
    assert.equal(new Set(said).size, said.length);
  }
});

function row(cycle: number, number: number, at: number, counted = true): p.ReminderRow {
  return { cycle, number, at, counted, recipients: ["Petra Holm"], deliveries: [] };
}

test("a reminder by hand stands in the round that ran when it went out, and is not counted", async () => {
  // RM-11, RM-19, RM-20
  const reminder: p.Reminder = { enabled: true, days: 3, number: 2, cycle: 2, verdict: "due" };
  const rows = [row(1, 1, 1), row(1, 0, 2), row(2, 0, 3), row(2, 1, 4), row(2, 0, 5), row(2, 2, 6, false)];
  const view = reminderView({ reminder, recipients: [], rows }, undefined, false);
  assert.deepEqual(
    view.sent.map(({ at }) => at),
    [3, 4, 5, 6],
  );
  assert.deepEqual(
    view.rounds.map(({ key, sent }) => [key, sent.map(({ at }) => at)]),
    [["1", [1, 2]]],
  );
  assert.equal(countedOf(view.sent), 1);
});

test("an earlier round says how many went out by themselves, and not how many were to", async () => {
  // The number may have been changed since: "4 of 1".
  for (const [language, none, one, two] of [
    [
      "sv",
      "Avslutad innan någon påminnelse gick ut av sig själv.",
      "Avslutad efter en påminnelse.",
      "Avslutad efter 2 påminnelser.",
    ],
    [
      "en",
      "Ended before any reminder went out by itself.",
      "Ended after one reminder.",
      "Ended after 2 reminders.",
    ],
  ] as const) {
    await loadLanguage(language, { withStaff: true });
    const seen = (...numbers: number[]) =>
      endText(numbers.map((number) => ({ number, at: number, counted: true, fates: [] })));
    assert.deepEqual([seen(0), seen(0, 1), seen(1, 0, 2)], [none, one, two]);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeFormat } from "../../src/i18n/format.ts";
import { byUrgency } from "../../src/threads/order.ts";
import { isListed, type ListQuery } from "../../src/threads/rows.ts";
import { dayAfter, morningOf, snoozeChoices } from "../../src/threads/snooze_choices.ts";
import { anna, id, row } from "../core/fakes.ts";

const stockholm = makeFormat("sv", "Europe/Stockholm");

function chosen(at: string, shown = stockholm): Record<string, string> {
  return Object.fromEntries(
    snoozeChoices(Date.parse(at), shown).map((choice) => [
      choice.label,
      `${shown.dayKey(choice.at)} ${shown.time(choice.at)}`,
    ]),
  );
}

test("what is near can be chosen, in the zone that the page shows", () => {
  // SS-2; a Wednesday, 10:20 in Stockholm
  assert.deepEqual(chosen("2026-12-02T09:20Z"), {
    "snooze.laterToday": "2026-12-02 13:00",
    "snooze.tomorrow": "2026-12-03 08:00",
    "snooze.nextWeek": "2026-12-07 08:00",
  });
  // The same moment is the evening of the day before in Honolulu.
  assert.deepEqual(chosen("2026-12-02T09:20Z", makeFormat("en", "Pacific/Honolulu")), {
    "snooze.tomorrow": "2026-12-02 08:00",
    "snooze.nextWeek": "2026-12-07 08:00",
  });
});

test("later today is offered while enough of the day is left", () => {
  assert.equal(chosen("2026-12-02T13:59Z")["snooze.laterToday"], "2026-12-02 17:00");
  assert.equal(chosen("2026-12-02T14:59Z")["snooze.laterToday"], "2026-12-02 18:00");
  for (const late of ["2026-12-02T15:00Z", "2026-12-02T21:30Z", "2026-12-02T22:59Z"])
    assert.equal(chosen(late)["snooze.laterToday"], undefined);
  // Half an hour off, as India is, the hours are full by its own clock.
  const india = makeFormat("en", "Asia/Kolkata");
  assert.equal(chosen("2026-12-02T05:10Z", india)["snooze.laterToday"], "2026-12-02 13:00");
});

test("next week begins on the Monday after today, whatever day it is", () => {
  // From a Monday to the Sunday.
  for (let day = "2026-11-30"; day <= "2026-12-06"; day = dayAfter(day, 1))
    assert.equal(chosen(`${day}T09:00Z`)["snooze.nextWeek"], "2026-12-07 08:00", day);
});

test("a day begins at eight by the clock there, also where the clock is changed", () => {
  const zones = [
    "Europe/Stockholm",
    "America/New_York",
    "Pacific/Kiritimati",
    "Asia/Kolkata",
    "Pacific/Pago_Pago",
  ];
  for (const zone of zones) {
    const shown = makeFormat("en", zone);
    for (let day = "2026-01-01"; day < "2027-01-01"; day = dayAfter(day, 1)) {
      const at = morningOf(day, shown);
      assert.equal(`${shown.dayKey(at)} ${shown.time(at)}`, `${day} 08:00`, zone);
    }
  }
  assert.equal(dayAfter("2028-02-28", 1), "2028-02-29");
  assert.equal(dayAfter("2026-12-31", 1), "2027-01-01");
});

const all: ListQuery = { state: "active", only: "all", search: "" };
const snooze = { by: anna, answered_at: 0 };

test("what is put off stands where such is asked for, or words", () => {
  // SS-2
  const asleep = row("1", { staff: { snooze } });
  assert.ok(!isListed(asleep, all, undefined));
  assert.ok(!isListed({ ...asleep, unread: 1 }, { ...all, only: "unread" }, undefined));
  assert.ok(isListed(asleep, { ...all, only: "snoozed" }, undefined));
  assert.ok(isListed(asleep, { ...all, search: "holm" }, undefined));
  assert.ok(!isListed(row("2"), { ...all, only: "snoozed" }, undefined));
});

test("what has come back stands on top until something is written", () => {
  // SS-2, LS-2
  const back = row("1", { last_message_at: 5, staff: { back: { at: 9, why: "time" } } });
  const unread = row("2", { last_message_at: 20, unread: 3 });
  const rows = [row("3", { last_message_at: 30 }), unread, back];
  const order = (): string[] => [...rows].sort(byUrgency).map((one) => one.id);
  assert.deepEqual(order(), [id("1"), id("2"), id("3")]);
  rows[2] = { ...back, last_message_at: 10 };
  assert.deepEqual(order(), [id("2"), id("3"), id("1")]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeFormat } from "../../src/i18n/format.ts";
import { meantBy } from "../../src/scheduled_sends/later_times.ts";
import { dayAfter } from "../../src/threads/snooze_choices.ts";

const stockholm = makeFormat("sv", "Europe/Stockholm");

function moment(day: string, time: string, shown = stockholm): string {
  const meant = meantBy(day, time, shown);
  return meant === undefined ? "" : `${new Date(meant.at).toISOString().slice(0, 16)} ${meant.clock ?? ""}`;
}

test("a day and a time are of the firm's clock", () => {
  // SS-1
  assert.equal(moment("2026-12-04", "08:00"), "2026-12-04T07:00 ");
  assert.equal(moment("2026-07-04", "08:00"), "2026-07-04T06:00 ");
  assert.equal(moment("2026-12-04", "00:10"), "2026-12-03T23:10 ");
  assert.equal(moment("2026-12-04", "00:10", makeFormat("en", "Asia/Kolkata")), "2026-12-03T18:40 ");
  assert.equal(moment("2026-12-04", "23:50", makeFormat("en", "Pacific/Pago_Pago")), "2026-12-05T10:50 ");
});

test("what isn't whole means no moment", () => {
  for (const [day, time] of [
    ["", "08:00"],
    ["2026-12-04", ""],
    ["2026-13-04", "08:00"],
    ["2026-12-04", "25:00"],
  ] as const)
    assert.equal(moment(day, time), "", `${day} ${time}`);
});

test("a time that the clock skips is as much later, and of one that comes twice the first is meant", () => {
  // SS-1; in Stockholm on 28 March and 31 October 2027
  assert.equal(moment("2027-03-28", "01:59"), "2027-03-28T00:59 ");
  assert.equal(moment("2027-03-28", "02:00"), "2027-03-28T01:00 skipped");
  assert.equal(moment("2027-03-28", "02:30"), "2027-03-28T01:30 skipped");
  assert.equal(moment("2027-03-28", "03:00"), "2027-03-28T01:00 ");
  assert.equal(moment("2027-10-31", "01:59"), "2027-10-30T23:59 ");
  assert.equal(moment("2027-10-31", "02:00"), "2027-10-31T00:00 twice");
  assert.equal(moment("2027-10-31", "02:59"), "2027-10-31T00:59 twice");
  assert.equal(moment("2027-10-31", "03:00"), "2027-10-31T02:00 ");
  // Half an hour of difference, on Lord Howe Island.
  const howe = makeFormat("en", "Australia/Lord_Howe");
  assert.equal(moment("2027-10-03", "02:10", howe), "2027-10-02T15:40 skipped");
  assert.equal(moment("2027-04-04", "01:40", howe), "2027-04-03T14:40 twice");
});

test("every morning of a year stands where it was chosen", () => {
  for (const zone of ["Europe/Stockholm", "America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe"]) {
    const shown = makeFormat("en", zone);
    for (let day = "2027-01-01"; day < "2028-01-01"; day = dayAfter(day, 1)) {
      const meant = meantBy(day, "08:20", shown);
      assert.equal(meant?.clock, undefined);
      assert.equal(`${shown.dayKey(meant?.at ?? 0)} ${shown.time(meant?.at ?? 0)}`, `${day} 08:20`, zone);
    }
  }
});

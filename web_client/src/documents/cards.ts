// What a card says, in the reader's language: of what kind it is, whose, when, and its figures. Figures are written digit by
// digit as they came, never by way of floating numbers; days as the file has them, whatever the zone. Pure.

import { computed } from "@preact/signals";
import type { CalendarLine, Card, StatementLine } from "../core/protocol.gen.ts";
import { makeFormat } from "../i18n/format.ts";
import { format, language, t } from "../i18n/index.ts";
import { isolated } from "../i18n/isolated.ts";

export interface CardView {
  readonly kind: string;
  readonly title: string;
  /** Whose, which period. */
  readonly under: readonly string[];
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** What is odd: said, and never judged. */
  readonly notes: readonly string[];
}

const DIGITS_MIN = 2;

/** Clocks and calendars of files are shown as they are written. */
const written = computed(() => makeFormat(language.value, "UTC"));
const UTC = "Z";
/** Beside this year every other one is said: a file is of a year, whenever it is looked at. */
const LONG_AGO = Date.UTC(1000, 0);

/** "−1 250,50 SEK": by the language's signs, with all digits that there are. */
export function amount(value: string, currency: string): string {
  const digits = Math.max(DIGITS_MIN, value.split(".")[1]?.length ?? 0);
  const numbers = new Intl.NumberFormat(language.value === "en" ? "en-GB" : language.value, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  const shown = numbers.format(value as `${number}`);
  return currency ? `${shown}\u00a0${currency}` : shown;
}

/** "30 Nov 2026", with a time of day where there is one. */
export function moment(value: string): string {
  const at = Date.parse(value.length > 10 ? value.slice(0, 16) + UTC : value);
  return value.length > 10 ? written.value.full(at, LONG_AGO) : written.value.day(at, LONG_AGO);
}

const period = (first: string | undefined, last: string | undefined): string => {
  if (first === undefined || last === undefined || first === last) {
    const only = last ?? first;
    return only === undefined ? "" : moment(only);
  }
  return `${moment(first)} – ${moment(last)}`;
};

const told = (texts: readonly (string | false | undefined)[]): string[] =>
  texts.filter((text): text is string => Boolean(text));

type Facts = CardView["facts"];
const facts = (rows: Readonly<Record<string, string | undefined>>): Facts =>
  Object.entries(rows).flatMap(([name, value]) => (value ? [{ name, value }] : []));

export function cardView(card: Card): CardView | undefined {
  switch (card.type) {
    case "books":
      return books(card);
    case "statement":
      return statement(card);
    case "invoice":
      return invoice(card);
    case "mail":
      return mail(card);
    case "calendar":
      return calendar(card);
    default:
      return undefined; // of a newer server
  }
}

type Of<T extends Card["type"]> = Extract<Card, { readonly type: T }>;

function books(card: Of<"books">): CardView {
  const { currency = "SEK", vouchers = 0, unbalanced = 0 } = card;
  return {
    kind: t("card.books", { kind: card.kind ?? "" }),
    title: card.company ?? "",
    under: told([
      card.organisation_number,
      period(card.first_day, card.last_day),
      card.as_of && t("card.asOf", { day: moment(card.as_of) }),
    ]),
    facts: facts({
      [t("card.result")]: card.result && amount(card.result, currency),
      [t("card.balanceTotal")]: card.balance_total && amount(card.balance_total, currency),
      [t("card.vouchers")]: vouchers ? format.value.number(vouchers) : undefined,
      [t("card.program")]: card.program,
    }),
    notes: told([
      unbalanced > 0 && t("card.unbalanced", { n: unbalanced }),
      card.imported && t("card.imported"),
    ]),
  };
}

function statement(card: Of<"statement">): CardView {
  const [first, ...others] = card.lines ?? [];
  const more = others.length + (card.more ?? 0);
  return {
    kind: t("card.statement"),
    title: first?.account ?? "",
    under: told([period(first?.first_day, first?.last_day)]),
    facts: first ? balances(first) : [],
    notes: told([
      first?.adds_up === false && t("card.differs"),
      more > 0 && t("card.moreAccounts", { n: more }),
    ]),
  };
}

function balances(line: StatementLine): Facts {
  const currency = line.currency ?? "";
  const money = (value: string | undefined): string | undefined => value && amount(value, currency);
  const { entries = 0, pending = 0 } = line;
  return facts({
    [t("card.opening")]: money(line.opening),
    [t("card.in")]: money(line.credits),
    [t("card.out")]: money(line.debits),
    [t("card.closing")]: money(line.closing),
    [t("card.entries")]: told([
      format.value.number(entries),
      pending > 0 && t("card.pending", { n: pending }),
    ]).join(", "),
  });
}

function invoice(card: Of<"invoice">): CardView {
  const currency = card.currency ?? "";
  const number = card.number ?? "";
  const money = (value: string | undefined): string | undefined => value && amount(value, currency);
  const paid = card.payable !== undefined && card.total !== undefined && card.payable !== card.total;
  return {
    kind: card.credit ? t("card.creditNote") : t("card.invoice"),
    title: told([card.seller && isolated(card.seller), number]).join(" · "),
    under: told([card.buyer && t("card.to", { name: card.buyer }), card.issued && moment(card.issued)]),
    facts: facts({
      [t("card.toPay")]: money(card.payable ?? card.total),
      [t("card.total")]: paid ? money(card.total) : undefined,
      [t("card.tax")]: money(card.tax),
      [t("card.due")]: card.due && moment(card.due),
    }),
    notes: [],
  };
}

function mail(card: Of<"mail">): CardView {
  const { from_name: name = "", from_address: address = "", attachments = [], more = 0 } = card;
  // An offset makes it a moment, and that is told by the firm's clock; without one it is what is written.
  const at =
    card.sent &&
    (card.sent.length > 16 ? format.value.full(Date.parse(card.sent), LONG_AGO) : moment(card.sent));
  return {
    kind: t("card.mail"),
    title: card.subject || t("card.noSubject"),
    under: told([name && address ? `${isolated(name)} <${address}>` : name || address, at]),
    facts: facts({
      [t("card.attachments")]: told([
        attachments.filter(Boolean).map(isolated).join(", "),
        (more > 0 || card.cut) && t("card.andMore"),
      ]).join(" "),
    }),
    notes: [],
  };
}

function calendar(card: Of<"calendar">): CardView {
  const [first, ...others] = card.events ?? [];
  const more = others.length + (card.more ?? 0);
  const kinds: Readonly<Record<string, string>> = {
    REQUEST: t("card.invitation"),
    CANCEL: t("card.cancellation"),
  };
  return {
    kind: kinds[card.method ?? ""] ?? t("card.calendar"),
    title: first?.summary ?? "",
    under: told([first && when(first), first?.repeats && t("card.repeats")]),
    facts: facts({
      [t("card.place")]: first?.place,
      [t("card.organiser")]: first?.organiser,
    }),
    notes: told([more > 0 && t("card.moreEvents", { n: more })]),
  };
}

/** The file's own clock, with whose that is. */
function when(event: CalendarLine): string {
  const { starts, ends, zone } = event;
  if (starts === undefined) return "";
  const same = ends?.slice(0, 10) === starts.slice(0, 10);
  const end = ends === undefined || ends === starts ? "" : same ? ends.slice(11, 16) : moment(ends);
  const span = end ? `${moment(starts)}–${end}` : moment(starts);
  return zone && starts.length > 10 ? `${span} (${zone})` : span;
}

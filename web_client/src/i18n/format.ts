// Dates, times and numbers in the words of design.md 6: "Thu 4 Dec 10:12", "tors 4 dec 10:12", 24 hours, no dots.
// Knows Intl and the house's order of parts. Pure: language, time zone and now are given. A relative form never
// stands alone: it comes with its date or its clock time.

import { isolated } from "./isolated.ts";

export interface Format {
  /** 10:42 */
  time(at: number): string;
  /** 4 Dec; with the year when it isn't now's */
  day(at: number, now: number): string;
  /** Thu 4 Dec */
  weekday(at: number, now: number): string;
  /** Thursday 4 December */
  long(at: number, now: number): string;
  /** Thu 4 Dec 10:12 */
  full(at: number, now: number): string;
  /** For day lines: "Today, Wednesday 3 December", "Monday 1 December". */
  dayLine(at: number, now: number): string;
  /** For list rows: 10:31, "yesterday 16:44", 1 Dec, 1 Dec 2024 */
  listTime(at: number, now: number): string;
  /** 10:42, with the day when it isn't `beside`'s: for receipts, which stand below a message of that time. */
  timeBeside(at: number, beside: number, now: number): string;
  /** "tomorrow, in 23 hours", "in 3 days"; undefined in the past and beyond a week */
  until(at: number, now: number): string | undefined;
  /** "Today", "Yesterday" or the weekday's name, and the date to stand below it. */
  marginDay(at: number, now: number): { title: string; date: string };
  /** The calendar day in the zone, as a sortable key "2025-12-03". */
  dayKey(at: number): string;
  /** The same wall-clock time so many calendar days later, across summer time. */
  daysLater(at: number, days: number): number;
  number(value: number): string;
  /** "12 kB", "3.4 MB": a file's length, by thousands. */
  bytes(value: number): string;
  /** "Petra, Linn and Jens", each of whom turns nothing beside them. */
  list(names: readonly string[]): string;
}

interface Parts {
  year: string;
  month: string;
  day: string;
  weekday: string;
}

/** Swedish writes "i dag onsdag 3 december", English "today, Wednesday 3 December". */
const relativeSeparator: Readonly<Record<string, string>> = { sv: " " };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A format for one language and zone; `undefined` is the browser's zone. An unknown zone falls back to it as well. */
export function makeFormat(language: string, wanted: string | undefined): Format {
  const timeZone = knownZone(wanted);
  const zone = timeZone === undefined ? {} : { timeZone };
  // American month names have three letters ("Sep"); the order of the parts is ours.
  const locale = language === "en" ? "en-US" : language;
  const clock = new Intl.DateTimeFormat("en-GB", {
    ...zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const key = new Intl.DateTimeFormat("en-CA", {
    ...zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  const short = new Intl.DateTimeFormat(locale, {
    ...zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
  });
  const wide = new Intl.DateTimeFormat(locale, {
    ...zone,
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const exact = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  const numbers = new Intl.NumberFormat(language === "en" ? "en-GB" : language);
  const names = new Intl.ListFormat(language === "en" ? "en-GB" : language, { type: "conjunction" });

  const cut = (formatter: Intl.DateTimeFormat, at: number): Parts => {
    const found: Parts = { year: "", month: "", day: "", weekday: "" };
    for (const part of formatter.formatToParts(at)) {
      if (part.type in found) found[part.type as keyof Parts] = part.value.replace(/\.$/, "");
    }
    return found;
  };
  const year = (parts: Parts, now: number): string =>
    parts.year === cut(short, now).year ? "" : ` ${parts.year}`;
  const daysFrom = (at: number, now: number): number =>
    Math.round((Date.parse(key.format(at)) - Date.parse(key.format(now))) / DAY);
  const relativeDay = (days: number): string => relative.format(days, "day");

  const self: Format = {
    time: (at) => clock.format(at),
    day(at, now) {
      const parts = cut(short, at);
      return `${parts.day} ${parts.month}${year(parts, now)}`;
    },
    weekday: (at, now) => `${cut(short, at).weekday} ${self.day(at, now)}`,
    long(at, now) {
      const parts = cut(wide, at);
      return `${parts.weekday} ${parts.day} ${parts.month}${year(parts, now)}`;
    },
    full: (at, now) => `${self.weekday(at, now)} ${self.time(at)}`,
    dayLine(at, now) {
      const days = daysFrom(at, now);
      const long = self.long(at, now);
      if (Math.abs(days) > 1) return capital(long);
      return capital(relativeDay(days) + (relativeSeparator[language] ?? ", ") + long);
    },
    listTime(at, now) {
      const days = daysFrom(at, now);
      if (days === 0) return self.time(at);
      return days === -1 ? `${relativeDay(-1)} ${self.time(at)}` : self.day(at, now);
    },
    timeBeside: (at, beside, now) =>
      self.dayKey(at) === self.dayKey(beside) ? self.time(at) : `${self.day(at, now)} ${self.time(at)}`,
    until(at, now) {
      const days = daysFrom(at, now);
      if (at <= now || days > 7) return undefined;
      const hours = Math.round((at - now) / HOUR);
      const span =
        hours < 1 ? exact.format(Math.ceil((at - now) / 60_000), "minute") : exact.format(hours, "hour");
      if (days > 1) return exact.format(days, "day");
      return `${relativeDay(days)}, ${span}`;
    },
    marginDay(at, now) {
      const days = daysFrom(at, now);
      const parts = cut(wide, at);
      const title = capital(Math.abs(days) < 2 ? relativeDay(days) : parts.weekday);
      const date = Math.abs(days) < 2 ? `${parts.weekday} ${self.day(at, now)}` : self.day(at, now);
      return { title, date };
    },
    dayKey: (at) => key.format(at),
    daysLater(at, days) {
      const guess = at + days * DAY;
      const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
      const off = minutes(clock.format(at)) - minutes(clock.format(guess));
      const shift = off > 720 ? off - 1440 : off < -720 ? off + 1440 : off;
      return guess + shift * 60_000;
    },
    number: (value) => numbers.format(value),
    bytes: (value) => {
      const [unit, size] =
        value < 1e3 ? ["B", 1] : value < 1e6 ? ["kB", 1e3] : value < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
      const shown = value / size;
      return `${numbers.format(shown < 10 ? Math.round(shown * 10) / 10 : Math.round(shown))}\u00a0${unit}`;
    },
    list: (all) => names.format(all.map(isolated)),
  };
  return self;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function knownZone(zone: string | undefined): string | undefined {
  try {
    new Intl.DateTimeFormat("en", zone === undefined ? {} : { timeZone: zone });
    return zone;
  } catch {
    return undefined; // a zone that this browser's data doesn't know: its own is the best guess
  }
}

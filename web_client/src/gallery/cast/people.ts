// When it is, and who there is: the firm's and the clients' people.

import type { ContactRowView } from "../../accounts/models.ts";
import type { AccountView, MeView, PersonView } from "../../kit/models.ts";
import type { StaffChoice } from "../../staff/models.ts";

/** Wednesday 3 December 2025, 10:50 in Stockholm. */
export const NOW = Date.parse("2025-12-03T10:50:00+01:00");
export const at = (text: string): number => Date.parse(`2025-${text}:00+01:00`);

export const person = (id: string, side: "staff" | "contact", name: string, online = false): PersonView => ({
  id,
  side,
  name,
  online,
});
export const anna = person("an", "staff", "Anna Lindberg");
export const erik = person("ef", "staff", "Erik Falk");
export const sofia = person("sr", "staff", "Sofia Rahimi", true);
export const oskar = person("on", "staff", "Oskar Nyman");
export const petra = person("petr", "contact", "Petra Holm", true);
export const linn = person("li", "contact", "Linn Holm");
export const johan = person("jo", "contact", "Johan Ek");
export const emma = person("em", "contact", "Emma Clarke");
export const gunilla = person("gu", "contact", "Gunilla Wester");
export const klara = person("kl", "contact", "Klara Vinter");

export const account = (id: string, name: string, shortId: string): AccountView => ({ id, name, shortId });
export const holm = account("holm", "Holm & Döttrar Bygg AB", "HB2");
export const vinterhav = account("vint", "Vinterhav Design AB", "VD4");

export const me: MeView = {
  person: { ...anna, online: true },
  email: "anna@lindbergfalk.se",
  language: "sv",
  role: "owner",
  firm: { name: "Lindberg & Falk Redovisning" },
};
export const contactMe: MeView = {
  person: petra,
  email: "petra@holmbygg.se",
  language: "sv",
  firm: { name: "Lindberg & Falk Redovisning" },
};

export const staff: readonly StaffChoice[] = [
  { person: anna, me: true, hasAccess: true },
  { person: sofia, hasAccess: true, openCount: 9 },
  { person: oskar, hasAccess: true, openCount: 4 },
  { person: erik, hasAccess: false },
];

export const refused: ContactRowView = {
  person: linn,
  email: "linn@holmbyg.se",
  login: true,
  notify: false,
  state: "invited",
  mail: { name: linn.name, state: "failed", said: "550 5.1.1 No such user" },
};

// People as they are shown. Pure.

import type { FirmView, PersonView } from "../kit/models.ts";
import type { Firm, Person } from "./protocol.gen.ts";
import type { State } from "./state.ts";

/** A person with the dot that says that they are here; for clients the whole team has one state. */
export function personView(person: Person, state: State): PersonView {
  const { id, side, name } = person;
  const asContact = state.me?.person.side === "contact";
  const online = asContact ? side === "staff" && state.team_online : state.online.includes(id);
  return online ? { id, side, name, online } : { id, side, name };
}

/** The firm, which isn't known before the server has answered. */
export function firmView({ name = "", accent, logo }: Partial<Firm> = {}): FirmView {
  return { name, ...(accent ? { accent } : {}), ...(logo ? { logo } : {}) };
}

/** The first word of a name, where there is no other person of that first name among `all`. */
export function shortName(name: string, all: readonly string[]): string {
  const [first = name] = name.split(" ");
  return all.some((other) => other !== name && other.split(" ")[0] === first) ? name : first;
}

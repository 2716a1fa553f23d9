// Colleagues as they are shown. Pure.

import { personView } from "../core/people.ts";
import type * as p from "../core/protocol.gen.ts";
import type { State } from "../core/state.ts";
import type { StaffChoice } from "./models.ts";

export type Staff = ReadonlyMap<p.Id, p.StaffMember>;

export function memberView(
  id: p.Id | undefined | null,
  state: State,
  staff: Staff,
): ReturnType<typeof personView> | undefined {
  const member = id ? staff.get(id) : undefined;
  return member && personView({ id: member.id, side: "staff", name: member.name }, state);
}

/** Colleagues for a picker: those with access first, oneself on top (MN-4, AS-2). */
export function staffChoices(
  staff: Staff,
  withAccess: ReadonlySet<p.Id> | null,
  state: State,
): StaffChoice[] {
  const meId = state.me?.person.id;
  const rank = (choice: StaffChoice): number => Number(!choice.hasAccess) * 2 + Number(!choice.me);
  return [...staff.values()]
    .filter((member) => member.active ?? true)
    .map(
      (member): StaffChoice => ({
        person: personView({ id: member.id, side: "staff", name: member.name }, state),
        me: member.id === meId,
        hasAccess: withAccess?.has(member.id) ?? true,
      }),
    )
    .sort((a, b) => rank(a) - rank(b) || a.person.name.localeCompare(b.person.name));
}

// Somebody in a glance: two initials on a quiet tone. Shape carries the role: staff square, contact round. The initials
// are drawn by the style sheet: as text they would be read out, and be part of the names of buttons.

import type { HTMLAttributes, JSX } from "preact";
import { t } from "../i18n/index.ts";
import type { PersonView } from "./models.ts";

/** 20 list, 24 picker, 28 stream, 32 feed, 36 and 40 client. */
export type AvatarSize = 20 | 24 | 28 | 32 | 36 | 40;

export interface AvatarProps {
  readonly person: Pick<PersonView, "id" | "side" | "name" | "online">;
  readonly size?: AvatarSize;
  /** Give the name to screen readers: only where it isn't written beside the avatar. */
  readonly named?: boolean;
}

export function Avatar({ person, size = 28, named = false }: AvatarProps): JSX.Element {
  const classes = `avatar avatar--${size} avatar--${person.side} avatar--tone${tone(person.id)}`;
  const label = person.online ? t("person.online", { name: person.name }) : person.name;
  return (
    <span class={classes} data-initials={initials(person.name)} {...labelled(named, label)}>
      {person.online && <span class="avatar__presence" />}
    </span>
  );
}

/** The dashed square of a thread that nobody is assigned to. */
export function NobodyAvatar({
  size = 20,
  named = false,
}: {
  size?: AvatarSize;
  named?: boolean;
}): JSX.Element {
  return <span class={`avatar avatar--${size} avatar--nobody`} {...labelled(named, t("assign.nobody"))} />;
}

function labelled(named: boolean, label: string): HTMLAttributes<HTMLSpanElement> {
  return named ? { role: "img", "aria-label": label, title: label } : { "aria-hidden": true };
}

/** First letters of the first and the last word; "Lindberg & Falk Redovisning" gives LF, "Petra" PE. */
export function initials(name: string): string {
  const words = name.split(/[\s-]+/).filter((word) => /^\p{L}|^\p{N}/u.test(word));
  const [first = "", second] = words;
  const letters = second === undefined ? [...first].slice(0, 2) : [[...first][0] ?? "", [...second][0] ?? ""];
  return letters.join("").toUpperCase();
}

/** One of five tones, always the same for the same id. */
export function tone(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return (hash % 5) + 1;
}

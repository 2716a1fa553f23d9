// What became of letters, in words. "Handed over" is as far as anybody knows: it isn't "delivered".

import { format, t } from "../i18n/index.ts";
import type { FateView, LetterState } from "./models.ts";
import { refusalText, serverWords } from "./refusals.ts";

/** Groups of what is told together, in the order of their first. */
function together<T>(all: readonly T[], key: (one: T) => string): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const one of all) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return [...groups.values()];
}

const namesOf = (group: readonly { readonly name: string }[]): string =>
  format.value.list([...new Set(group.map((one) => one.name))]);

/** A sentence for each fate that needs one: who, and what became of theirs. */
export function fateTexts(fates: readonly FateView[]): string[] {
  return together(fates, ({ state, said }) => `${state} ${said}`).map((group) => {
    const [{ state, said }] = group;
    const names = namesOf(group);
    if (state !== "failed" || !said) return t(`fate.${state}`, { names });
    const words = serverWords(said);
    return t("fate.refused", { names, why: refusalText(said) }) + (words ? ` (${words})` : "");
  });
}

/** Letters that failed once, of one person: how they stand now. */
export interface StandView {
  readonly state: LetterState;
  readonly name: string;
  readonly said: string;
  readonly count: number;
  /** There may be more of them. */
  readonly more: boolean;
}

/** A sentence for each of the ways in which letters stand that failed once: how many, to whom, and why they weren't sent. */
export function standTexts(letters: readonly StandView[]): string[] {
  const why = ({ state, said }: StandView): string => (state === "failed" ? refusalText(said) : "");
  return together(letters, (one) => one.state + why(one)).map((group) => {
    const many = group.reduce((sum, { count }) => sum + count, 0);
    const n = group.some(({ more }) => more) && many > 1 ? `${many}+` : many;
    return t(`mailNow.${group[0].state}`, { n, names: namesOf(group), why: why(group[0]) });
  });
}

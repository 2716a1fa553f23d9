// Carries out what events say of themselves (FOLDS, made from protocol/folds.py): the browser's engine, twin of
// protocol/client/folding.py, held to it by folds.json. Pure, and knows no event by name.

import { FOLDS, type Fold, type Side, type StreamEvent } from "./protocol.gen.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A fold's value for this event: what begins with a dot is read from it. */
export function read(said: StreamEvent, value: unknown): unknown {
  if (typeof value !== "string" || value[0] !== ".") return value;
  const names = value.slice(1).split(".");
  return names.reduce<unknown>((found, name) => (found as Fields | null | undefined)?.[name], said);
}

/** An entity with these values; a field that gets none is gone. */
function filled(entity: Fields, [how, , what]: Fold, said: StreamEvent): Fields {
  const after: Record<string, unknown> = { ...entity };
  for (const [name, value] of Object.entries(what)) {
    const now = how === "add" ? ((after[name] as number) ?? 0) + (value as number) : read(said, value);
    if (now === undefined || now === null) delete after[name];
    else after[name] = now;
  }
  return after;
}

interface Listed {
  readonly id: string;
}

/** Entities in their order after one fold. */
function relisted(list: readonly Listed[], fold: Fold, said: StreamEvent): readonly Listed[] {
  const [how, , where, of] = fold;
  const what = read(said, of ?? where);
  if (how === "set")
    return list.map((one) => (one.id === what ? (filled({ ...one }, fold, said) as never) : one));
  if (how === "drop") return list.filter(({ id }) => id !== what);
  if (how === "put") return [...list.filter(({ id }) => id !== (what as Listed).id), what as Listed];
  const ids = what as readonly string[];
  const place = ({ id }: Listed): number => ids.indexOf(id) + 1 || ids.length + 1;
  return [...list].sort((a, b) => place(a) - place(b));
}

/** An entity, or a list of them, after what the event does to it, as this side sees it. `folds`: other than its own. */
export function folded<T extends object>(
  known: T,
  on: Fold[1],
  said: StreamEvent,
  side?: Side,
  folds: readonly Fold[] = FOLDS[said.event.type] ?? [],
): T {
  let now: object = known;
  for (const fold of folds) {
    if (fold[1] !== on) continue;
    if (Array.isArray(now)) now = relisted(now, fold, said);
    else if ((fold[3] ?? side) === side) now = filled(now as Fields, fold, said);
  }
  return now as T;
}

// What a page keeps of entities that are no threads: of each kind, the whole of it by id, whatever the kind is.
// The twin of protocol/client/keeping.py, held to it by vectors.json. Pure, and knows no kind by name: lists bring a kind, what
// events say of themselves (FOLDS) moves it. A page that was read before what is known is asked for again.

import { read } from "./folds.ts";
import { Draft, Keyed } from "./keyed.ts";
import { FOLDS, type KeptPage, type Kinds, type Seq, type StreamEvent } from "./protocol.gen.ts";

export interface Entity {
  readonly id: string;
}

/** One kind. */
export interface Kept {
  readonly entities: Keyed<Entity>;
  /** All of the kind is wanted; otherwise only what events bring is here. */
  readonly asked?: boolean;
  /** All of it is here. */
  readonly loaded?: boolean;
  /** By own stream, the position up to which pages must have been read to be believed. */
  readonly at: Readonly<Record<string, Seq>>;
}

export type KeptTable = Readonly<Record<string, Kept>>;
/** A page of any kind. */
export type AnyPage = KeptPage & { readonly entities: readonly Entity[] };

export const NOTHING: Kept = { entities: new Keyed(), at: {} };

/** The table after an event of an own stream. */
export function told(table: KeptTable, stream: string, said: StreamEvent): KeptTable {
  let now = table;
  for (const [how, on, where, kind] of FOLDS[said.event.type] ?? []) {
    if (on !== "kept" || kind === undefined) continue;
    const kept = now[kind] ?? NOTHING;
    const entities = new Draft(kept.entities);
    const what = read(said, where) as Entity & string;
    if (how === "put") entities.put(what.id, what);
    else entities.delete(what);
    now = { ...now, [kind]: { ...kept, entities: entities.done(), at: { ...kept.at, [stream]: said.seq } } };
  }
  return now;
}

/** The kind with a page; undefined if that was read before what is known. `anew`: it is the first of a load. */
export function brought(kept: Kept, page: AnyPage, anew: boolean): Kept | undefined {
  const heads = page.heads ?? {};
  if (Object.entries(kept.at).some(([stream, position]) => (heads[stream] ?? position) < position)) return;
  const entities = new Draft<Entity>(anew && !kept.loaded ? new Keyed() : kept.entities);
  for (const entity of page.entities) entities.put(entity.id, entity);
  return { ...kept, entities: entities.done(), loaded: kept.loaded || page.next === undefined };
}

/** All that is here of a kind, in the order in which it was made. */
export function keptOf<K extends keyof Kinds>(table: KeptTable, kind: K): Kinds[K][] {
  const found = table[kind]?.entities.values() as Kinds[K][] | undefined;
  return (found ?? []).sort((a, b) => (a.id < b.id ? -1 : 1));
}

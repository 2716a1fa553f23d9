// Which page an address leads to: a table with a row for each. Refuses to know what the pages draw.

import type { Id, Right } from "../core/protocol.gen.ts";
import type { PlainKey } from "../i18n/index.ts";

export interface Route<Place extends string, Page> {
  /** Where in the navigation it is. Several rows may be at one place: its own is the first. */
  readonly place: Place;
  /** Parts that begin with a colon stand for ids: "/portal/threads/:thread". What narrows a page stands behind the path; see Choice. */
  readonly path: string;
  readonly title: PlainKey;
  readonly page: Page;
  /** For whoever lacks it there is no such address. */
  readonly right?: Right;
}

const ID = /^[0-9a-f]{32}$/;

/** The ids in a path of this pattern, by their names; undefined where it is none of it. */
export function idsIn(where: string, pattern: string): Readonly<Record<string, Id>> | undefined {
  const parts = where.split("/");
  const wanted = pattern.split("/");
  const ids: Record<string, Id> = {};
  const fits = wanted.every((name, at) => {
    const part = parts[at] ?? "";
    if (!name.startsWith(":")) return name === part;
    ids[name.slice(1)] = part;
    return ID.test(part);
  });
  return fits && parts.length === wanted.length ? ids : undefined;
}

type Row = Route<string, unknown>;

/** Whether somebody with these rights may open a row's page: so a link to it is drawn. */
export function mayOpen({ right }: Pick<Row, "right">, rights: readonly Right[] = []): boolean {
  return right === undefined || rights.includes(right);
}

/** The row for an address; undefined where there is none for this reader. */
export function routeAt<R extends Row>(
  routes: readonly R[],
  where: string,
  rights?: readonly Right[],
): R | undefined {
  const found = routes.find(({ path }) => idsIn(where, path) !== undefined);
  return found !== undefined && mayOpen(found, rights) ? found : undefined;
}

/** The address of a place. */
export function pathOf<R extends Row>(routes: readonly [R, ...R[]], place: R["place"]): string {
  return (routes.find((route) => route.place === place) ?? routes[0]).path;
}

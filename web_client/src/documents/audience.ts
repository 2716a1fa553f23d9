// Who of an account's people sees what is in a folder, in words for staff. Pure.

import type { Folder, Link } from "../core/protocol.gen.ts";
import { format, t } from "../i18n/index.ts";

const BY_ACCESS = { client_edits: "edit", client_views: "view", private: "none" } as const;

/** By name, as far as they can log in; `links` are undefined while they aren't known. */
export function seenBy(folder: Folder, links: readonly Link[] | undefined): string {
  const access = folder.access ?? "private";
  if (links === undefined) return t(`seen.${access}`);
  const able = links.filter(({ login }) => login);
  const levels = able.map(({ contact_id }) => folder.people?.[contact_id] ?? BY_ACCESS[access]);
  const names = able.flatMap(({ name }, at) => (levels[at] === "none" ? [] : [name]));
  if (names.length === 0) return t(access === "private" ? "seen.private" : "seen.nobody");
  const all = { n: names.length, names: format.value.list(names) };
  return levels.includes("view") ? t("seen.by", all) : t("seen.edits", all);
}

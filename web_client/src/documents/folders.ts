// Folders as they are named where one is chosen. Pure.

import type { Folder } from "../core/protocol.gen.ts";
import { isolated } from "../i18n/isolated.ts";

/** "Year-end / Vouchers": a folder's name below those that it stands in, as far as the reader may see them. */
export function folderPath(folder: Folder, all: readonly Folder[]): string {
  const names: string[] = [];
  const passed = new Set<string>();
  for (let at: Folder | undefined = folder; at !== undefined && !passed.has(at.id); ) {
    passed.add(at.id);
    names.unshift(isolated(at.name));
    const above: string | undefined = at.parent_id;
    at = above === undefined ? undefined : all.find(({ id }) => id === above);
  }
  return names.join(" / ");
}

// Folders as they are named where one is chosen. Pure.

import type { Folder } from "../core/protocol.gen.ts";
import { isolated } from "../i18n/isolated.ts";

/** "Year-end / Vouchers": a folder's name below those that it stands in, as far as the reader may see them. */
export function folderPath(folder: Folder, all: readonly Folder[]): string {
  return folderWay(folder, all)
    .map(({ name }) => isolated(name))
    .join(" / ");
}

/** A folder below those that it stands in, the outermost first. */
export function folderWay(folder: Folder, all: readonly Folder[]): readonly Folder[] {
  const way: Folder[] = [];
  for (let at: Folder | undefined = folder; at !== undefined && !way.includes(at); ) {
    way.unshift(at);
    const above: string | undefined = at.parent_id;
    at = above === undefined ? undefined : all.find(({ id }) => id === above);
  }
  return way;
}

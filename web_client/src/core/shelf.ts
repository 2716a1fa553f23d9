// A small, bounded place in the browser's storage for things of one person: drafts, messages not sent yet.
// Knows prefixes and limits. A browser that gives no storage (private mode, full) costs persistence, nothing else.

export interface Shelf<T> {
  get(key: string): T | undefined;
  /** False when it could not be kept: too long, too many, or no room. */
  put(key: string, value: T): boolean;
  /** It isn't too long. */
  fits(value: T): boolean;
  delete(key: string): void;
  entries(): [key: string, value: T][];
}

export interface ShelfLimits {
  readonly items_max: number;
  readonly item_characters_max: number;
}

/** The browser's storage, or null where it is forbidden. */
export function browserStorage(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null; // a frame of a foreign page may not even look at it
  }
}

/** What stands in a storage under a prefix: the rest of each name. */
export function keysUnder(storage: Storage | null, prefix: string): string[] {
  const found: string[] = [];
  for (let index = 0; index < (storage?.length ?? 0); index += 1) {
    const name = storage?.key(index);
    if (name?.startsWith(prefix)) found.push(name.slice(prefix.length));
  }
  return found;
}

/** A shelf under a prefix. Values are JSON; `isValue` throws out what an older version of us left there. */
export function shelf<T>(
  storage: Storage | null,
  prefix: string,
  limits: ShelfLimits,
  isValue: (value: unknown) => value is T,
): Shelf<T> {
  const keys = (): string[] => keysUnder(storage, prefix);
  const get = (key: string): T | undefined => {
    const text = storage?.getItem(prefix + key);
    if (text === null || text === undefined) return undefined;
    try {
      const value: unknown = JSON.parse(text);
      return isValue(value) ? value : undefined;
    } catch {
      return undefined; // not ours, or cut off: as good as absent
    }
  };
  const fits = (text: string): boolean => text.length <= limits.item_characters_max;
  return {
    get,
    fits: (value) => fits(JSON.stringify(value)),
    put(key, value) {
      const text = JSON.stringify(value);
      if (storage === null || !fits(text)) return false;
      if (storage.getItem(prefix + key) === null && keys().length >= limits.items_max) return false;
      try {
        storage.setItem(prefix + key, text);
        return true;
      } catch {
        return false; // no room
      }
    },
    delete: (key) => storage?.removeItem(prefix + key),
    entries: () =>
      keys().flatMap((key) => {
        const value = get(key);
        return value === undefined ? [] : [[key, value] as [string, T]];
      }),
  };
}

/** So many of the oldest give way where there is no room. */
const GIVE_WAY = 10;

/** Keep one, in the place of the oldest ones if it must be. */
export function putOverOldest<T extends { readonly at: number }>(
  { put, fits, entries, delete: drop }: Shelf<T>,
  key: string,
  value: T,
): void {
  if (put(key, value) || !fits(value)) return;
  const others = entries().filter(([other]) => other !== key);
  for (const [other] of others.sort((a, b) => a[1].at - b[1].at).slice(0, GIVE_WAY)) drop(other);
  put(key, value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

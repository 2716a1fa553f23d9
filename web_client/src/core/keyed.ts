// Many entities by their id, as a value: what a page knows of thousands, of which a frame changes one. Lies in buckets, and a
// change copies the one it falls into; a step that changes a thousand copies each bucket once. Knows nothing of what is in it.

const BUCKETS = 64;

/** By the last two characters: the random end of an id, in hexadecimal. Other keys only fill fewer buckets. */
function bucketOf(key: string): number {
  return Number.parseInt(key.slice(-2), 16) % BUCKETS || 0;
}

/** Never changes, unless it is a draft. Its order is not the order in which things came. */
export class Keyed<T> {
  constructor(readonly buckets: readonly ReadonlyMap<string, T>[] = Array(BUCKETS).fill(new Map())) {}

  get(key: string): T | undefined {
    return this.buckets[bucketOf(key)]?.get(key);
  }

  get size(): number {
    return this.buckets.reduce((sum, bucket) => sum + bucket.size, 0);
  }

  values(): T[] {
    return this.buckets.flatMap((bucket) => [...bucket.values()]);
  }

  /** What is here and was another, or wasn't, with what it was. */
  since(before: Keyed<T>): [now: T, before: T | undefined][] {
    return this.buckets.flatMap((bucket, index) => {
      const old = before.buckets[index];
      if (old === bucket) return [];
      const both = [...bucket].map(([key, now]): [T, T | undefined] => [now, old?.get(key)]);
      return both.filter(([now, was]) => now !== was);
    });
  }
}

/** A table while a step changes it; what it was made from stays as it is. */
export class Draft<T> extends Keyed<T> {
  constructor(private readonly from: Keyed<T>) {
    super([...from.buckets]);
  }

  put(key: string, value: T): void {
    if (this.get(key) !== value) this.#own(key).set(key, value);
  }

  delete(key: string): void {
    if (this.get(key) !== undefined) this.#own(key).delete(key);
  }

  /** The table as it has become: the same one if nothing has changed. To be called once, at the end. */
  done(): Keyed<T> {
    const changed = this.buckets.some((bucket, index) => bucket !== this.from.buckets[index]);
    return changed ? new Keyed(this.buckets) : this.from;
  }

  #own(key: string): Map<string, T> {
    const index = bucketOf(key);
    const buckets = this.buckets as Map<string, T>[];
    if (buckets[index] === this.from.buckets[index]) buckets[index] = new Map(buckets[index]);
    return buckets[index] as Map<string, T>;
  }
}

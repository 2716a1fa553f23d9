// Where we are: the address as signals, in step with the browser's history. Knows paths and what stands in the query;
// refuses to know pages.

import { computed, type ReadonlySignal, signal } from "@preact/signals";

const here = (): string => location.pathname + location.search;
const current = signal(here());
let moved = false;
addEventListener("popstate", () => {
  moved = true;
  current.value = here();
});

/** Somebody has gone somewhere within the page: what is shown isn't what it was loaded with. */
export const hasMoved = (): boolean => moved;

/** Without what stands behind it, and without slashes at its end. */
export const path: ReadonlySignal<string> = computed(() => current.value.replace(/\/*(?:\?.*)?$/, ""));
/** What stands behind the path. */
export const query: ReadonlySignal<URLSearchParams> = computed(
  () => new URLSearchParams(current.value.replace(/^[^?]*/, "")),
);

/** Go there: a new entry in the history, or in place of the current one. */
export function go(to: string, { replace = false } = {}): void {
  if (to === here()) return;
  moved = true;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  current.value = to;
}

type Values = Readonly<Record<string, string>>;

/** An address: the path with these values behind it, the empty ones left out. */
export function address(to: string, values: Values): string {
  const kept = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
  return kept.size > 0 ? `${to}?${kept}` : to;
}

/** Change what stands behind the path. */
export function ask(values: Values, how = {}): void {
  go(address(path.peek(), { ...Object.fromEntries(query.peek()), ...values }), how);
}

/** One of several that stands in the address under a name; the first is what an address without it means. */
export class Choice<T extends string> {
  constructor(
    private readonly name: string,
    private readonly all: readonly [T, ...T[]],
  ) {}

  get value(): T {
    const asked = query.value.get(this.name);
    return this.all.find((one) => one === asked) ?? this.all[0];
  }

  /** As it stands in an address. */
  written(value: T): Values {
    return { [this.name]: value === this.all[0] ? "" : value };
  }

  readonly choose = (value: T): void => ask(this.written(value));
}

// The shapes of translations: what a message may look like, and which values it asks for.
// Knows no language; en.ts and en.staff.ts are the source of truth for the keys.

/** A text with {placeholders}, or one for each plural category that the language has, chosen by {n}. */
export type Message = string | Plural;
export interface Plural {
  readonly one: string;
  readonly other: string;
  readonly [category: string]: string;
}

/** Texts, among them a sentence for each of these refusals: a file that lacks one won't compile. */
export type Words<Told extends string> = Readonly<Record<string, Message>> & {
  readonly [K in `problem.${Told}`]: string;
};

/** The same keys and kinds as the source language; the texts are free. */
export type Translated<T extends Readonly<Record<string, Message>>> = {
  readonly [K in keyof T]: T[K] extends string ? string : Plural;
};

type Placeholders<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never;
type Names<M> = M extends string
  ? Placeholders<M>
  : M extends { other: infer S }
    ? "n" | Placeholders<S>
    : never;

/** The values that a message needs: none for a plain one. */
export type Values<M> = [Names<M>] extends [never]
  ? []
  : [values: Readonly<Record<Names<M>, string | number>>];

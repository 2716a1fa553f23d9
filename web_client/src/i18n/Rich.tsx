// A translated sentence in which some words are stressed.

import type { JSX } from "preact";

export interface RichProps {
  /** What `parts()` of i18n gives. */
  readonly of: readonly { readonly text: string; readonly strong: boolean }[];
}

export function Rich({ of }: RichProps): JSX.Element {
  return (
    <>{of.map((piece) => (piece.strong ? <strong key={piece.text}>{piece.text}</strong> : piece.text))}</>
  );
}

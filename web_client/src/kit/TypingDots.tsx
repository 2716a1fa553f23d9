// Somebody is writing. Not announced; the dots stand still where motion is unwelcome.

import type { JSX } from "preact";
import { format, t } from "../i18n/index.ts";

/** Three dots, the only thing here that loops. */
export function Dots(): JSX.Element {
  return (
    <span class="dots" aria-hidden="true">
      <span />
      <span />
      <span />
    </span>
  );
}

export interface TypingDotsProps {
  readonly names: readonly string[];
}

export function TypingDots({ names }: TypingDotsProps): JSX.Element | null {
  if (names.length === 0) return null;
  return (
    <p class="typing" aria-hidden="true">
      <Dots />
      <span>{t("typing", { n: names.length, names: format.value.list(names) })}</span>
    </p>
  );
}

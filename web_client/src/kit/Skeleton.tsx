// Grey lines where rows will stand, of the rows' own height; only after 300 ms, and they don't shimmer.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";

const PATIENCE_MS = 300;

export interface SkeletonProps {
  readonly kind: "rows" | "stream" | "entries";
  readonly count?: number;
  readonly immediate?: boolean;
}

export function Skeleton({ kind, count = 6, immediate = false }: SkeletonProps): JSX.Element {
  const [shown, setShown] = useState(immediate);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="skeleton" role="status">
      <span class="hidden">{t("loading")}</span>
      {shown &&
        Array.from({ length: count }, (_, index) => (
          <div key={index} class={`skeleton__row skeleton__row--${kind}`} aria-hidden="true">
            <span class={`skeleton__bar skeleton__bar--short${index % 3}`} />
            <span class={`skeleton__bar skeleton__bar--long${index % 3}`} />
          </div>
        ))}
    </div>
  );
}

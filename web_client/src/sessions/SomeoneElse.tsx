// Instead of a page whose browser belongs to somebody else now: who that is, what became of unsent words, one way on.

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { PersonIcon } from "../kit/icons.tsx";

export interface SomeoneElseProps {
  /** Who is logged in now. */
  readonly name: string;
  /** Whose page this was. */
  readonly author: string;
  /** Something of theirs is unsent. */
  readonly kept: boolean;
  readonly onContinue: () => void;
}

export function SomeoneElse({ name, author, kept, onContinue }: SomeoneElseProps): JSX.Element {
  const title = t("other.title", { name });
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main>
      <div class="alone" role="alert">
        <EmptyState
          icon={PersonIcon}
          title={title}
          action={
            <Button kind="primary" onClick={onContinue}>
              {t("other.continue", { name })}
            </Button>
          }
        >
          {t(kept ? "other.kept" : "other.was", { name: author })}
        </EmptyState>
      </div>
    </main>
  );
}

// Where an address leads to no page that its reader may open: what is so, and a way on.

import "../kit/page.css";
import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { isolated } from "../i18n/isolated.ts";
import { Button } from "../kit/Button.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { LockIcon } from "../kit/icons.tsx";

export interface NowhereProps {
  readonly firm: string;
  /** What the way on says. */
  readonly home: string;
  readonly onHome: () => void;
}

export function Nowhere({ firm, home, onHome }: NowhereProps): JSX.Element {
  return (
    <div class="page">
      <h1 class="hidden">{t("nowhere.title")}</h1>
      <EmptyState
        icon={LockIcon}
        title={t("nowhere.title")}
        action={<Button onClick={onHome}>{home}</Button>}
      >
        {t("nowhere.why", { firm: isolated(firm) })}
      </EmptyState>
    </div>
  );
}

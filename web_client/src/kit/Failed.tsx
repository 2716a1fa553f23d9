// What stands where something could not be fetched, with the way to try again.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Button } from "./Button.tsx";
import { EmptyState } from "./EmptyState.tsx";
import { ProblemIcon } from "./icons.tsx";

export function Failed({ onRetry }: { readonly onRetry: () => void }): JSX.Element {
  return (
    <EmptyState
      icon={ProblemIcon}
      title={t("list.failed")}
      action={<Button onClick={onRetry}>{t("retry")}</Button>}
    >
      {t("list.failedWhy")}
    </EmptyState>
  );
}

// Parts of a page that are fetched when they are first shown. What can't be fetched says so and can be tried again.

import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ProblemIcon } from "../ui/icons.tsx";

/** A component that stands for one that is fetched; `ahead` fetches it before it is needed. */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
): ComponentType<P> & { readonly ahead: () => Promise<void> } {
  const found = signal<ComponentType<P> | undefined>(undefined);
  const failed = signal(false);
  let asked: Promise<void> | undefined;
  const ahead = (): Promise<void> => {
    failed.value = false;
    asked ??= load().then(
      (component) => {
        found.value = component;
      },
      () => {
        failed.value = true;
        asked = undefined;
      },
    );
    return asked;
  };
  function Lazy(props: P): JSX.Element | null {
    const Component = found.value;
    if (Component !== undefined) return <Component {...props} />;
    if (failed.value) {
      return (
        <EmptyState
          icon={ProblemIcon}
          title={t("list.failed")}
          action={<Button onClick={ahead}>{t("retry")}</Button>}
        >
          {t("list.failedWhy")}
        </EmptyState>
      );
    }
    void ahead();
    return null;
  }
  return Object.assign(Lazy, { ahead });
}

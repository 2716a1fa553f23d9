// A thread's messages, or what stands in their place: while they are fetched, where they can't be had, and where the
// thread is no longer the reader's.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { Failed } from "../kit/Failed.tsx";
import { LockIcon } from "../kit/icons.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { Stream, type StreamProps } from "../messages/Stream.tsx";
import type { ThreadView } from "./models.ts";

export interface ThreadStreamProps
  extends Omit<StreamProps, "entries" | "unreadFrom" | "startAt" | "typing" | "older" | "olderLoading"> {
  readonly view: ThreadView;
  readonly onReload: () => void;
}

export function ThreadStream({ view, onReload, ...how }: ThreadStreamProps): JSX.Element {
  const { header, state, entries, unreadFrom, startAt, typing, older, olderLoading } = view;
  if (state === "failed") return <Failed onRetry={onReload} />;
  if (state === "loading" && entries.length === 0) return <Skeleton kind="stream" count={4} />;
  const what = { entries, unreadFrom, startAt, typing, older, olderLoading };
  return <Stream key={header.id} {...what} {...how} />;
}

/** Instead of a chat that isn't the reader's: `had` says whether it was. */
export function ThreadGone({
  had,
  onBack,
}: {
  readonly had: boolean;
  readonly onBack: () => void;
}): JSX.Element {
  return (
    <EmptyState
      icon={LockIcon}
      title={t(had ? "thread.gone" : "thread.unknown")}
      action={<Button onClick={onBack}>{t("thread.toList")}</Button>}
    >
      {t(had ? "thread.goneWhy" : "thread.unknownWhy")}
    </EmptyState>
  );
}

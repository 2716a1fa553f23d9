// One thread in the console: header, stream, composer.

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../Button.tsx";
import { Composer, type Outgoing } from "../Composer.tsx";
import { EmptyState } from "../EmptyState.tsx";
import { ArchiveIcon, ChatIcon, LockIcon, ProblemIcon } from "../icons.tsx";
import type { MessageActions } from "../Message.tsx";
import type { BodyDoc, StaffChoice, ThreadView as View } from "../models.ts";
import { Skeleton } from "../Skeleton.tsx";
import { Stream } from "../Stream.tsx";
import { ThreadHeader, type ThreadHeaderProps } from "./ThreadHeader.tsx";

export interface ThreadViewProps extends Omit<ThreadHeaderProps, "header">, Omit<MessageActions, "onJump"> {
  readonly view: View;
  readonly meId: string;
  /** Give the heading focus when the thread changes: not at the page's first load. */
  readonly focusHeading?: boolean;
  readonly people: readonly StaffChoice[] | undefined;
  readonly onSend: (message: Outgoing) => void;
  readonly onDraft: (draft: { readonly body: BodyDoc | null; readonly internal: boolean }) => void;
  readonly onTyping: (internal: boolean) => void;
  readonly onQuoteRemove: () => void;
  readonly onOlder: () => void;
  readonly onSeen: (seq: number) => void;
  readonly onReload: () => void;
}

export function ThreadView(props: ThreadViewProps): JSX.Element {
  const { view, focusHeading = false } = props;
  const { id } = view.header;
  useEffect(() => {
    if (focusHeading) document.getElementById("thread-subject")?.focus();
  }, [id]);
  if (view.state === "gone") {
    return (
      <EmptyState
        icon={LockIcon}
        title={t("thread.gone")}
        action={<Button onClick={props.onBack}>{t("thread.toList")}</Button>}
      >
        {t("thread.goneWhy")}
      </EmptyState>
    );
  }
  return (
    <div class="thread">
      <ThreadHeader {...props} header={view.header} />
      {view.state === "failed" ? (
        <EmptyState
          icon={ProblemIcon}
          title={t("list.failed")}
          action={<Button onClick={props.onReload}>{t("retry")}</Button>}
        >
          {t("list.failedWhy")}
        </EmptyState>
      ) : view.state === "loading" && view.entries.length === 0 ? (
        <Skeleton kind="stream" count={4} />
      ) : (
        <Stream
          key={id}
          entries={view.entries}
          unreadFrom={view.unreadFrom}
          typing={view.typing}
          older={view.older}
          olderLoading={view.olderLoading}
          meId={props.meId}
          onOlder={props.onOlder}
          onSeen={props.onSeen}
          {...acts(props)}
        />
      )}
      {view.header.archived ? (
        <Archived onReopen={() => props.onArchive(false)} />
      ) : (
        <div class="thread__composer">
          <Composer
            threadId={id}
            draft={view.draft}
            receivers={view.receivers}
            blocked={blockedText(view)}
            people={props.people}
            onDraft={props.onDraft}
            onSend={props.onSend}
            onTyping={props.onTyping}
            onQuoteRemove={props.onQuoteRemove}
            onMentionOpen={props.onStaffNeeded}
          />
        </div>
      )}
    </div>
  );
}

/** Nothing is open: what to do. */
export function NoThread(): JSX.Element {
  return (
    <EmptyState icon={ChatIcon} title={t("thread.none")}>
      {t("thread.noneWhy")}
    </EmptyState>
  );
}

function Archived({ onReopen }: { readonly onReopen: () => void }): JSX.Element {
  return (
    <div class="thread__archived">
      <ArchiveIcon size={18} />
      <span>{t("thread.archivedHint")}</span>
      <Button onClick={onReopen}>{t("thread.reopen")}</Button>
    </div>
  );
}

function blockedText(view: View): string | undefined {
  if (view.cannotSend === "no_login") return t("thread.noLogin", { account: view.header.account.name });
  return view.cannotSend === "no_access" ? t("thread.noAccess") : undefined;
}

function acts({ onReply, onRetry, onDiscard }: MessageActions): MessageActions {
  return { ...(onReply && { onReply }), ...(onRetry && { onRetry }), ...(onDiscard && { onDiscard }) };
}

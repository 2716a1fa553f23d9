// One thread in the console: header, stream, composer.

import type { ComponentChildren, JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { ArchiveIcon, ChatIcon } from "../kit/icons.tsx";
import { Message, type MessageActions } from "../messages/Message.tsx";
import type { BodyDoc } from "../messages/models.ts";
import { Composer, type ComposerProps, type Outgoing } from "../messages/writing/Composer.tsx";
import type { StaffChoice } from "../staff/models.ts";
import type { ThreadView as View } from "./models.ts";
import { type OpenedFor, useOpening } from "./opening.ts";
import { ThreadHeader, type ThreadHeaderProps } from "./ThreadHeader.tsx";
import { ThreadGone, ThreadStream } from "./ThreadStream.tsx";

export interface ThreadViewProps extends Omit<ThreadHeaderProps, "header">, Omit<MessageActions, "onJump"> {
  readonly view: View;
  readonly meId: string;
  readonly openedFor: OpenedFor | undefined;
  readonly people: readonly StaffChoice[] | undefined;
  readonly onSend: (message: Outgoing) => void;
  readonly onDraft: (draft: { readonly body: BodyDoc | null; readonly internal: boolean }) => void;
  readonly onTyping: (internal: boolean) => void;
  readonly onQuoteRemove: () => void;
  readonly onOlder: () => void;
  readonly onSeen: (keys: readonly string[]) => void;
  readonly onReload: () => void;
  readonly tools?: ComposerProps["tools"];
  readonly later?: ComposerProps["later"];
  /** Stands between what was written and the composer. */
  readonly children?: ComponentChildren;
  readonly resolve?: ComposerProps["resolve"];
  readonly files?: ComposerProps["files"];
  readonly linksOf?: ComposerProps["linksOf"];
}

export function ThreadView(props: ThreadViewProps): JSX.Element {
  const { view } = props;
  const { id } = view.header;
  useOpening(view.header, props.openedFor);
  if (view.state === "gone" || view.state === "unknown")
    return <ThreadGone had={view.state === "gone"} onBack={props.onBack} />;
  return (
    <div class="thread" {...(props.files && !view.header.archived ? { "data-drop": t("attach.drop") } : {})}>
      <ThreadHeader {...props} header={view.header} />
      <ThreadStream
        view={view}
        message={Message}
        meId={props.meId}
        onReload={props.onReload}
        onOlder={props.onOlder}
        onSeen={props.onSeen}
        {...acts(props)}
      />
      {props.children}
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
            tools={props.tools}
            later={props.later}
            resolve={props.resolve}
            accountId={view.header.account.id}
            files={props.files}
            linksOf={props.linksOf}
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
  const why = view.cannotSend;
  if (why === undefined || why === "archived") return undefined;
  return why === "no_access" ? t("thread.noAccess") : t(why, { account: view.header.account.name });
}

function acts({ onReply, onRetry, onDiscard }: MessageActions): MessageActions {
  return { ...(onReply && { onReply }), ...(onRetry && { onRetry }), ...(onDiscard && { onDiscard }) };
}
